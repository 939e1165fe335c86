#pragma once

#include <set>

#include "cli/cli_test.h"

namespace exeunt::testing {

/// Pages in a real browser: headless Chromium. Skips loudly where there is none.
class BrowserTest : public ::testing::Test {
 protected:
  void SetUp() override;

  /// Opens a page; it must not complain. @return what the browser prints
  std::string open(const std::filesystem::path& page, Arguments arguments) const;

  /// The page's elements after its scripts have run.
  std::string dom(const std::filesystem::path& page) const { return open(page, {"--dump-dom"}); }

  /// Colours of the page as it looks in a window so wide (500 at least).
  std::set<std::uint32_t> colours(const std::filesystem::path& page, int width, const Arguments& more = {}) const;

  /// What `script`, a function's body, returns in a page that is `width` pixels wide.
  std::string evaluate(const std::filesystem::path& page, int width, const std::string& script) const;

  TempDir folder_;
  std::filesystem::path browser_;
};

inline const Arguments kDark = {"--blink-settings=preferredColorScheme=0"};

}  // namespace exeunt::testing

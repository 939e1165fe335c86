// Pages in a real browser: headless Chromium, if there is one.
#include <exeunt/tools/dataset.h>

#include <cstdlib>
#include <set>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Empty: there is none.
std::filesystem::path find_browser() {
  if (const char* chosen = std::getenv("EXEUNT_BROWSER")) return chosen;
  const char* path = std::getenv("PATH");
  for (std::string folders = path != nullptr ? path : ""; !folders.empty();) {
    const std::size_t colon = std::min(folders.find(':'), folders.size());
    for (const char* name : {"chromium", "chromium-browser", "google-chrome"}) {
      const std::filesystem::path file = std::filesystem::path(folders.substr(0, colon)) / name;
      if (std::filesystem::exists(file)) return file;
    }
    folders.erase(0, colon + 1);
  }
  return {};
}

class Browser : public ::testing::Test {
 protected:
  void SetUp() override {
    browser_ = find_browser();
    if (browser_.empty())
      GTEST_SKIP() << "NOT TESTED: no chromium, chromium-browser or google-chrome on the PATH to open the page with";
    page_ = folder_ / "page.html";
    expect_success({"tune", kDigits, "--data", kDigitsData, "--max-accuracy-drop", "0.5", "--duration", "0.05", "-o",
                    (folder_ / "tuned.json").string(), "--report", page_.string()});
  }

  ProgramResult open(Arguments arguments) const {
    arguments.insert(arguments.begin(), {"--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
                                         "--user-data-dir=" + (folder_ / "profile").string()});
    arguments.push_back("file://" + page_.string());
    const ProgramResult result = run_program(browser_, arguments, std::chrono::seconds(300));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("CONSOLE"))) << "the page complains";
    EXPECT_THAT(result.err, Not(HasSubstr("ERR_"))) << "something was not found";
    return result;
  }

  /// Colours of the page as it looks in a window so wide.
  std::set<std::uint32_t> colours(int width, const Arguments& more) const {
    const std::filesystem::path picture = folder_ / ("at" + std::to_string(width) + ".png");
    Arguments arguments = {"--screenshot=" + picture.string(), "--window-size=" + std::to_string(width) + ",3000",
                           "--hide-scrollbars"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    open(arguments);
    const Tensor pixels = read_picture(picture);
    EXPECT_EQ(pixels.shape()[1], width);
    std::set<std::uint32_t> found;
    const auto bytes = pixels.span<std::uint8_t>();
    for (std::size_t i = 0; i + 2 < bytes.size(); i += 3)
      found.insert(bytes[i] * 65536U + bytes[i + 1] * 256U + bytes[i + 2]);
    return found;
  }

  TempDir folder_;
  std::filesystem::path browser_;
  std::filesystem::path page_;
};

TEST_F(Browser, DrawsEveryChartWithoutComplaint) {
  const std::string dom = open({"--dump-dom"}).out;
  std::size_t charts = 0;
  for (std::size_t at = dom.find("<svg"); at != std::string::npos; at = dom.find("<svg", at + 1)) {
    const std::string svg = dom.substr(at, dom.find("</svg>", at) - at);
    if (svg.find("data-chart") == std::string::npos) continue;
    ++charts;
    EXPECT_THAT(svg, HasSubstr("class=\"line s-"));
    EXPECT_THAT(svg, HasSubstr("class=\"axis\""));
    EXPECT_THAT(svg, Not(HasSubstr("NaN")));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
  EXPECT_EQ(charts, 2U + 1U + 2U) << "the curve for wide and narrow pages, one decision, two heads";
}

TEST_F(Browser, ShowsItsColoursOnNarrowAndWidePages) {
  for (const int width : {500, 1600}) {
    const std::set<std::uint32_t> light = colours(width, {});
    for (const std::uint32_t colour : {0x0b6bb8U, 0xc2410cU, 0x0a7d5bU, 0xffffffU, 0xf6f7f9U})
      EXPECT_TRUE(light.contains(colour)) << std::hex << colour << std::dec << " at " << width;
  }
}

TEST_F(Browser, IsDarkForThoseWhoWantIt) {
  const std::set<std::uint32_t> dark = colours(1000, {"--blink-settings=preferredColorScheme=0"});
  EXPECT_TRUE(dark.contains(0x0f141bU));
  EXPECT_FALSE(dark.contains(0xf6f7f9U));
}

}  // namespace
}  // namespace exeunt::testing

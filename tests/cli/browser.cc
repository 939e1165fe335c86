#include "cli/browser.h"

#include <exeunt/tools/dataset.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

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

std::string as_attribute(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '&' ? "&amp;" : c == '"' ? "&quot;" : std::string(1, c);
  return result;
}

}  // namespace

void BrowserTest::SetUp() {
  browser_ = find_browser();
  if (browser_.empty())
    GTEST_SKIP() << "NOT TESTED: no chromium, chromium-browser or google-chrome on the PATH to open the page with";
}

std::string BrowserTest::open(const std::filesystem::path& page, Arguments arguments) const {
  arguments.insert(arguments.begin(), {"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                       "--enable-logging=stderr", "--user-data-dir=" + (folder_ / "profile").string()});
  arguments.push_back("file://" + page.string());
  const ProgramResult result = run_program(browser_, arguments, std::chrono::seconds(300));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, Not(HasSubstr("CONSOLE"))) << "the page complains";
  EXPECT_THAT(result.err, Not(HasSubstr("ERR_"))) << "something was not found";
  return result.out;
}

std::set<std::uint32_t> BrowserTest::colours(const std::filesystem::path& page, int width,
                                             const Arguments& more) const {
  const std::filesystem::path picture = folder_ / ("at" + std::to_string(width) + ".png");
  Arguments arguments = {"--screenshot=" + picture.string(), "--window-size=" + std::to_string(width) + ",3000",
                         "--hide-scrollbars"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  open(page, arguments);
  const Tensor pixels = read_picture(picture);
  EXPECT_EQ(pixels.shape()[1], width);
  std::set<std::uint32_t> found;
  const auto bytes = pixels.span<std::uint8_t>();
  for (std::size_t i = 0; i + 2 < bytes.size(); i += 3)
    found.insert(bytes[i] * 65536U + bytes[i + 1] * 256U + bytes[i + 2]);
  return found;
}

std::string BrowserTest::evaluate(const std::filesystem::path& page, int width, const std::string& script) const {
  // Windows have a least width, frames have none; a frame of this kind may be looked into.
  std::ostringstream text;
  text << std::ifstream(page).rdbuf();
  const std::filesystem::path around = folder_ / "around.html";
  std::ofstream(around)
      << "<!doctype html><link rel=\"icon\" href=\"data:,\"><body><iframe id=\"page\" width=\"" << width
      << "\" height=\"900\" style=\"border:0\" srcdoc=\"" << as_attribute(text.str())
      << "\"></iframe><pre id=\"told\"></pre><script>document.getElementById('page').onload = e => {"
         "const document_ = e.target.contentDocument, window_ = e.target.contentWindow;"
         "const told = ((document, window) => {"
      << script << "})(document_, window_); document.getElementById('told').textContent = '[' + told + ']';};</script>";
  const std::string dom = open(around, {"--dump-dom", "--window-size=1700,1000"});
  const std::size_t from = dom.rfind("<pre id=\"told\">[");
  if (from == std::string::npos) return "(it did not run)";
  const std::size_t begin = from + std::string_view("<pre id=\"told\">[").size();
  return dom.substr(begin, dom.find("]</pre>", begin) - begin);
}

}  // namespace exeunt::testing

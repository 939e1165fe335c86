#include "report/html.h"

#include <gmock/gmock.h>

namespace exeunt {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Escaped, TextIsNeverMarkup) {
  EXPECT_EQ(escaped("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
  EXPECT_EQ(escaped("tab\tend\n"), "tab end ");
  EXPECT_EQ(escaped("Größe ±"), "Größe ±");
}

TEST(HtmlTable, MarksRowsAndEscapesCells) {
  const std::string html = html_table({"a", "<b>"}, {{"1", "&"}, {"2", "3"}}, {1});
  EXPECT_THAT(html, HasSubstr("<th>&lt;b&gt;</th>"));
  EXPECT_THAT(html, HasSubstr("<tr><td>1</td><td>&amp;</td></tr>"));
  EXPECT_THAT(html, HasSubstr("<tr class=\"marked\"><td>2</td>"));
}

TEST(HtmlPage, NeedsNothingFromOutside) {
  const std::string page = html_page("a < b", "<p>body</p>");
  EXPECT_THAT(page, HasSubstr("<title>a &lt; b</title>"));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  for (const char* part : {"http:", "https:", "<script", "src=", "@import", "url("})
    EXPECT_THAT(page, Not(HasSubstr(part)));
}

}  // namespace

}  // namespace exeunt

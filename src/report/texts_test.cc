#include <exeunt/tools/report.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "support/temp_dir.h"

namespace exeunt {

namespace {

TEST(Texts, CountsHaveThreeDigitsOrMore) {
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(9999), "9999");
  EXPECT_EQ(count_text(354'700), "354.7 k");
  EXPECT_EQ(count_text(1'234'000), "1.23 M");
  EXPECT_EQ(count_text(2.5e9), "2.50 G");
}

TEST(Texts, BytesAreInPowersOfAThousand) {
  EXPECT_EQ(bytes_text(999), "999 B");
  EXPECT_EQ(bytes_text(12'345), "12.3 kB");
  EXPECT_EQ(bytes_text(3'210'000), "3.21 MB");
}

TEST(Texts, AreWrittenWholeOrNotAtAll) {
  const testing::TempDir folder;
  save_text("<p>", folder / "page.html");
  std::ifstream file(folder / "page.html");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "<p>");
  EXPECT_ANY_THROW(save_text("<p>", folder / "missing/page.html"));
  std::filesystem::create_directory(folder / "folder.html");
  EXPECT_ANY_THROW(save_text("<p>", folder / "folder.html"));
  // The temporary files are gone, too.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2);
}

}  // namespace

}  // namespace exeunt

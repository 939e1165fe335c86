#include "report/page_parts.h"

#include <gmock/gmock.h>

#include <limits>

namespace exeunt {

namespace {

using ::testing::HasSubstr;

TEST(PageParts, NamesKeepTheirEnds) {
  EXPECT_EQ(shortened_name("short", 5), "short");
  EXPECT_EQ(shortened_name("model/layer/relu", 5), "\xe2\x80\xa6relu");
  EXPECT_EQ(shortened_name("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3), "\xe2\x80\xa6\xc3\xa9\xc3\xa9")
      << "whole characters";
  EXPECT_EQ(shortened_name("\x80\x80\x80\x80", 2), "\x80\x80\x80\x80") << "no character begins in it";
  EXPECT_EQ(shortened_name("", 4), "");
}

TEST(PageParts, BarsStayWithinTheirGroove) {
  EXPECT_THAT(cell_bar(0.5, "f-mix"), HasSubstr("class=\"f-mix\" width=\"50.00\""));
  EXPECT_THAT(cell_bar(7, "f-mix"), HasSubstr("class=\"f-mix\" width=\"100.00\""));
  for (const double odd : {-1.0, std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()})
    EXPECT_THAT(cell_bar(odd, "f-mix"), HasSubstr("class=\"f-mix\" width=\"0.00\"")) << odd;
}

}  // namespace

}  // namespace exeunt

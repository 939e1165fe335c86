#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace exeunt {
namespace {

/// The library for devices writes what fmt writes.
template <class... Args>
void expect_as_fmt(fmt::format_string<Args&...> text, Args... args) {
  EXPECT_EQ(formatted(text, args...), fmt::format(text, args...));
}

TEST(DeviceFormat, PutsArgumentsWhereBracesAre) {
  expect_as_fmt("no arguments");
  expect_as_fmt("");
  expect_as_fmt("{}", "all");
  expect_as_fmt("node '{}' ({}): group {} does not divide {} channels", std::string("conv1"), "Conv-11", 3, 64);
  expect_as_fmt("{1} before {0}, {1} again", "second", std::string_view("first"));
}

TEST(DeviceFormat, DoubledBracesAreBraces) {
  expect_as_fmt("{{}} {{{}}} }}", 1);
  expect_as_fmt("{{a:b}}");
}

TEST(DeviceFormat, WritesIntegersOfAllKinds) {
  expect_as_fmt("{} {} {}", 0, -1, std::numeric_limits<int>::min());
  expect_as_fmt("{} {}", std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::uint64_t>::max());
  expect_as_fmt("{} {} {} {}", std::uint8_t{200}, std::int8_t{-100}, std::uint16_t{1}, std::size_t{7});
  expect_as_fmt("{} {} {}", true, false, 'c');
}

TEST(DeviceFormat, WritesRealNumbersShortly) {
  for (const double value : {0.0, -0.0, 1.0, 0.1, -2.5, 1e-4, 9.9e-5, 1e15, 9999999999999998.0, 1e16, 1.25e300, 5e-324})
    expect_as_fmt("{}", value);
  for (const float value : {0.0F, 1.0F, 0.1F, -2.5F, 1e-4F, 9.9e-5F, 1e7F, 1e16F, 3e38F}) expect_as_fmt("{}", value);
  expect_as_fmt("{} {}", std::numeric_limits<double>::infinity(), -std::numeric_limits<float>::infinity());
  expect_as_fmt("{}", std::numeric_limits<double>::quiet_NaN());
}

TEST(DeviceFormat, WritesWhatHasAFormatterOfItsOwn) {
  expect_as_fmt("{}, {}", ErrorCode::shape, std::vector{1, 2}.size());
  const std::vector<int> numbers = {1, 2, 3};
  EXPECT_EQ(formatted("[{}]", fmt::join(numbers, ",")), "[1,2,3]");
}

TEST(DeviceFormat, LeavesOutWidthsAndPrecisions) { EXPECT_EQ(formatted("{:>8} {:.2f}|", "text", 1.5), "text 1.5|"); }

}  // namespace
}  // namespace exeunt

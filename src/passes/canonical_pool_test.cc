#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// A pooling of [1,2,5,4].
std::string with_pool(std::string_view fields) {
  return fmt::format(R"(
    input %x f32[1,2,5,4] "x"
    %y = Pool(%x) {{{}}}
    output "y"
    exit(%y))",
                     fields);
}

constexpr std::string_view kHalf = "kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]";
constexpr std::string_view kPaddedWindow = "kernel=[2,2], strides=[2,2], pads=[1,1,0,0], dilations=[1,1]";

TEST(CanonicalPool, CountsNoPaddingWhereThereIsNone) {
  expect_rewrite("canonical_pool", 1, with_pool(fmt::format("fn=average, {}, count_include_pad=true", kHalf)),
                 with_pool(fmt::format("fn=average, {}", kHalf)));
  expect_rewrite("canonical_pool", 1, with_pool(fmt::format("{}, count_include_pad=true", kPaddedWindow)),
                 with_pool(kPaddedWindow));
  expect_untouched("canonical_pool", with_pool(fmt::format("fn=average, {}, count_include_pad=true", kPaddedWindow)));
}

TEST(CanonicalPool, RoundsDownWhereWindowsEndWithTheInput) {
  constexpr std::string_view kFits = "kernel=[3,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]";
  expect_rewrite("canonical_pool", 1, with_pool(fmt::format("{}, ceil_mode=true", kFits)), with_pool(kFits));
  expect_untouched("canonical_pool", with_pool(fmt::format("{}, ceil_mode=true", kHalf)));
}

TEST(CanonicalPool, OneWindowHasNoStrideAndOneTapNoDilation) {
  expect_rewrite("canonical_pool", 1,
                 with_pool("fn=average, kernel=[5,4], strides=[5,4], pads=[0,0,0,0], dilations=[1,1]"),
                 with_pool("fn=average, kernel=[5,4], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]"));
  expect_rewrite("canonical_pool", 1, with_pool("kernel=[1,2], strides=[1,1], pads=[0,0,0,0], dilations=[3,2]"),
                 with_pool("kernel=[1,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,2]"));
}

TEST(CanonicalPool, AStrideThatLeavesRoomForOneWindowOnlyStays) {
  expect_untouched("canonical_pool", with_pool("kernel=[4,3], strides=[3,3], pads=[0,0,0,0], dilations=[1,1]"));
  // Rounded up, a second window would start behind the input: there is one either way.
  constexpr std::string_view kApart = R"(
    input %x f32[1,1,2,2] "x"
    %y = Pool(%x) {{kernel=[1,1], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]{}}}
    output "y"
    exit(%y))";
  expect_rewrite("canonical_pool", 1, fmt::format(kApart, ", ceil_mode=true"), fmt::format(kApart, ""));
}

TEST(CanonicalPool, OnlyANormHasAPower) {
  expect_rewrite("canonical_pool", 1, with_pool(fmt::format("{}, p=3", kHalf)), with_pool(kHalf));
  expect_untouched("canonical_pool", with_pool(fmt::format("fn=lp, {}, p=3", kHalf)));
}

TEST(CanonicalPool, PlacesOfMaximaLikewise) {
  constexpr std::string_view kAround = R"(
    input %x f32[1,2,5,4] "x"
    %y = MaxPoolIndices(%x) {{kernel=[5,4], strides=[{}], pads=[0,0,0,0], dilations=[1,1]{}}}
    output "y"
    exit(%y))";
  expect_rewrite("canonical_pool", 1, fmt::format(kAround, "5,4", ", ceil_mode=true"), fmt::format(kAround, "1,1", ""));
}

}  // namespace

}  // namespace exeunt

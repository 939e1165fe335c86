#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// %x [1,2,4], %r the same without negative numbers, %w of two channels to one; `nodes` make %y.
std::string pad_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,4] "x"
    const %w f32[1,2,2] = {{1, 2, 3, 4}}
    %r = Relu(%x)
    {}
    output "y"
    exit(%y))",
                     nodes);
}

constexpr std::string_view kConv = "Conv(%p, %w) {strides=[2], pads=[0,1], dilations=[1]}";

TEST(FoldPad, ZerosBecomeTheConvolutionsPadding) {
  expect_rewrite("fold_pad", 1, pad_graph(fmt::format("%p = Pad(%x) {{pads=[0,0,1,0,0,0]}} %y = {} \"conv\"", kConv)),
                 pad_graph("%y = Conv(%x, %w) {strides=[2], pads=[1,1], dilations=[1]} \"conv\""));
}

TEST(FoldPad, OtherNumbersModesAndAxesStay) {
  for (const std::string_view pad : {"pads=[0,0,1,0,0,0], value=1", "pads=[0,0,1,0,0,0], mode=edge",
                                     "pads=[0,0,1,0,0,0], mode=reflect", "pads=[0,0,-1,0,0,2]", "pads=[1,0,1,0,0,0]"}) {
    SCOPED_TRACE(pad);
    expect_untouched("fold_pad", pad_graph(fmt::format("%p = Pad(%x) {{{}}} %y = {}", pad, kConv)));
  }
  expect_untouched("fold_pad", R"(
    input %x f32[1,1,4] "x"
    const %w f32[1,2,2] = {1, 2, 3, 4}
    %p = Pad(%x) {pads=[0,0,1,0,1,0]}
    %y = Conv(%p, %w) {1d}
    output "y"
    exit(%y))");
}

TEST(FoldPad, PaddingAsLargeAsTheWindowStays) {
  expect_untouched("fold_pad", pad_graph(fmt::format("%p = Pad(%x) {{pads=[0,0,2,0,0,0]}} %y = {}", kConv)));
  expect_untouched("fold_pad", pad_graph(fmt::format("%p = Pad(%x) {{pads=[0,0,0,0,0,1]}} %y = {}", kConv)));
}

TEST(FoldPad, APadThatAnythingElseUsesStays) {
  expect_untouched("fold_pad", pad_graph("%p = Pad(%x) {pads=[0,0,1,0,0,0]} %c = Conv(%p, %w) {1d} "
                                         "%d = Conv(%p, %w) {1d} %y = Add(%c, %d)"));
  expect_untouched("fold_pad", R"(
    input %x f32[1,1,4] "x"
    const %w f32[1,1,2] = {1, 2}
    %p = Pad(%x) {pads=[0,0,1,0,0,0]}
    %y = Conv(%p, %w) {1d}
    output "y"
    decide max_prob(%p) > 0 { exit(%x) exit(%y) })");
}

TEST(FoldPad, AnAverageCountsWhatThePadAdded) {
  constexpr std::string_view kAfter =
      "%y = Pool(%x) {fn=average, kernel=[3], strides=[1], pads=[1,1], dilations=[1], count_include_pad=true}";
  for (const std::string_view pool : {"pads=[0,0], dilations=[1]", "pads=[0,0], dilations=[1], count_include_pad=true"})
    expect_rewrite("fold_pad", 1,
                   pad_graph(fmt::format("%p = Pad(%x) {{pads=[0,0,1,0,0,1]}} "
                                         "%y = Pool(%p) {{fn=average, kernel=[3], strides=[1], {}}}",
                                         pool)),
                   pad_graph(kAfter), 1e-6);
}

TEST(FoldPad, AnAverageThatCountsItsOwnPaddingAddsBoth) {
  expect_rewrite("fold_pad", 1, pad_graph(R"(
    %p = Pad(%x) {pads=[0,0,1,0,0,0]}
    %y = Pool(%p) {fn=average, kernel=[3], strides=[1], pads=[1,1], dilations=[1], count_include_pad=true})"),
                 pad_graph(R"(
    %y = Pool(%x) {fn=average, kernel=[3], strides=[1], pads=[2,1], dilations=[1], count_include_pad=true})"));
  expect_untouched("fold_pad", pad_graph(R"(
    %p = Pad(%x) {pads=[0,0,1,0,0,0]}
    %y = Pool(%p) {fn=average, kernel=[3], strides=[1], pads=[1,1], dilations=[1]})"));
}

std::string max_pool_of(std::string_view pad) {
  return pad_graph(fmt::format("{} %y = Pool(%p) {{kernel=[3], strides=[1], pads=[0,0], dilations=[1]}}", pad));
}

TEST(FoldPad, TheLowestNumberIsAMaximumsPadding) {
  const std::string after = pad_graph("%y = Pool(%x) {kernel=[3], strides=[1], pads=[1,0], dilations=[1]}");
  for (const std::string_view value : {"-inf", "-3.4028234663852886e38"}) {
    SCOPED_TRACE(value);
    expect_rewrite("fold_pad", 1, max_pool_of(fmt::format("%p = Pad(%x) {{pads=[0,0,1,0,0,0], value={}}}", value)),
                   after);
  }
}

TEST(FoldPad, ZeroIsOneWhereNothingIsNegative) {
  expect_rewrite("fold_pad", 1, max_pool_of("%p = Pad(%r) {pads=[0,0,1,0,0,0]}"),
                 pad_graph("%y = Pool(%r) {kernel=[3], strides=[1], pads=[1,0], dilations=[1]}"));
  expect_rewrite("fold_pad", 1,
                 max_pool_of("const %v f32[2,2,1] = {1, 2, 3, -4} %c = Conv(%x, %v) {1d, activation=relu} "
                             "%p = Pad(%c) {pads=[0,0,1,0,0,0]}"),
                 pad_graph("const %v f32[2,2,1] = {1, 2, 3, -4} %c = Conv(%x, %v) {1d, activation=relu} "
                           "%y = Pool(%c) {kernel=[3], strides=[1], pads=[1,0], dilations=[1]}"));
}

TEST(FoldPad, ZeroMayBeTheMaximumOfNegativeNumbers) {
  expect_untouched("fold_pad", max_pool_of("%p = Pad(%x) {pads=[0,0,1,0,0,0]}"));
  expect_untouched("fold_pad", max_pool_of("%p = Pad(%r) {pads=[0,0,1,0,0,0], value=1}"));
  expect_untouched("fold_pad", pad_graph("%p = Pad(%r) {pads=[0,0,3,0,0,3]} "
                                         "%y = Pool(%p) {kernel=[2], strides=[1], pads=[0,0], dilations=[4]}"));
}

TEST(FoldPad, WindowsThatWouldBeLostStay) {
  // The last window starts in what the Pad added.
  expect_untouched("fold_pad", pad_graph("%p = Pad(%r) {pads=[0,0,0,0,0,1]} "
                                         "%y = Pool(%p) {kernel=[2], strides=[4], pads=[0,0], dilations=[1], "
                                         "ceil_mode=true}"));
}

}  // namespace

}  // namespace exeunt

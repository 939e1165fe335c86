#include "ops/window.h"

#include "support/expect_error.h"

namespace exeunt::ops {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Kernel 3 over 7 elements, everything else plain.
struct Axis {
  std::int64_t input = 7;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t dilation = 1;
  bool ceil_mode = false;
};

std::int64_t output(const Axis& a) {
  return window_output(a.input, a.kernel, a.stride, a.begin, a.end, a.dilation, a.ceil_mode);
}

TEST(WindowOutput, CountsThePositionsOfTheWindow) {
  EXPECT_EQ(output({}), 5);
  EXPECT_EQ(output({.kernel = 7}), 1);
  EXPECT_EQ(output({.kernel = 1}), 7);
  EXPECT_EQ(output({.input = 1, .kernel = 1}), 1);
}

TEST(WindowOutput, StrideCutsOffTheRest) {
  EXPECT_EQ(output({.stride = 2}), 3);
  EXPECT_EQ(output({.input = 8, .stride = 2}), 3);
  EXPECT_EQ(output({.stride = 100}), 1);
}

TEST(WindowOutput, PadsOfBothSidesAdd) {
  EXPECT_EQ(output({.begin = 1, .end = 1}), 7);
  EXPECT_EQ(output({.begin = 2}), 7);
  EXPECT_EQ(output({.end = 2}), 7);
  EXPECT_EQ(output({.input = 0, .begin = 2, .end = 2}), 2);
}

TEST(WindowOutput, DilationWidensTheWindow) {
  EXPECT_EQ(output({.dilation = 2}), 3);
  EXPECT_EQ(output({.dilation = 3}), 1);
}

TEST(WindowOutput, CeilModeKeepsTheRest) {
  EXPECT_EQ(output({.input = 8, .stride = 2, .ceil_mode = true}), 4);
  EXPECT_EQ(output({.input = 7, .stride = 2, .ceil_mode = true}), 3);
  EXPECT_EQ(output({.input = 5, .kernel = 2, .stride = 2, .ceil_mode = true}), 3);
}

TEST(WindowOutput, CeilModeStartsNoWindowBeyondTheInput) {
  EXPECT_EQ(output({.input = 5, .kernel = 2, .stride = 3, .begin = 1, .end = 1, .ceil_mode = true}), 2);
  EXPECT_EQ(output({.input = 2, .kernel = 2, .stride = 2, .end = 1, .ceil_mode = true}), 1);
  EXPECT_EQ(output({.input = 4, .kernel = 1, .stride = 5, .ceil_mode = true}), 1);
  EXPECT_EQ(output({.input = 2, .stride = 2, .ceil_mode = true}), 1) << "the only window hangs over the end";
}

TEST(TransposedOutput, IsTheInputOfAConvolutionThatGivesThisOutput) {
  EXPECT_EQ(transposed_output(5, 3, 1, 0, 0, 1, 0), 7);
  EXPECT_EQ(transposed_output(5, 3, 2, 1, 0, 1, 0), 10);
  EXPECT_EQ(transposed_output(5, 3, 2, 1, 1, 2, 1), 12);
  expect_error(ErrorCode::shape, "leave nothing", [] { transposed_output(1, 2, 1, 2, 1, 1, 0); });
  expect_error(ErrorCode::argument, "output padding", [] { transposed_output(1, 2, 1, 0, 0, 1, -1); });
  expect_error(ErrorCode::argument, "stride", [] { transposed_output(1, 2, 0, 0, 0, 1, 0); });
}

TEST(WindowOutput, RefusesAWindowThatDoesNotFitOnce) {
  expect_error(ErrorCode::shape, "does not fit", [] { output({.input = 2}); });
  expect_error(ErrorCode::shape, "does not fit", [] { output({.dilation = 4}); });
  expect_error(ErrorCode::shape, "does not fit", [] { output({.input = 2, .ceil_mode = true}); });
  expect_error(ErrorCode::shape, "does not fit", [] { output({.input = 0, .stride = 9, .ceil_mode = true}); });
}

TEST(WindowOutput, RefusesNumbersOutOfRange) {
  for (const std::int64_t bad : {std::int64_t{0}, std::int64_t{-1}, kMaxTensorBytes}) {
    expect_error(ErrorCode::argument, "", [&] { output({.kernel = bad}); });
    expect_error(ErrorCode::argument, "", [&] { output({.stride = bad}); });
    expect_error(ErrorCode::argument, "", [&] { output({.dilation = bad}); });
  }
  for (const std::int64_t bad : {std::int64_t{-1}, kMaxTensorBytes}) {
    expect_error(ErrorCode::argument, "", [&] { output({.begin = bad}); });
    expect_error(ErrorCode::argument, "", [&] { output({.end = bad}); });
  }
}

TEST(WindowOutputShape, KeepsTheBatchAndSetsTheChannels) {
  const Window window{.kernel = {3, 1}, .strides = {1, 2}, .pads = {1, 0, 1, 0}, .dilations = {1, 1}};
  EXPECT_EQ(window_output_shape({2, 3, 8, 9}, 16, window, false), (Shape{2, 16, 8, 5}));
}

TEST(WindowOutputShape, RefusesRanksAndCountsThatDoNotFit) {
  const Window window{.kernel = {3}, .strides = {1}, .pads = {0, 0}, .dilations = {1}};
  expect_error(ErrorCode::shape, "spatial", [&] { window_output_shape({2, 3}, 1, window, false); });
  expect_error(ErrorCode::shape, "spatial", [&] { window_output_shape({2, 3, 4, 4, 4, 4}, 1, window, false); });
  expect_error(ErrorCode::argument, "2 spatial", [&] { window_output_shape({2, 3, 4, 4}, 1, window, false); });
}

TEST(Window3, PutsOnesInFrontOfMissingAxes) {
  const Window window{.kernel = {3, 2}, .strides = {4, 5}, .pads = {1, 2, 6, 7}, .dilations = {8, 9}};
  const Window3 w = make_window3({1, 1, 20, 30}, {1, 1, 10, 15}, window);
  EXPECT_THAT(w.in, ElementsAre(1, 20, 30));
  EXPECT_THAT(w.out, ElementsAre(1, 10, 15));
  EXPECT_THAT(w.kernel, ElementsAre(1, 3, 2));
  EXPECT_THAT(w.strides, ElementsAre(1, 4, 5));
  EXPECT_THAT(w.pads, ElementsAre(0, 1, 2));
  EXPECT_THAT(w.pads_end, ElementsAre(0, 6, 7));
  EXPECT_THAT(w.dilations, ElementsAre(1, 8, 9));
}

}  // namespace

}  // namespace exeunt::ops

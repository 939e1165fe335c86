#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertSlice, BoundsAreOperands) {
  for (const int opset : {11, 13, 23}) {
    EXPECT_EQ(imported("float[2,6] x, int64[1] s = {1}, int64[1] e = {5}, int64[1] a = {1}, int64[1] t = {2}",
                       "y = Slice(x, s, e, a, t)", opset),
              "%1 f32[2,2] = Slice(%0) {axes=[1], starts=[1], ends=[5], steps=[2]}");
  }
}

TEST(ConvertSlice, AxesAndStepsMayBeLeftOut) {
  EXPECT_EQ(imported("float[2,6] x, int64[2] s = {0, 1}, int64[2] e = {1, -1}", "y = Slice(x, s, e)"),
            "%1 f32[1,4] = Slice(%0) {axes=[0,1], starts=[0,1], ends=[1,-1], steps=[1,1]}");
  EXPECT_EQ(
      imported("float[2,6] x, int32[1] s = {5}, int32[1] e = {-99}, int32[1] t = {-1}", "y = Slice(x, s, e, , t)"),
      "%1 f32[2,6] = Slice(%0) {axes=[0], starts=[5], ends=[-99], steps=[-1]}");
}

TEST(ConvertSlice, RefusesWrongBounds) {
  expect_refused(ErrorCode::argument, "differ in length", "float[6] x, int64[1] s = {1}, int64[2] e = {5, 6}",
                 "y = Slice(x, s, e)");
  expect_refused(ErrorCode::argument, "a step of 0",
                 "float[6] x, int64[1] s = {1}, int64[1] e = {5}, int64[1] a = {0}, int64[1] t = {0}",
                 "y = Slice(x, s, e, a, t)");
  expect_refused(ErrorCode::format, "operand 2 is missing", "float[6] x, int64[1] s = {1}", "y = Slice(x, s)");
  expect_refused(ErrorCode::unsupported, "operand 1 ('s') must be constant", "float[6] x, int64[1] s",
                 "y = Slice(x, s, s)");
}

std::string split(const std::string& inputs, const std::string& node, int opset) {
  return nodes_text(
      import_text("g (" + inputs + ") => (float[] a, float[] b, float[] c) { a, b, c = " + node + " }", opset));
}

void expect_split_refused(const std::string& text, const std::string& inputs, const std::string& node, int opset) {
  expect_any_error([&] { split(inputs, node, opset); });
  try {
    split(inputs, node, opset);
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(text));
  }
}

TEST(ConvertSplit, BecomesSlices) {
  EXPECT_EQ(split("float[1,6] x", "Split<axis = 1>(x)", 13),
            "%1 f32[1,2] = Slice(%0) {axes=[1], starts=[0], ends=[2], steps=[1]}\n"
            "%2 f32[1,2] = Slice(%0) {axes=[1], starts=[2], ends=[4], steps=[1]}\n"
            "%3 f32[1,2] = Slice(%0) {axes=[1], starts=[4], ends=[6], steps=[1]}");
}

TEST(ConvertSplit, SizesAreAnAttributeBeforeOpset13) {
  const std::string expected =
      "%1 f32[1,1] = Slice(%0) {axes=[1], starts=[0], ends=[1], steps=[1]}\n"
      "%2 f32[1,3] = Slice(%0) {axes=[1], starts=[1], ends=[4], steps=[1]}\n"
      "%3 f32[1,2] = Slice(%0) {axes=[1], starts=[4], ends=[6], steps=[1]}";
  EXPECT_EQ(split("float[1,6] x", "Split<axis = -1, split = [1, 3, 2]>(x)", 11), expected);
  EXPECT_EQ(split("float[1,6] x, int64[3] s = {1, 3, 2}", "Split<axis = 1>(x, s)", 13), expected);
}

TEST(ConvertSplit, LastPartIsSmallerSinceOpset18) {
  EXPECT_EQ(split("float[7] x", "Split<num_outputs = 3>(x)", 18),
            "%1 f32[3] = Slice(%0) {axes=[0], starts=[0], ends=[3], steps=[1]}\n"
            "%2 f32[3] = Slice(%0) {axes=[0], starts=[3], ends=[6], steps=[1]}\n"
            "%3 f32[1] = Slice(%0) {axes=[0], starts=[6], ends=[7], steps=[1]}");
  expect_split_refused("does not split into 3 equal parts", "float[7] x", "Split(x)", 17);
}

TEST(ConvertSplit, NumOutputsMustBeTheNumberOfOutputs) {
  expect_split_refused("num_outputs", "float[8] x", "Split<num_outputs = 4>(x)", 18);
}

TEST(ConvertSplit, RefusesSizesThatDoNotAddUp) {
  expect_split_refused("do not add up to 6", "float[6] x, int64[3] s = {1, 2, 2}", "Split(x, s)", 13);
  expect_split_refused("do not add up to 6", "float[6] x, int64[3] s = {1, 2, 4}", "Split(x, s)", 13);
  expect_split_refused("do not add up to 6", "float[6] x, int64[3] s = {7, -3, 2}", "Split(x, s)", 13);
  expect_split_refused("2 sizes for 3 outputs", "float[6] x, int64[2] s = {2, 4}", "Split(x, s)", 13);
}

TEST(ConvertPad, PadsAndValueAreOperands) {
  EXPECT_EQ(imported("float[1,3] x, int64[4] p = {0, 1, 0, 2}", "y = Pad(x, p)", 11),
            "%1 f32[1,6] = Pad(%0) {pads=[0,1,0,2]}");
  EXPECT_EQ(imported("float[1,3] x, int64[4] p = {0, 1, 0, 2}, float v = {-1.5}", "y = Pad(x, p, v)", 13),
            "%1 f32[1,6] = Pad(%0) {pads=[0,1,0,2], value=-1.5}");
}

TEST(ConvertPad, ModesAreNamed) {
  const std::string inputs = "float[1,3] x, int64[4] p = {0, 1, 0, 1}";
  EXPECT_EQ(imported(inputs, "y = Pad<mode = \"constant\">(x, p)"), "%1 f32[1,5] = Pad(%0) {pads=[0,1,0,1]}");
  EXPECT_EQ(imported(inputs, "y = Pad<mode = \"reflect\">(x, p)"),
            "%1 f32[1,5] = Pad(%0) {pads=[0,1,0,1], mode=reflect}");
  EXPECT_EQ(imported(inputs, "y = Pad<mode = \"edge\">(x, p)"), "%1 f32[1,5] = Pad(%0) {pads=[0,1,0,1], mode=edge}");
  EXPECT_EQ(imported(inputs, "y = Pad<mode = \"wrap\">(x, p)", 19),
            "%1 f32[1,5] = Pad(%0) {pads=[0,1,0,1], mode=wrap}");
  expect_refused(ErrorCode::unsupported, "mode 'mirror'", inputs, "y = Pad<mode = \"mirror\">(x, p)");
}

TEST(ConvertPad, AxesAreAnOperandSinceOpset18) {
  EXPECT_EQ(imported("float[1,3,4] x, int64[4] p = {1, 2, 3, 4}, int64[2] a = {-1, 1}", "y = Pad(x, p, , a)", 18),
            "%1 f32[1,9,8] = Pad(%0) {pads=[0,2,1,0,4,3]}");
  expect_refused(ErrorCode::format, "4 pads for 1 axes", "float[1,3] x, int64[4] p = {0, 1, 0, 1}, int64[1] a = {1}",
                 "y = Pad(x, p, , a)", 18);
}

TEST(ConvertPad, RefusesWrongPads) {
  expect_refused(ErrorCode::argument, "", "float[1,3] x, int64[2] p = {1, 1}", "y = Pad(x, p)");
  expect_refused(ErrorCode::unsupported, "operand 1 ('p') must be constant", "float[1,3] x, int64[4] p",
                 "y = Pad(x, p)");
  expect_refused(ErrorCode::shape, "one element is needed",
                 "float[1,3] x, int64[4] p = {0, 1, 0, 2}, float[2] v = {1, 2}", "y = Pad(x, p, v)");
}

}  // namespace

}  // namespace exeunt

#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(ConvertResize, ByScales) {
  EXPECT_EQ(imported("float[1,1,2,5] x, float[4] s = {1, 1, 2, 0.7}", "y = Resize<mode = \"linear\">(x, , s)", 13),
            "%1 f32[1,1,4,3] = Resize(%0) {sizes=[1,1,4,3], scales=[1,1,2,0.699999988079071], mode=linear}");
}

TEST(ConvertResize, EmptyOperandsAreLeftOut) {
  EXPECT_EQ(
      imported("float[1,2] x, float[0] r = {}, float[0] s = {}, int64[2] n = {1, 4}",
               "y = Resize<coordinate_transformation_mode = \"asymmetric\", nearest_mode = \"floor\">(x, r, s, n)", 11),
      "%1 f32[1,4] = Resize(%0) {sizes=[1,4], scales=[1,2], coordinates=asymmetric, rounding=floor}");
}

TEST(ConvertResize, ScalesAreAppliedInFloat) {
  EXPECT_THAT(imported("float[10] x, float[1] s = {0.7}", "y = Resize(x, , s)"),
              ::testing::StartsWith("%1 f32[7] = Resize"));
}

TEST(ConvertResize, NamedAxesOnly) {
  EXPECT_EQ(imported("float[1,2,4] x, int64[1] n = {6}", "y = Resize<axes = [-2]>(x, , , n)", 18),
            "%1 f32[1,6,4] = Resize(%0) {sizes=[1,6,4], scales=[1,3,1]}");
}

TEST(ConvertResize, KeepsTheAspectRatio) {
  const std::string inputs = "float[1,2,4] x, int64[2] n = {6, 6}";
  EXPECT_EQ(imported(inputs, "y = Resize<axes = [1, 2], keep_aspect_ratio_policy = \"not_larger\">(x, , , n)", 18),
            "%1 f32[1,3,6] = Resize(%0) {sizes=[1,3,6], scales=[1,1.5,1.5]}");
  EXPECT_EQ(imported(inputs, "y = Resize<axes = [1, 2], keep_aspect_ratio_policy = \"not_smaller\">(x, , , n)", 18),
            "%1 f32[1,6,12] = Resize(%0) {sizes=[1,6,12], scales=[1,3,3]}");
}

TEST(ConvertResize, RegionCutsTheSizeThatScalesGive) {
  EXPECT_EQ(imported("float[1,4] x, float[2] r = {0.5, 1}, float[1] s = {2}",
                     "y = Resize<axes = [1], coordinate_transformation_mode = \"tf_crop_and_resize\">(x, r, s)", 18),
            "%1 f32[1,4] = Resize(%0) {sizes=[1,4], scales=[1,2], roi=[0,0.5,1,1], coordinates=tf_crop_and_resize}");
}

TEST(ConvertResize, RefusesWhatDoesNotFit) {
  expect_refused(ErrorCode::format, "either scales or sizes", "float[2] x", "y = Resize(x)");
  expect_refused(ErrorCode::format, "either scales or sizes", "float[2] x, float[1] s = {1}, int64[1] n = {1}",
                 "y = Resize(x, , s, n)");
  expect_refused(ErrorCode::format, "2 scales for 1 axes", "float[2] x, float[2] s = {1, 1}", "y = Resize(x, , s)");
  expect_refused(ErrorCode::format, "mode 'area'", "float[2] x, float[1] s = {1}",
                 "y = Resize<mode = \"area\">(x, , s)");
  expect_refused(ErrorCode::unsupported, "must be constant", "float[2] x, float[1] s", "y = Resize(x, , s)");
}

}  // namespace

}  // namespace exeunt

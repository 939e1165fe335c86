#include "data/sample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/dtype.h"
#include "support/expect_error.h"
#include "support/samples.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::format_of;
using testing::tensor_of;

/// u8 [H,W,C] with 0, 1, 2, ...
Tensor counting_picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  Tensor picture(TensorType{DType::u8, {height, width, channels}});
  std::uint8_t next = 0;
  for (std::uint8_t& value : picture.mutable_span<std::uint8_t>()) value = next++;
  return picture;
}

template <class T = float>
std::vector<T> sample_of(const Tensor& picture, const SampleFormat& format) {
  Tensor out(format.sample);
  picture_to_sample(picture.view(), format, out.mutable_view());
  const auto values = out.span<T>();
  return {values.begin(), values.end()};
}

template <class T = float>
std::vector<T> sample_of_values(const Tensor& values, const SampleFormat& format) {
  Tensor out(format.sample);
  values_to_sample(values.view(), format, out.mutable_view());
  const auto span = out.span<T>();
  return {span.begin(), span.end()};
}

TEST(PictureAxes, AreFoundFromTheShape) {
  const auto layout = [](const Shape& shape) { return picture_axes(format_of(shape))->layout; };
  EXPECT_EQ(layout({3, 32, 32}), ImageLayout::chw);
  EXPECT_EQ(layout({1, 28, 28}), ImageLayout::chw);
  EXPECT_EQ(layout({32, 32, 3}), ImageLayout::hwc);
  EXPECT_EQ(layout({28, 28, 1}), ImageLayout::hwc);
  EXPECT_EQ(layout({32, 32, 4}), ImageLayout::hwc);
}

TEST(PictureAxes, PreferChwWhereBothEndsFitUnlessTold) {
  SampleFormat format = format_of({3, 5, 3});
  EXPECT_EQ(picture_axes(format)->layout, ImageLayout::chw);
  format.layout = ImageLayout::hwc;
  EXPECT_EQ(picture_axes(format)->layout, ImageLayout::hwc);
  EXPECT_EQ(picture_axes(format)->width, 5);
}

TEST(PictureAxes, AreMissingWhereThereIsNoPicture) {
  EXPECT_FALSE(picture_axes(format_of({784})));
  EXPECT_FALSE(picture_axes(format_of({28, 28})));
  EXPECT_FALSE(picture_axes(format_of({2, 32, 32})));
  EXPECT_FALSE(picture_axes(format_of({1, 3, 32, 32})));
}

TEST(PictureToSample, PutsChannelsWhereTheModelWantsThem) {
  const Tensor picture = counting_picture(2, 2, 3);
  EXPECT_EQ(sample_of(picture, format_of({3, 2, 2})), (std::vector<float>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}));
  EXPECT_EQ(sample_of(picture, format_of({2, 2, 3})), (std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST(PictureToSample, GivesGreyToEveryChannel) {
  const Tensor grey = counting_picture(1, 2, 1);
  SampleFormat format = format_of({3, 1, 2});
  EXPECT_EQ(sample_of(grey, format), (std::vector<float>{0, 1, 0, 1, 0, 1}));
  format = format_of({1, 2, 3});
  format.layout = ImageLayout::hwc;
  EXPECT_EQ(sample_of(grey, format), (std::vector<float>{0, 0, 0, 1, 1, 1}));
}

TEST(PictureToSample, ScalesThenSubtractsThenDivides) {
  const Tensor picture = tensor_of<std::uint8_t>(DType::u8, {1, 1, 3}, {255, 51, 0});
  SampleFormat format = format_of({3, 1, 1});
  format.scale = 1.0F / 255.0F;
  format.mean = {0.5F, 0.25F, 0.125F};
  format.stddev = {0.5F};
  const std::vector<float> sample = sample_of(picture, format);
  EXPECT_FLOAT_EQ(sample[0], 1.0F);
  EXPECT_NEAR(sample[1], -0.1F, 1e-6F);
  EXPECT_FLOAT_EQ(sample[2], -0.25F);
}

TEST(PictureToSample, ScalesByChannelInBothLayouts) {
  const Tensor picture = counting_picture(1, 2, 3);
  SampleFormat format = format_of({1, 2, 3});
  format.layout = ImageLayout::hwc;
  format.mean = {0, 1, 2};
  format.stddev = {1, 2, 4};
  EXPECT_EQ(sample_of(picture, format), (std::vector<float>{0, 0, 0, 3, 1.5F, 0.75F}));
  format.sample.shape = {3, 1, 2};
  format.layout = ImageLayout::chw;
  EXPECT_EQ(sample_of(picture, format), (std::vector<float>{0, 3, 0, 1.5F, 0, 0.75F}));
}

TEST(PictureToSample, WritesTheTypeOfTheModel) {
  const Tensor picture = tensor_of<std::uint8_t>(DType::u8, {1, 2, 1}, {0, 200});
  EXPECT_EQ(sample_of<std::uint8_t>(picture, format_of({1, 1, 2}, DType::u8))[1], 200);
  EXPECT_EQ(sample_of<std::int8_t>(picture, format_of({1, 1, 2}, DType::i8))[1], 127);
  EXPECT_EQ(sample_of<std::int64_t>(picture, format_of({1, 1, 2}, DType::i64))[1], 200);
  EXPECT_EQ(sample_of<Half>(picture, format_of({1, 1, 2}, DType::f16))[1].bits, Half(200.0F).bits);
  EXPECT_EQ(sample_of<BFloat16>(picture, format_of({1, 1, 2}, DType::bf16))[1].bits, BFloat16(200.0F).bits);
}

TEST(PictureToSample, ResizesOnlyWhenTold) {
  Tensor picture(TensorType{DType::u8, {6, 4, 3}});
  std::ranges::fill(picture.mutable_span<std::uint8_t>(), 90);
  SampleFormat format = format_of({3, 8, 8});
  expect_error(ErrorCode::shape, "6 x 4 (height x width), but the input f32[3,8,8] needs 8 x 8; turn on resize",
               [&] { sample_of(picture, format); });
  format.resize = true;
  EXPECT_EQ(sample_of(picture, format), std::vector<float>(3 * 8 * 8, 90.0F));
}

TEST(PictureToSample, ResizesBetweenNeighbours) {
  const Tensor ramp = tensor_of<std::uint8_t>(DType::u8, {1, 2, 1}, {0, 200});
  SampleFormat format = format_of({1, 1, 8});
  format.layout = ImageLayout::chw;
  format.resize = true;
  const std::vector<float> wide = sample_of(ramp, format);
  EXPECT_EQ(wide.front(), 0.0F);
  EXPECT_EQ(wide.back(), 200.0F);
  EXPECT_TRUE(std::ranges::is_sorted(wide));
  EXPECT_NEAR(wide[3], 75.0F, 1.0F);
  format.sample.shape = {1, 1, 1};
  EXPECT_NEAR(sample_of(ramp, format)[0], 100.0F, 1.0F);
}

TEST(PictureToSample, SaysWhyAPictureDoesNotFit) {
  const Tensor rgb = counting_picture(2, 2, 3);
  expect_error(ErrorCode::shape, "3 channels, but the input f32[1,2,2] has 1; convert the pictures to grey", [&] {
    sample_of(rgb, format_of({1, 2, 2}));
  });
  expect_error(ErrorCode::shape, "3 channels, but the input f32[4,2,2] has 4", [&] {
    sample_of(rgb, format_of({4, 2, 2}));
  });
  expect_error(ErrorCode::shape, "takes no pictures", [&] { sample_of(rgb, format_of({12})); });
  expect_error(ErrorCode::shape, "takes no pictures", [&] { sample_of(rgb, format_of({2, 5, 5})); });
  expect_error(ErrorCode::shape, "[2,2,2]", [&] { sample_of(counting_picture(2, 2, 2), format_of({3, 2, 2})); });
  const Tensor floats(TensorType{DType::f32, {2, 2, 3}});
  expect_error(ErrorCode::dtype, "u8 [H,W,C], not f32[2,2,3]", [&] { sample_of(floats, format_of({3, 2, 2})); });
}

TEST(PictureToSample, RefusesAnotherOutput) {
  const Tensor picture = counting_picture(2, 2, 3);
  Tensor out(TensorType{DType::f32, {2, 2, 3}});
  expect_error(ErrorCode::shape, "f32[3,2,2]", [&] {
    picture_to_sample(picture.view(), format_of({3, 2, 2}), out.mutable_view());
  });
}

TEST(PictureToSample, RefusesToResizeNothing) {
  const Tensor nothing(TensorType{DType::u8, {0, 2, 3}});
  SampleFormat format = format_of({3, 2, 2});
  format.resize = true;
  expect_error(ErrorCode::shape, "empty", [&] { sample_of(nothing, format); });
}

TEST(CheckFormat, RefusesCountsOfValuesThatAreNotTheChannels) {
  SampleFormat format = format_of({3, 2, 2});
  format.mean = {1, 2};
  expect_error(ErrorCode::argument, "mean has 2 values; give 1, or 3", [&] { check_format(format); });
  format.mean = {};
  expect_error(ErrorCode::argument, "mean has 0 values", [&] { check_format(format); });
  format.mean = {1, 2, 3};
  check_format(format);
  format.stddev = {1, 2, 3, 4};
  expect_error(ErrorCode::argument, "stddev has 4 values", [&] { check_format(format); });
  format = format_of({784});
  format.mean = {1, 2, 3};
  expect_error(ErrorCode::argument, "has no channels; give 1 value", [&] { check_format(format); });
}

TEST(CheckFormat, RefusesADivisionByZero) {
  SampleFormat format = format_of({3, 2, 2});
  format.stddev = {1, 0, 1};
  expect_error(ErrorCode::argument, "stddev is 0", [&] { check_format(format); });
}

TEST(CheckFormat, RefusesALayoutWithoutAPicture) {
  SampleFormat format = format_of({784});
  format.layout = ImageLayout::chw;
  expect_error(ErrorCode::argument, "no picture", [&] { check_format(format); });
}

TEST(CheckFormat, RefusesSamplesWithUnknownDims) {
  expect_error(ErrorCode::shape, "negative", [] { check_format(format_of({3, -1, 32})); });
}

TEST(ValuesToSample, TakesTheSampleAsItIs) {
  const Tensor values = tensor_of<double>(DType::f64, {2, 2}, {0.5, -1, 1e10, 4});
  EXPECT_EQ(sample_of_values(values, format_of({2, 2})), (std::vector<float>{0.5F, -1, 1e10F, 4}));
  const Tensor scalar = tensor_of<float>(DType::f32, {}, {3});
  EXPECT_EQ(sample_of_values(scalar, format_of({})), (std::vector<float>{3}));
  EXPECT_EQ(sample_of_values(scalar, format_of({1})), (std::vector<float>{3}));
}

TEST(ValuesToSample, FlattensForAFlatSample) {
  const Tensor values = tensor_of<std::uint8_t>(DType::u8, {2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(sample_of_values(values, format_of({6})), (std::vector<float>{1, 2, 3, 4, 5, 6}));
}

TEST(ValuesToSample, PermutesWhereThatMakesItFit) {
  const Tensor hwc = counting_picture(2, 2, 3);
  EXPECT_EQ(sample_of_values(hwc, format_of({3, 2, 2})), (std::vector<float>{0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11}));
  const Tensor chw = tensor_of<float>(DType::f32, {3, 1, 2}, {0, 1, 2, 3, 4, 5});
  SampleFormat format = format_of({1, 2, 3});
  format.layout = ImageLayout::hwc;
  EXPECT_EQ(sample_of_values(chw, format), (std::vector<float>{0, 2, 4, 1, 3, 5}));
  const Tensor other = counting_picture(2, 2, 7);
  EXPECT_EQ(sample_of_values(other, format_of({7, 2, 2}))[1], 7.0F);
}

TEST(ValuesToSample, DoesNotPermuteAgainstTheLayout) {
  // [32,3,32] would become [3,32,32] as if its first axis were channels.
  expect_error(ErrorCode::shape, "[32,3,32], but the input is f32[3,32,32]", [] {
    check_values({32, 3, 32}, format_of({3, 32, 32}));
  });
}

TEST(ValuesToSample, NamesBothShapesOfAMisfit) {
  for (const Shape& values : {Shape{3, 31, 32}, Shape{3072}, Shape{1, 3, 32, 32}, Shape{}}) {
    expect_error(ErrorCode::shape, values.str() + ", but the input is f32[3,32,32]", [&] {
      check_values(values, format_of({3, 32, 32}));
    });
  }
}

TEST(ValuesToSample, ScalesLikePictures) {
  const Tensor values = tensor_of<float>(DType::f32, {3, 1, 2}, {0, 1, 2, 3, 4, 5});
  SampleFormat format = format_of({3, 1, 2});
  format.scale = 2;
  format.mean = {0, 1, 2};
  EXPECT_EQ(sample_of_values(values, format), (std::vector<float>{0, 2, 3, 5, 6, 8}));
}

TEST(ValuesToSample, KeepsLargeIntegersWhole) {
  const std::int64_t large = (std::int64_t{1} << 62) + 1;
  const Tensor values = tensor_of<std::int64_t>(DType::i64, {1}, {large});
  EXPECT_EQ(sample_of_values<std::int64_t>(values, format_of({1}, DType::i64))[0], large);
}

TEST(ValuesToSample, KeepsIntegersInTheRangeOfTheModel) {
  const Tensor values = tensor_of<std::int64_t>(DType::i64, {2}, {-1000, 1000});
  EXPECT_EQ(sample_of_values<std::int8_t>(values, format_of({2}, DType::i8)), (std::vector<std::int8_t>{-128, 127}));
  EXPECT_EQ(sample_of_values<std::uint64_t>(values, format_of({2}, DType::u64)), (std::vector<std::uint64_t>{0, 1000}));
}

TEST(ValuesToSample, ConvertsBetweenAllTypes) {
  for (int from = 0; from <= static_cast<int>(DType::boolean); ++from) {
    for (int to = 0; to <= static_cast<int>(DType::boolean); ++to) {
      Tensor values(TensorType{static_cast<DType>(from), {2}});
      dispatch(values.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        values.mutable_span<T>()[1] = convert<T>(1);
      });
      Tensor out(TensorType{static_cast<DType>(to), {2}});
      values_to_sample(values.view(), format_of({2}, out.dtype()), out.mutable_view());
      dispatch(out.dtype(), [&](auto tag) {
        using T = typename decltype(tag)::type;
        EXPECT_EQ(convert<double>(out.span<T>()[0]), 0.0) << from << " to " << to;
        EXPECT_EQ(convert<double>(out.span<T>()[1]), 1.0) << from << " to " << to;
      });
    }
  }
}

}  // namespace

}  // namespace exeunt

#include <exeunt/session.h>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// A model that gives back its input of this type.
std::string echo(const std::string& type) {
  return "input %x " + type + " \"x\"\n%y = Identity(%x)\noutput \"y\"\nexit(%y)";
}

SessionOptions with_format(const InputFormat& format, std::int64_t max_batch = 1) {
  return {.max_batch = max_batch, .inputs = {format}};
}

std::vector<float> echoed(const std::string& type, const InputFormat& format, const Tensor& x) {
  Session session(plan_of(echo(type)), with_format(format, x.shape()[0]));
  const Results& results = session.run(x.view());
  std::vector<float> values;
  for (std::int64_t i = 0; i < results.size(); ++i) {
    const auto row = results.output(i).span<float>();
    values.insert(values.end(), row.begin(), row.end());
  }
  return values;
}

TEST(InputFormat, FloatsTakeBytesAsTheyAre) {
  EXPECT_THAT(echoed("f32[1,3]", {}, u8({1, 3}, {0, 7, 255})), ElementsAre(0, 7, 255));
  EXPECT_THAT(echoed("f32[1,3]", {}, u8({2, 3}, {0, 7, 255, 1, 2, 3})), ElementsAre(0, 7, 255, 1, 2, 3));
}

TEST(InputFormat, OtherTypesAreNotGuessed) {
  Session session(plan_of(echo("f32[1,3]")));
  expect_error(ErrorCode::dtype, "input 'x' is i8; f32 is needed (or u8)", [&] {
    session.run(i8({1, 3}, {1, 2, 3}).view());
  });
  Session integers(plan_of(echo("i64[1,3]")));
  expect_error(ErrorCode::dtype, "input 'x' is u8; i64 is needed", [&] { integers.run(u8({1, 3}, {1, 2, 3}).view()); });
}

TEST(InputFormat, ScalesBytesAndFloatsAlike) {
  InputFormat format;
  format.scale = 0.5F;
  format.mean = {1};
  format.stddev = {4};
  EXPECT_THAT(echoed("f32[1,3]", format, u8({1, 3}, {0, 10, 42})), ElementsAre(-0.25F, 1, 5));
  EXPECT_THAT(echoed("f32[1,3]", format, f32({1, 3}, {0, 10, 42})), ElementsAre(-0.25F, 1, 5));
}

TEST(InputFormat, EachChannelHasItsMean) {
  InputFormat format;
  format.mean = {1, 2, 3};
  EXPECT_THAT(echoed("f32[1,3,1,2]", format, u8({1, 3, 1, 2}, {10, 11, 20, 21, 30, 31})),
              ElementsAre(9, 10, 18, 19, 27, 28));
  EXPECT_THAT(echoed(
                  "f32[1,1,2,3]",
                  [&] {
                    auto f = format;
                    f.layout = ImageLayout::hwc;
                    return f;
                  }(),
                  u8({1, 1, 2, 3}, {10, 20, 30, 11, 21, 31})),
              ElementsAre(9, 18, 27, 10, 19, 28));
}

TEST(InputFormat, TheOtherLayoutIsTurnedWhenSaid) {
  InputFormat hwc;
  hwc.data_layout = ImageLayout::hwc;
  EXPECT_THAT(echoed("f32[1,3,2,2]", hwc, u8({1, 2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})),
              ElementsAre(1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12));
  InputFormat chw;
  chw.data_layout = ImageLayout::chw;
  EXPECT_THAT(echoed("f32[1,2,2,3]", chw, f32({1, 3, 2, 2}, {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12})),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
}

TEST(InputFormat, AShapeThatFitsBothWaysIsTheModels) {
  const Tensor cube = u8({1, 1, 2, 1}, {1, 2});
  EXPECT_THAT(echoed("f32[1,1,2,1]", {}, cube), ElementsAre(1, 2));
  const Tensor square = counting({1, 3, 3, 3});
  const std::vector<float> as_is = echoed("f32[1,3,3,3]", {}, square);
  EXPECT_THAT(as_is, ::testing::ElementsAreArray(square.span<float>()));
  InputFormat hwc;
  hwc.data_layout = ImageLayout::hwc;
  EXPECT_EQ(echoed("f32[1,3,3,3]", hwc, square)[1], 4) << "unless the layout is said";
}

TEST(InputFormat, ALayoutThatWouldFitIsNamed) {
  Session session(plan_of(echo("f32[1,3,4,5]")));
  expect_error(ErrorCode::shape,
               "input 'x' is [1,4,5,3]; [1,3,4,5] is needed; it would fit with the axes in the order NHWC", [&] {
                 session.run(Tensor({DType::u8, {1, 4, 5, 3}}).view());
               });
}

TEST(InputFormat, WhatCannotBelongToTheInputIsRefused) {
  const auto refuse = [](const std::string& type, const std::string& text, const auto& change) {
    InputFormat format;
    change(format);
    expect_error(ErrorCode::argument, text, [&] { Session(plan_of(echo(type)), with_format(format)); });
  };
  refuse("f32[1,12]", "is no picture", [](InputFormat& f) { f.data_layout = ImageLayout::hwc; });
  refuse("f32[1,8,5,6]", "does not tell the axis order", [](InputFormat& f) { f.data_layout = ImageLayout::hwc; });
  refuse("f32[1,3,5,6]", "mean has 2 values; give 1, or 3", [](InputFormat& f) { f.mean = {1, 2}; });
  refuse("f32[1,12]", "does not tell its channels", [](InputFormat& f) { f.stddev = {1, 2}; });
  refuse("f32[1,12]", "stddev is 0", [](InputFormat& f) { f.stddev = {0}; });
  refuse("u8[1,12]", "only floats are scaled", [](InputFormat& f) { f.scale = 2; });
  expect_error(ErrorCode::argument, "2 input formats were given; the model has 1 input", [] {
    Session(plan_of(echo("f32[1,2]")), {.inputs = {InputFormat{}, InputFormat{}}});
  });
}

TEST(InputFormat, AnInputReadBehindADecisionStaysConverted) {
  const std::string text = R"(
    input %x f32[1,2] "x"
    %n = Neg(%x)
    output "y"
    decide max_prob(%x) > 5 { exit(%n) exit(%x) })";
  Session session(plan_of(text), {.max_batch = 3});
  const Tensor x = u8({3, 2}, {9, 1, 2, 3, 4, 5});
  const Results& results = session.run(x.view());
  EXPECT_THAT(results.output(0).span<float>(), ElementsAre(-9, -1));
  EXPECT_THAT(results.output(1).span<float>(), ElementsAre(2, 3));
  EXPECT_THAT(results.output(2).span<float>(), ElementsAre(4, 5));
  EXPECT_THAT(session.run(u8({1, 2}, {1, 2}).view()).output(0).span<float>(), ElementsAre(1, 2));
}

TEST(InputFormat, HalfFloatsTakeBytesToo) {
  Session session(plan_of(echo("f16[1,2]")));
  const Results& results = session.run(u8({1, 2}, {3, 200}).view());
  EXPECT_EQ(static_cast<float>(results.output(0).span<Half>()[1]), 200);
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/calibrate.h>

#include <algorithm>

#include "data/source.h"
#include "engine/compile/model_data.h"
#include "graph/text.h"
#include "support/models.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Rows of a tensor.
class Rows final : public Dataset::Source {
 public:
  explicit Rows(Tensor rows) : Source(info_of(rows)), rows_(std::move(rows)) {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    std::copy_n(rows_.view().data + static_cast<std::size_t>(index) * out.type.bytes(), out.type.bytes(), out.data);
  }

 private:
  static DatasetInfo info_of(const Tensor& rows) {
    SampleFormat format;
    format.sample = {rows.dtype(), Shape(rows.shape().dims().subspan(1))};
    return {.format = format, .size = rows.shape()[0], .labels = {}, .class_names = {}};
  }

  Tensor rows_;
};

Dataset data_of(Tensor rows) { return Dataset(std::make_shared<const Rows>(std::move(rows))); }

CalibrateOptions min_max() {
  CalibrateOptions options;
  options.method = CalibrationMethod::min_max;
  return options;
}

void expect_range(const Calibration& calibration, const std::string& name, float low, float high) {
  ASSERT_TRUE(calibration.ranges.contains(name)) << name;
  EXPECT_FLOAT_EQ(calibration.ranges.at(name).low, low) << name;
  EXPECT_FLOAT_EQ(calibration.ranges.at(name).high, high) << name;
}

constexpr const char* kChain =
    "g (float[1,2,2] x, float[1] one = {1}) => (float[1,2,2] y) { a = Add(x, one) b = Exp(a) y = Neg(b) }";

TEST(Calibrate, FindsTheRangeOfEveryValueAndOfTheInput) {
  const Calibration result =
      calibrate(model_from(kChain), data_of(f32({2, 2, 2}, {0, 1, 2, 3, -2, 0, 1, 2})), min_max());
  EXPECT_EQ(result.method, "min_max");
  EXPECT_EQ(result.samples, 2);
  EXPECT_EQ(result.ranges.size(), 4U);
  expect_range(result, "x", -2, 3);
  expect_range(result, "a", -1, 4);
  expect_range(result, "b", std::exp(-1.0F), std::exp(4.0F));
  expect_range(result, "y", -std::exp(4.0F), -std::exp(-1.0F));
}

TEST(Calibrate, FindsTheMeanOfEachChannel) {
  const Calibration result =
      calibrate(model_from(kChain), data_of(f32({2, 2, 2}, {0, 2, 4, 6, 2, 4, 6, 8})), min_max());
  EXPECT_THAT(result.ranges.at("x").channel_mean, ElementsAre(2, 6));
  EXPECT_THAT(result.ranges.at("a").channel_mean, ElementsAre(3, 7));
}

/// A convolution's result lies with channels last, whatever its axes say; an input's axes as the caller hands them.
TEST(Calibrate, ChannelsAreThoseOfTheGraphInAnyLayout) {
  const Model model = model_from(
      "g (float[1,2,2,2] x, float[2,2,1,1] w = {1, 0, 0, 10}) => (float[1,8] y) "
      "{ t = Transpose<perm = [0, 3, 1, 2]>(x) c = Conv(t, w) r = Relu(c) y = Flatten(r) }");
  // NHWC: channel 0 holds 1, 2, 3, 4, channel 1 holds 5, 6, 7, 8.
  const Calibration result = calibrate(model, data_of(f32({1, 2, 2, 2}, {1, 5, 2, 6, 3, 7, 4, 8})), min_max());
  for (const auto& [name, range] : result.ranges) {
    SCOPED_TRACE(name);
    if (name == "y") {
      EXPECT_THAT(range.channel_mean, ElementsAre(1, 2, 3, 4, 50, 60, 70, 80)) << "in the graph's order";
      EXPECT_EQ(range.high, 80);
    } else {
      const bool scaled = range.high == 80;
      EXPECT_THAT(range.channel_mean, ElementsAre(2.5F, scaled ? 65 : 6.5F));
    }
  }
  EXPECT_GE(result.ranges.size(), 3U) << "x, the convolution and its view";
  EXPECT_TRUE(result.ranges.contains("y")) << print_graph(model.data().graph);
}

/// Leaves where x0 > 0.5; the late path adds a hundred.
constexpr const char* kTwoExits = R"(g (float[1,2] x, float limit = {0.5}, float[1] hundred = {100}) => (float[1,2] y) {
  most = ReduceMax<keepdims = 0>(x)
  sure = Greater(most, limit)
  y = If(sure) <
    then_branch = t () => (float[1,2] early) { early = Neg(x) },
    else_branch = e () => (float[1,2] late) { h = Add(x, hundred) late = Neg(h) }
  >
})";

TEST(Calibrate, AllSegmentsSeeAllSamplesUnlessOnlyThoseThatReachThemCount) {
  const Model model = model_from(kTwoExits);
  const auto data = [] { return data_of(f32({4, 2}, {0, 0.25F, 0.125F, 0, 7, 9, -1, 0})); };
  CalibrateOptions options = min_max();
  const Calibration all = calibrate(model, data(), options);
  EXPECT_THAT(all.exit_shares, ElementsAre(0.25, 0.75));
  expect_range(all, "x", -1, 9);
  expect_range(all, "early", -9, 1);
  expect_range(all, "late", -109, -99);
  options.only_reaching = true;
  const Calibration reaching = calibrate(model, data(), options);
  expect_range(reaching, "x", -1, 9);
  expect_range(reaching, "early", -9, -7);
  expect_range(reaching, "late", -100.25F, -99);
}

TEST(Calibrate, ValuesThatNoSampleReachesAreLeftOut) {
  CalibrateOptions options = min_max();
  options.only_reaching = true;
  const Calibration result = calibrate(model_from(kTwoExits), data_of(f32({1, 2}, {0, 0})), options);
  EXPECT_FALSE(result.ranges.contains("early"));
  EXPECT_TRUE(result.ranges.contains("late"));
}

TEST(Calibrate, EveryMethodStaysWithinWhatWasSeen) {
  const Model model = Model::load(std::filesystem::path(EXEUNT_SOURCE_DIR) / "models/digits/lenet_digits.onnx");
  SampleFormat format;
  format.sample = {DType::f32, {1, 8, 8}};
  const Dataset digits = Dataset::open(
      "npz:" + (std::filesystem::path(EXEUNT_SOURCE_DIR) / "models/digits/digits_test.npz").string(), format);
  CalibrateOptions options = min_max();
  options.limit = 50;
  const Calibration widest = calibrate(model, digits, options);
  EXPECT_GE(widest.ranges.size(), 6U);
  for (const std::string name : {"percentile", "entropy", "mse"}) {
    options.method = *parse_calibration_method(name);
    const Calibration result = calibrate(model, digits, options);
    EXPECT_EQ(result.method, name);
    ASSERT_EQ(result.ranges.size(), widest.ranges.size());
    int cut = 0;
    for (const auto& [value, range] : result.ranges) {
      const ValueRange& most = widest.ranges.at(value);
      EXPECT_GE(range.low, most.low) << name << value;
      EXPECT_LE(range.high, most.high) << name << value;
      EXPECT_EQ(range.channel_mean, most.channel_mean) << name << value;
      cut += range.low > most.low || range.high < most.high ? 1 : 0;
    }
    EXPECT_GT(cut, 0) << name;
  }
}

TEST(Calibrate, ALimitTakesSamplesFromAllOverTheData) {
  CalibrateOptions options = min_max();
  options.limit = 2;
  std::vector<std::pair<std::int64_t, std::int64_t>> steps;
  options.progress = [&](std::int64_t done, std::int64_t total) { steps.emplace_back(done, total); };
  const Calibration result = calibrate(model_from(kTwoExits), data_of(f32({4, 2}, {0, 0, 9, 9, 3, 3, 9, 9})), options);
  EXPECT_EQ(result.samples, 2);
  expect_range(result, "x", 0, 3);
  EXPECT_THAT(steps, ElementsAre(std::pair(1, 2), std::pair(2, 2)));
}

TEST(Calibrate, ValuesOfAnyFloatTypeAreSeenAndNoOthers) {
  const Model model =
      model_from("g (double[1,2] x) => (double[1,2] y, int32[1,2] z) { y = Neg(x) z = Cast<to = 6>(x) }");
  const Calibration result = calibrate(model, data_of(tensor(DType::f64, {2, 2}, {1, 2, 3, 5})), min_max());
  EXPECT_EQ(result.ranges.size(), 2U);
  expect_range(result, "x", 1, 5);
  expect_range(result, "y", -5, -1);
  EXPECT_THAT(result.ranges.at("y").channel_mean, ElementsAre(-2, -3.5F));
}

TEST(Calibrate, MethodsHaveNames) {
  for (const auto method :
       {CalibrationMethod::min_max, CalibrationMethod::percentile, CalibrationMethod::entropy, CalibrationMethod::mse})
    EXPECT_EQ(parse_calibration_method(calibration_method_name(method)), method);
  EXPECT_EQ(parse_calibration_method("kl"), std::nullopt);
}

TEST(Calibrate, WhatCannotBeCalibratedIsAnError) {
  const Model model = model_from(kChain);
  const auto refuses = [&](const std::string& text, const Model& bad, Tensor rows, const CalibrateOptions& options) {
    expect_error(ErrorCode::argument, text, [&] { calibrate(bad, data_of(std::move(rows)), options); });
  };
  CalibrateOptions options;
  refuses("there are no samples", model, f32({0, 2, 2}, {}), options);
  refuses("has 2 inputs", model_from("g (float[1,1] x, float[1,1] z) => (float[1,1] y) { y = Add(x, z) }"),
          f32({1, 1}, {1}), options);
  refuses("its first axis is no batch axis", model_from("g (float[3] x) => (float[3] y) { y = Neg(x) }"),
          f32({1, 3}, {1, 2, 3}), options);
  options.share = 1.5;
  refuses("a share of 1.5", model, f32({1, 2, 2}, {1, 2, 3, 4}), options);
  options = {};
  options.limit = -1;
  refuses("the limit of samples is -1", model, f32({1, 2, 2}, {1, 2, 3, 4}), options);
}

}  // namespace

}  // namespace exeunt

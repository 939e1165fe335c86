#include <exeunt/session.h>
#include <exeunt/tools/arrays.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// Small networks from real exporters (tests/exported) against ONNX Runtime's answers.
namespace exeunt {

namespace {

constexpr double kTolerance = 1e-4;

constexpr std::string_view kFiles[] = {
    "resnet18_torch",
    "resnet18_traced",
    "resnet18_cond",
    "resnet18_script",
    "mobilenet_v2_torch",
    "mobilenet_v2_traced",
    "mobilenet_v2_cond",
    "mobilenet_v2_script",
    "mobilenet_v3_torch",
    "mobilenet_v3_traced",
    "mobilenet_v3_cond",
    "mobilenet_v3_script",
    "efficientnet_torch",
    "efficientnet_traced",
    "efficientnet_cond",
    "efficientnet_script",
    "convnext_torch",
    "convnext_traced",
    "convnext_cond",
    "convnext_script",
    "densenet_torch",
    "densenet_traced",
    "densenet_cond",
    "densenet_script",
    "unet_torch",
    "unet_traced",
    "unet_cond",
    "unet_script",
    "vit_torch",
    "vit_traced",
    "vit_cond",
    "vit_script",
    "text_cnn_torch",
    "text_cnn_traced",
    "text_cnn_cond",
    "text_cnn_script",
    "mobilenet_v1_tflite",
    "mobilenet_v1_tflite_cond",
    "mobilenet_v1_keras",
    "cnn_tflite",
    "cnn_tflite_cond",
    "cnn_keras",
};

/// Row `i` of `array`; with a batch axis of 1 before the row if `keep_batch`.
TensorView row(const Tensor& array, std::int64_t i, bool keep_batch) {
  const auto dims = array.shape().dims();
  std::vector<std::int64_t> shape(dims.begin() + (keep_batch ? 0 : 1), dims.end());
  if (keep_batch) shape[0] = 1;
  const TensorType type{array.dtype(), Shape(shape)};
  return {array.view().data + static_cast<std::size_t>(i) * type.bytes(), type};
}

std::vector<double> as_doubles(const TensorView& view) {
  const Tensor wide = cast_array(view, DType::f64);
  return {wide.span<double>().begin(), wide.span<double>().end()};
}

/// The largest difference, relative to values above 1; infinite where only one of both is a number.
double worst_difference(const TensorView& got, const TensorView& expected) {
  const std::vector<double> a = as_doubles(got);
  const std::vector<double> b = as_doubles(expected);
  double worst = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]) / std::max(1.0, std::abs(b[i]));
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  return worst;
}

struct Case {
  std::string_view file;
  std::string_view backend;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.file << " on " << c.backend; }

std::string name_of(const ::testing::TestParamInfo<Case>& info) {
  return fmt::format("{}_{}", info.param.file, info.param.backend);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const std::string_view file : kFiles) {
    for (const std::string_view backend : {"cpu", "ref"}) cases.push_back({file, backend});
  }
  return cases;
}

class Exported : public ::testing::TestWithParam<Case> {
 protected:
  std::filesystem::path path(std::string_view suffix) const {
    return std::filesystem::path(EXEUNT_SOURCE_DIR) / "tests" / "exported" /
           fmt::format("{}.{}", GetParam().file, suffix);
  }
};

TEST_P(Exported, AnswersAsOnnxRuntime) {
  const Arrays recorded = read_npz(path("npz"));
  const Plan plan = Plan::build(Model::load(path("onnx")), {.backend = std::string(GetParam().backend)});
  const auto exits = recorded.find("exit");
  ASSERT_EQ(plan.decisions().size(), exits == recorded.end() ? 0U : 1U);
  Session session(plan);

  const Tensor& x = recorded.at("x");
  for (std::int64_t i = 0; i < x.shape()[0]; ++i) {
    SCOPED_TRACE(fmt::format("sample {}", i));
    const Results& results = session.run(row(x, i, true));
    const int expected_exit =
        exits == recorded.end() ? 0 : exits->second.span<std::int8_t>()[static_cast<std::size_t>(i)];
    EXPECT_EQ(results.exit(0), expected_exit);
    for (std::size_t output = 0; output < plan.outputs().size(); ++output) {
      const TensorView expected = row(recorded.at(fmt::format("output{}", output)), i, false);
      const TensorView got = results.output(0, output);
      ASSERT_EQ(got.type, expected.type) << plan.outputs()[output];
      EXPECT_LE(worst_difference(got, expected), kTolerance) << plan.outputs()[output];
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Exported, ::testing::ValuesIn(all_cases()), name_of);

TEST(ExportedFolder, HoldsNoFileThatIsNotListed) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(EXEUNT_SOURCE_DIR) / "tests/exported")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".onnx") continue;
    EXPECT_NE(std::ranges::find(kFiles, name), std::end(kFiles)) << name;
  }
}

}  // namespace

}  // namespace exeunt

#include <exeunt/model.h>
#include <exeunt/tools/inspect.h>
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "support/shared.h"

/// What exporters spell out is one op in the canonical form of whole networks.
namespace exeunt {

namespace {

namespace fs = std::filesystem;

std::string canonical_text(const fs::path& file) { return graph_text(Model::load(file), GraphStage::canonical); }

std::string exported(std::string_view name) {
  return canonical_text(fs::path(EXEUNT_SOURCE_DIR) / "tests" / "exported" / fmt::format("{}.onnx", name));
}

/// How often the op stands in the text.
int count(const std::string& text, const std::string& op) {
  const std::regex node(" = " + op + "\\(");
  return static_cast<int>(std::distance(std::sregex_iterator(text.begin(), text.end(), node), std::sregex_iterator()));
}

int count_fused(const std::string& text, const std::string& activation) {
  const std::regex field("activation=" + activation + "[,}]");
  return static_cast<int>(std::distance(std::sregex_iterator(text.begin(), text.end(), field), std::sregex_iterator()));
}

TEST(Recognized, NoExportedNetworkKeepsAFunctionInPieces) {
  for (const auto& entry : fs::directory_iterator(fs::path(EXEUNT_SOURCE_DIR) / "tests/exported")) {
    if (entry.path().extension() != ".onnx") continue;
    SCOPED_TRACE(entry.path().filename().string());
    const std::string text = canonical_text(entry.path());
    for (const std::string op : {"Erf", "Sqrt", "Pow", "Reciprocal", "BatchNorm", "Sigmoid", "Pad", "Div", "Sub"}) {
      EXPECT_EQ(count(text, op), 0) << op;
    }
  }
}

TEST(Recognized, NormsAndGelusOfBothExporters) {
  for (const std::string_view way : {"torch", "traced"}) {
    SCOPED_TRACE(way);
    const std::string convnext = exported(fmt::format("convnext_{}", way));
    EXPECT_EQ(count(convnext, "LayerNorm"), 9);
    EXPECT_EQ(count(convnext, "Gelu") + count_fused(convnext, "gelu"), 5);
    const std::string vit = exported(fmt::format("vit_{}", way));
    EXPECT_EQ(count(vit, "LayerNorm"), 9);
    EXPECT_EQ(count_fused(vit, "gelu"), 4);
  }
  for (const std::string_view way : {"cond", "script"}) {
    SCOPED_TRACE(way);
    EXPECT_EQ(count(exported(fmt::format("convnext_{}", way)), "LayerNorm"), 10);
    EXPECT_EQ(count(exported(fmt::format("vit_{}", way)), "LayerNorm"), 10);
  }
}

TEST(Recognized, ActivationsAreFusedIntoTheirConvolutions) {
  for (const std::string_view way : {"torch", "traced"}) {
    SCOPED_TRACE(way);
    EXPECT_EQ(count_fused(exported(fmt::format("mobilenet_v2_{}", way)), "clip"), 13);
    EXPECT_EQ(count_fused(exported(fmt::format("mobilenet_v3_{}", way)), "hard_swish"), 7);
    EXPECT_EQ(count_fused(exported(fmt::format("mobilenet_v3_{}", way)), "hard_sigmoid"), 3);
    EXPECT_EQ(count_fused(exported(fmt::format("efficientnet_{}", way)), "swish"), 19);
  }
}

TEST(Recognized, NormsThatNoConvolutionTakesAreOneStepWithTheirRelu) {
  const std::string text = exported("densenet_torch");
  EXPECT_EQ(count(text, "ScaleShift"), 15);
  EXPECT_EQ(count(text, "Relu"), 0);
}

TEST(Recognized, AlexNetsLocalResponseNormalisation) {
  if (!shared_folder()) GTEST_SKIP() << "the shared folder is not there";
  for (const std::string_view name : {"alexnet_torch", "alexnet_torchscript", "alexnet_two_torch"}) {
    SCOPED_TRACE(name);
    const std::string text = canonical_text(*shared_folder() / "models" / fmt::format("{}.onnx", name));
    EXPECT_EQ(count(text, "LRN"), 2);
    EXPECT_EQ(count(text, "Pow"), 0);
    // Of the input scaling only the shift is left, before the padded convolution.
    EXPECT_EQ(count(text, "Add"), 1);
    EXPECT_EQ(count(text, "Mul"), 0);
  }
}

}  // namespace

}  // namespace exeunt

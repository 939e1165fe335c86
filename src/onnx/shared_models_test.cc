#include <filesystem>
#include <set>

#include "graph/placement.h"
#include "onnx/import.h"
#include "support/onnx_text.h"
#include "support/shared.h"

/// The real exporters' models that lie beside the checkout.
namespace exeunt {

namespace {

struct Expected {
  const char* file;
  std::size_t exits;
  int folded = 0;  ///< `If`s whose condition is constant
};

constexpr Expected kModels[] = {
    {"alexnet_qdq_ort.onnx", 1},
    {"alexnet_torch.onnx", 1},
    {"alexnet_torchscript.onnx", 2, 3},
    {"alexnet_two_torch.onnx", 2},
    {"resnet56_qdq_ort.onnx", 1},
    {"resnet56_three_torch.onnx", 3},
    {"resnet56_torch.onnx", 1},
    {"resnet56_torchscript.onnx", 2},
    {"resnet56_two_torch.onnx", 2},
    {"resnet8_flag_tflite.onnx", 2},
    {"resnet8_flag_torchscript.onnx", 2},
    {"resnet8_heads.onnx", 1},
    {"resnet8_qdq_ort.onnx", 1},
    {"resnet8_qdq_tflite.onnx", 1},
    {"resnet8_single_tflite.onnx", 2},
    {"resnet8_tflite.onnx", 1},
    {"resnet8_traced_frozen.onnx", 1},
    {"resnet8_two_tflite.onnx", 2},
    {"resnet8_two_tflite_unfolded.onnx", 2},
    {"resnet8_two_torch.onnx", 2},
    {"parts/resnet8_branch1.onnx", 1},
    {"parts/resnet8_branch2.onnx", 1},
    {"parts/resnet8_common.onnx", 1},
};

class SharedModels : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = shared_folder();
    if (!folder) GTEST_SKIP() << "SKIPPED: no folder of shared models; set EXEUNT_SHARED to test with real models";
    models_ = *folder / "models";
  }

  std::filesystem::path models_;
};

TEST_F(SharedModels, HaveTheirExitsAndDecisions) {
  for (const Expected& expected : kModels) {
    SCOPED_TRACE(expected.file);
    ImportNotes notes;
    const Graph graph = import_onnx(models_ / expected.file, {}, &notes);
    EXPECT_EQ(exits_of(graph).size(), expected.exits);
    EXPECT_EQ(notes.folded_conditionals, expected.folded);
    EXPECT_EQ(notes.conditionals - notes.folded_conditionals, static_cast<int>(expected.exits) - 1);
    for (const TreeNode& node : graph.tree) {
      const auto* decision = std::get_if<Decision>(&node);
      if (decision == nullptr) continue;
      EXPECT_EQ(criterion_kind_name(decision->criterion), "max_prob");
      EXPECT_EQ(decision->threshold, 0.9F);
      EXPECT_TRUE(std::holds_alternative<Exit>(graph.tree[static_cast<std::size_t>(decision->leave)]));
    }
  }
}

TEST_F(SharedModels, NoneIsForgotten) {
  std::set<std::string> known;
  for (const Expected& expected : kModels) known.insert(expected.file);
  for (const char* folder : {".", "parts"}) {
    for (const auto& entry : std::filesystem::directory_iterator(models_ / folder)) {
      if (entry.path().extension() != ".onnx") continue;
      EXPECT_TRUE(known.contains(std::filesystem::relative(entry.path(), models_).string())) << entry.path();
    }
  }
}

TEST_F(SharedModels, AllThatLieInPeersImport) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(models_ / "peers")) {
    if (entry.path().extension() != ".onnx") continue;
    EXPECT_NO_THROW(import_onnx(entry.path(), {})) << entry.path();
  }
}

TEST_F(SharedModels, ClassifyAtEveryExit) {
  for (const Expected& expected : kModels) {
    if (std::string_view(expected.file).starts_with("parts/")) continue;
    SCOPED_TRACE(expected.file);
    const Graph graph = import_onnx(models_ / expected.file, {});
    for (const TreeId exit : exits_of(graph)) {
      const Prediction& prediction = std::get<Exit>(graph.tree[static_cast<std::size_t>(exit)]).prediction;
      EXPECT_EQ(prediction.classes, 10);
      EXPECT_TRUE(prediction.probabilities);
      EXPECT_EQ(prediction.offset, 0);
    }
  }
}

TEST_F(SharedModels, EarlierExitsCostLess) {
  for (const Expected& expected : kModels) {
    SCOPED_TRACE(expected.file);
    const std::vector<double> macs = path_macs(import_onnx(models_ / expected.file, {}));
    EXPECT_GT(macs.front(), 0);
    EXPECT_EQ(std::ranges::adjacent_find(macs, std::greater_equal()), macs.end());
  }
}

TEST_F(SharedModels, TheThreadsSolutionIsAPlainModel) {
  const Graph graph = import_onnx(models_ / "resnet8_traced_frozen.onnx", {});
  EXPECT_EQ(graph.tree.size(), 1U);
}

}  // namespace

}  // namespace exeunt

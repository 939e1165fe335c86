#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "cpu/cpu_backend.h"
#include "engine/compile/model_data.h"
#include "graph/same_graph.h"
#include "plan/build_plan.h"
#include "plan/plan_data.h"
#include "ref/ref_backend.h"
#include "support/shared.h"

/// One network out of several exporters: one graph, one plan.
namespace exeunt {

namespace {

class CanonicalTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!shared_folder()) GTEST_SKIP() << "the shared models are not here";
  }

  static Model load(const std::string& name) { return Model::load(*shared_folder() / "models" / (name + ".onnx")); }
  static Graph graph_of(const std::string& name) { return load(name).data().graph; }
};

int count_transposes(const Graph& graph) {
  return static_cast<int>(std::ranges::count_if(
      graph.nodes, [](const Node& node) { return std::holds_alternative<ops::Transpose>(node.op); }));
}

/// The graph whose exits return their class scores alone, as the models that ask for nothing else do.
Graph with_scores_alone(Graph graph) {
  for (TreeNode& node : graph.tree) {
    auto* exit = std::get_if<Exit>(&node);
    if (exit == nullptr) continue;
    ValueId scores = exit->outputs[static_cast<std::size_t>(exit->prediction.output)];
    const Node* last = graph.producer(scores);
    if (last != nullptr && std::holds_alternative<ops::Concat>(last->op)) scores = last->inputs[0];
    exit->outputs = {scores};
    exit->prediction.output = 0;
  }
  graph.output_names = {"scores"};
  remove_dead(graph);
  return graph;
}

/// All that a step is, but for its name.
std::vector<std::string> steps_of(Graph graph) {
  // A caller who hands the same order of axes to each.
  graph.value(graph.inputs[0]).order = {0, 2, 3, 1};
  const std::array backends = {&cpu_backend(), &ref_backend()};
  const PlanData plan = build_plan(graph, backends);
  std::vector<std::string> steps;
  for (const Segment& segment : plan.segments) {
    for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
      const Step& step = plan.steps[static_cast<std::size_t>(i)];
      steps.push_back(fmt::format("{} {} {} {} {} {} {}", &segment - plan.segments.data(), step.op, step.backend,
                                  step.kernel, step.result.str(), step.layout.str(), step.macs));
    }
  }
  return steps;
}

TEST_F(CanonicalTest, OneNetworkOutOfKerasAndOutOfTorchIsOneGraph) {
  const Graph keras = graph_of("resnet8_two_tflite");
  const Graph torch = graph_of("resnet8_two_torch");
  EXPECT_EQ(first_difference(keras, torch), "");
  EXPECT_EQ(count_transposes(keras), 0);
  EXPECT_EQ(count_transposes(torch), 0);
  EXPECT_EQ(keras.value(keras.inputs[0]).order, (ops::Ints{0, 2, 3, 1})) << "NHWC is handed";
  EXPECT_TRUE(torch.value(torch.inputs[0]).order.empty());
  EXPECT_EQ(steps_of(keras), steps_of(torch));
}

TEST_F(CanonicalTest, AnotherResultIsTheOnlyDifferenceOfItsOtherExports) {
  const Graph expected = with_scores_alone(graph_of("resnet8_two_torch"));
  for (const std::string name :
       {"resnet8_single_tflite", "resnet8_flag_tflite", "resnet8_two_tflite_unfolded", "resnet8_flag_torchscript"}) {
    SCOPED_TRACE(name);
    const Graph graph = with_scores_alone(graph_of(name));
    EXPECT_EQ(first_difference(expected, graph), "");
    EXPECT_EQ(steps_of(expected), steps_of(graph));
  }
}

TEST_F(CanonicalTest, NoTransposeIsLeftInANetworkOfConvolutions) {
  for (const std::string name :
       {"resnet8_two_tflite", "resnet8_two_tflite_unfolded", "resnet8_single_tflite", "resnet8_flag_tflite",
        "resnet8_flag_torchscript", "resnet8_tflite", "resnet8_heads", "resnet8_traced_frozen", "resnet8_qdq_tflite",
        "resnet8_qdq_ort", "resnet56_two_torch", "resnet56_torchscript", "resnet56_three_torch", "alexnet_two_torch",
        "alexnet_torchscript"}) {
    SCOPED_TRACE(name);
    EXPECT_EQ(count_transposes(graph_of(name)), 0);
  }
}

TEST_F(CanonicalTest, TorchCondAndTorchScriptGiveOnePlan) {
  for (const std::string name : {"resnet56", "alexnet"}) {
    SCOPED_TRACE(name);
    const Graph cond = graph_of(name + "_two_torch");
    const Graph script = graph_of(name + "_torchscript");
    EXPECT_EQ(first_difference(with_scores_alone(cond), with_scores_alone(script)), "");
    EXPECT_EQ(steps_of(cond), steps_of(script));
  }
}

TEST_F(CanonicalTest, BothAnswerAlike) {
  constexpr std::int64_t kImages = 1000;
  constexpr float kTolerance = 1e-5F;
  // At the threshold rounding may take either exit.
  constexpr float kEdge = 1e-4F;
  Session keras(Plan::build(load("resnet8_two_tflite")));
  Session torch(Plan::build(load("resnet8_two_torch")));
  const auto open = [&](const Session& session) {
    SampleFormat format;
    format.sample = session.plan().inputs().front().type;
    format.sample.shape = Shape(format.sample.shape.dims().subspan(1));
    return Dataset::open("cifar10:" + (*shared_folder() / "data" / "cifar10").string(), format, kImages);
  };
  const Dataset nhwc = open(keras);
  const Dataset nchw = open(torch);
  ASSERT_EQ(keras.plan().inputs().front().type.str(), "f32[1,32,32,3]");
  ASSERT_EQ(torch.plan().inputs().front().type.str(), "f32[1,3,32,32]");
  Tensor keras_image(keras.plan().inputs().front().type);
  Tensor torch_image(torch.plan().inputs().front().type);
  for (std::int64_t i = 0; i < kImages; ++i) {
    SCOPED_TRACE(i);
    nhwc.read(i, 1, keras_image.mutable_view());
    nchw.read(i, 1, torch_image.mutable_view());
    const Results& a = keras.run(keras_image.view());
    const Results& b = torch.run(torch_image.view());
    ASSERT_NEAR(a.score(0), b.score(0), kTolerance);
    if (std::abs(a.score(0) - keras.threshold(0)) < kEdge) continue;
    ASSERT_EQ(a.exit(0), b.exit(0));
    const auto p = a.output(0).span<float>();
    const auto q = b.output(0).span<float>();
    for (std::size_t c = 0; c < p.size(); ++c) ASSERT_NEAR(p[c], q[c], kTolerance);
  }
}

}  // namespace

}  // namespace exeunt

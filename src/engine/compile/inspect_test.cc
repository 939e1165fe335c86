#include <exeunt/tools/inspect.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "graph/text.h"
#include "support/models.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::vector<std::string> warning_codes(const Inspection& inspection) {
  std::vector<std::string> codes;
  for (const Warning& warning : inspection.warnings) codes.push_back(warning.code);
  return codes;
}

TEST(Inspect, SaysWhatTheFileHolds) {
  const Inspection seen = inspect(digits());
  EXPECT_THAT(seen.file, HasSubstr("lenet_digits.onnx"));
  EXPECT_FALSE(seen.producer.empty());
  EXPECT_GE(seen.opset, 11);
  EXPECT_EQ(seen.conditionals, 1);
  EXPECT_EQ(seen.folded_conditionals, 0);
  EXPECT_EQ(seen.decisions.size(), 1U);
  EXPECT_EQ(seen.exits.size(), 2U);
  EXPECT_THAT(seen.outputs, ElementsAre("prediction", "exit"));
}

TEST(Inspect, TheTreeIsThatOfTheSegments) {
  const Inspection seen = inspect(digits());
  ASSERT_EQ(seen.segments.size(), 3U);
  EXPECT_EQ(seen.segments[0].decision, 0);
  EXPECT_EQ(seen.segments[0].exit, -1);
  EXPECT_EQ(seen.segments[static_cast<std::size_t>(seen.segments[0].leave)].exit, 0);
  EXPECT_EQ(seen.segments[static_cast<std::size_t>(seen.segments[0].stay)].exit, 1);
}

TEST(Inspect, StepsAddUpToWhatAnExitCosts) {
  for (const std::string backend : {"cpu", "ref"}) {
    const Inspection seen = inspect(digits(), {.backend = backend});
    ASSERT_EQ(seen.costs.size(), 2U);
    for (std::size_t exit = 0; exit < 2; ++exit) {
      const int arm = exit == 0 ? seen.segments[0].leave : seen.segments[0].stay;
      double macs = 0;
      for (const StepInfo& step : seen.steps) {
        if (step.segment == 0 || step.segment == arm) macs += step.macs;
      }
      EXPECT_EQ(macs, seen.costs[exit].macs);
      EXPECT_EQ(macs, seen.exits[exit].macs);
    }
    EXPECT_LT(seen.costs[0].layers, seen.costs[1].layers);
    EXPECT_LT(seen.costs[0].weight_bytes, seen.costs[1].weight_bytes);
  }
}

TEST(Inspect, StepsKnowWhatTheyRead) {
  const Inspection seen = inspect(model_from(R"(
    g (float[1,3] x, float[1,3] z, float[3] c = {1, 2, 3}) => (float[1,3] y) {
      a = Sin(x)
      b = Add(a, c)
      d = Cos(a)
      e = Add(b, d)
      y = Add(e, z)
    })"),
                                  {.backend = "ref"});
  const auto reads = [&](const std::string& name) {
    const auto step = std::ranges::find(seen.steps, name, &StepInfo::name);
    std::vector<std::string> names;
    for (const int i : step->reads)
      names.push_back(i < 0 ? seen.inputs[static_cast<std::size_t>(-1 - i)].name
                            : seen.steps[static_cast<std::size_t>(i)].name);
    return names;
  };
  ASSERT_EQ(seen.steps.size(), 5U);
  EXPECT_THAT(reads(seen.steps[0].name), ElementsAre("x")) << "constants are no edges";
  EXPECT_THAT(seen.steps[4].reads, ElementsAre(-2, 3));
  EXPECT_EQ(seen.segments[0].reads, (std::vector<int>{4}));
}

TEST(Inspect, CopiesAreReadByThoseThatWantThem) {
  const Inspection seen = inspect(digits());
  std::set<int> read;
  for (const StepInfo& step : seen.steps) read.insert(step.reads.begin(), step.reads.end());
  for (const SegmentInfo& segment : seen.segments) read.insert(segment.reads.begin(), segment.reads.end());
  for (int i = 0; i < std::ssize(seen.steps); ++i) EXPECT_TRUE(read.contains(i)) << "nobody reads step " << i;
  EXPECT_TRUE(read.contains(-1)) << "nor the input";
}

TEST(Inspect, EachPartOfThePathKnowsItsExits) {
  const Inspection seen = inspect(digits());
  EXPECT_THAT(exits_behind(seen, 0), ElementsAre(0, 1));
  EXPECT_THAT(exits_behind(seen, seen.segments[0].stay), ElementsAre(1));
}

TEST(Inspect, LayersAndStepsShareNames) {
  const Inspection seen = inspect(digits());
  std::vector<std::string> layers;
  for (const LayerInfo& layer : seen.layers) layers.push_back(layer.name);
  for (const StepInfo& step : seen.steps) {
    if (step.op == "Reorder") continue;
    EXPECT_THAT(layers, Contains(step.name));
    EXPECT_FALSE(step.kernel.empty());
    EXPECT_EQ(step.layout.size(), static_cast<std::size_t>(step.result.shape.rank()));
  }
  EXPECT_TRUE(std::ranges::is_sorted(seen.steps, {}, &StepInfo::segment)) << "the tree of this model is a chain";
}

TEST(Inspect, CountsParametersOnce) {
  const Inspection seen = inspect(model_from(R"(
    g (float[1,2] x, float[2,2] w = {1, 2, 3, 4}, float[2,2] v = {1, 2, 3, 4}, float[2] b = {5, 6}) => (float[1,2] y) {
      a = MatMul(x, w)
      c = Add(a, b)
      d = Tanh(c)
      y = MatMul(d, v)
    })"));
  EXPECT_EQ(seen.parameter_bytes, (4U + 2U) * 4) << "w and v are equal";
  EXPECT_EQ(seen.costs[0].macs, 8);
}

TEST(Inspect, AModelThatAlwaysRunsTheSamePathIsTold) {
  EXPECT_THAT(warning_codes(inspect(digits("lenet_digits_plain.onnx"))), Contains("no_decision"));
  EXPECT_THAT(warning_codes(inspect(digits())), IsEmpty());
}

TEST(Inspect, AStepLeftToTheReferenceIsToldWithItsReason) {
  const Model model = model_from("g (float[1,3] x) => (float[1,3] y) { a = Sin(x) y = Relu(a) }");
  const Inspection seen = inspect(model);
  const auto slow = std::ranges::find(seen.warnings, "slow_step", &Warning::code);
  ASSERT_NE(slow, seen.warnings.end());
  EXPECT_THAT(slow->message, HasSubstr("Sin runs on the slow reference backend: no CPU kernel for this function"));
  ASSERT_EQ(seen.steps.size(), 2U);
  ASSERT_EQ(seen.steps[0].refusals.size(), 1U);
  EXPECT_EQ(seen.steps[0].refusals[0].backend, "cpu");
  EXPECT_EQ(seen.steps[0].backend, "ref");
  EXPECT_EQ(seen.steps[1].backend, "cpu");
  EXPECT_THAT(warning_codes(inspect(model, {.backend = "ref"})), Not(Contains("slow_step"))) << "it was asked for";
}

TEST(Inspect, ListsPassesWithTheirRewrites) {
  const Inspection seen = inspect(digits());
  const auto fused = std::ranges::find(seen.passes, "fuse_activation", &PassInfo::name);
  ASSERT_NE(fused, seen.passes.end());
  EXPECT_GT(std::accumulate(seen.passes.begin(), seen.passes.end(), 0,
                            [](int sum, const PassInfo& pass) { return sum + pass.rewrites; }),
            0);
}

TEST(Inspect, ArenaHoldsWhatLives) {
  const Inspection seen = inspect(digits());
  EXPECT_GE(seen.arena_bytes, seen.peak_live_bytes);
  EXPECT_GT(seen.peak_live_bytes, 8U * 8 * 8 * 4);
}

TEST(GraphText, IsThatOfTheStageAskedFor) {
  const Model model = model_from("g (float[1,3] x) => (float[1,3] y) { a = Identity(x) y = Relu(a) }");
  EXPECT_THAT(graph_text(model, GraphStage::imported), HasSubstr("Relu"));
  const std::string canonical = graph_text(model, GraphStage::canonical);
  EXPECT_THAT(canonical, Not(HasSubstr("Identity")));
  EXPECT_EQ(print_graph(parse_graph(canonical)), canonical);
}

TEST(VersionText, NamesVersionCommitAndMachine) {
  EXPECT_THAT(version_text(), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+ \\(commit .+, .+, .+\\)"));
}

}  // namespace

}  // namespace exeunt

#include "passes/pipeline.h"

#include <set>

#include "graph/placement.h"
#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;

/// A cheap early exit, and a late one behind a product.
constexpr std::string_view kBranchy = R"(
  input %x f32[1,2] "x"
  const %w f32[2,2] = {1, 2, 3, 4}
  %cheap = Neg(%x) "cheap"
  %dear = MatMul(%x, %w) "dear"
  output "y"
  decide max_prob(%x) > 0.5 { exit(%cheap) exit(%dear) })";

/// What exporters write of a residual network with an early exit.
constexpr std::string_view kNetwork = R"(
  input %x f32[1,2,3] "x"
  const %w f32[2,2,1] = {1, 2, 3, -4}
  const %b f32[1,2,1] = {1, -1}
  const %p f32[2] = {2, 3}
  const %q f32[2] = {3, 0}
  const %m f32[6,2] = {1, 0, 2, 0, 3, 0, 0, 1, 0, 2, 0, 3}
  const %k f32[2] = {1, 2}
  %c1 = Conv(%x, %w) {1d} "conv1"
  %b1 = Add(%c1, %b) "bias1"
  %n1 = BatchNorm(%b1, %p, %p, %p, %q) {epsilon=1} "norm1"
  %r1 = Relu(%n1) "relu1"
  %i1 = Identity(%r1)
  %f1 = Reshape(%i1) {shape=[1,6]}
  %g1 = MatMul(%f1, %m) "head1"
  %h1 = Add(%g1, %k)
  %s1 = Softmax(%h1)
  %c2 = Conv(%i1, %w) {1d} "conv2"
  %v2 = Sqrt(%q)
  %n2 = BatchNorm(%c2, %p, %p, %p, %v2) {epsilon=1} "norm2"
  %a2 = Add(%n2, %i1) "residual2"
  %r2 = Relu(%a2) "relu2"
  %f2 = Reshape(%r2) {shape=[1,6]}
  %g2 = MatMul(%f2, %m) "head2"
  %h2 = Add(%g2, %k)
  %s2 = Softmax(%h2)
  output "y"
  decide max_prob(%s1) > 0.9 {
    exit(%s1)
    exit(%s2)
  })";

ValueId result_of(const Graph& graph, std::string_view name) {
  return std::ranges::find(graph.nodes, name, &Node::name)->output;
}

TEST(Pipeline, PutsWhatOthersNeedFirst) {
  std::vector<std::string_view> names;
  for (const Pass& pass : pipeline()) names.push_back(pass.name);
  EXPECT_EQ(std::set(names.begin(), names.end()).size(), names.size()) << "a name is there twice";
  const auto place = [&](std::string_view name) { return std::ranges::find(names, name) - names.begin(); };
  EXPECT_LT(place("fold_constants"), place("fold_scale_shift")) << "parameters may be computed";
  EXPECT_LT(place("recognize_clip"), place("recognize_gated_activation")) << "a gate may be a clip";
  EXPECT_LT(place("recognize_clip"), place("recognize_hard_sigmoid")) << "so may a hard sigmoid";
  EXPECT_LT(place("recognize_hard_sigmoid"), place("fold_scale_shift")) << "its scale would move into what is before";
  EXPECT_LT(place("recognize_layer_norm"), place("recognize_global_pool")) << "a mean is part of it";
  EXPECT_LT(place("recognize_layer_norm"), place("push_transposes")) << "its axes must be the last";
  EXPECT_LT(place("push_transposes"), place("recognize_global_pool")) << "the plane's axes must be the last";
  EXPECT_LT(place("fold_scale_shift"), place("fold_input_scale")) << "behind there is no padding in the way";
  EXPECT_LT(place("fold_input_scale"), place("merge_scale_shift")) << "what folds needs no step";
  EXPECT_LT(place("fold_scale_shift"), place("fuse_activation")) << "an activation ends what can be folded";
  EXPECT_LT(place("fold_constants"), place("push_transposes")) << "constants are permuted";
  EXPECT_LT(place("push_transposes"), place("fold_scale_shift")) << "channels must be axis 1";
  EXPECT_LT(place("fuse_bias"), place("fuse_residual")) << "so does a residual";
  EXPECT_LT(place("fuse_residual"), place("fuse_activation"));
  EXPECT_LT(place("fuse_activation"), std::ssize(names));
}

TEST(FindPass, FindsEveryPass) {
  for (const Pass& pass : pipeline()) EXPECT_EQ(&find_pass(pass.name), &pass);
}

TEST(FindPass, ListsTheNamesIfThereIsNone) {
  std::vector<std::string_view> names;
  for (const Pass& pass : pipeline()) names.push_back(pass.name);
  const std::string list = fmt::format("there is no pass 'fuse'; passes: {}", fmt::join(names, ", "));
  expect_error(ErrorCode::argument, list, [] { find_pass("fuse"); });
  expect_error(ErrorCode::argument, "there is no pass ''", [] { find_pass(""); });
}

TEST(RunPass, HoistingWorkAboveADecisionIsAnError) {
  const Pass hoist{"hoist", [](Graph& graph) {
                     graph.replace_uses(result_of(graph, "cheap"), result_of(graph, "dear"));
                     return 1;
                   }};
  Graph graph = graph_of(kBranchy);
  expect_error(ErrorCode::internal, "pass hoist: the work on the path to exit 0 grew from 2 to 4",
               [&] { run_pass(graph, hoist); });
}

TEST(RunPass, TheLawHoldsForEveryExit) {
  const Pass slow{"slow", [](Graph& graph) {
                    const ValueId dear = result_of(graph, "dear");
                    std::get<Exit>(graph.tree[2]).outputs = {graph.add_node(ops::Unary{ops::UnaryFn::Neg}, {dear})};
                    return 1;
                  }};
  Graph graph = graph_of(kBranchy);
  expect_error(ErrorCode::internal, "the work on the path to exit 1 grew from 4 to 6", [&] { run_pass(graph, slow); });
}

TEST(RunPass, LessWorkIsWelcome) {
  const Pass skip{"skip", [](Graph& graph) {
                    graph.replace_uses(result_of(graph, "dear"), graph.inputs[0]);
                    return 7;
                  }};
  Graph graph = graph_of(kBranchy);
  EXPECT_EQ(run_pass(graph, skip), 7);
  EXPECT_EQ(graph.nodes.size(), 1U) << "dead nodes are removed";
  EXPECT_THAT(path_work(graph), ElementsAre(2, 0));
}

TEST(RunPass, AGraphThatDoesNotVerifyIsAnError) {
  const Pass mistype{"mistype", [](Graph& graph) {
                       graph.value(result_of(graph, "cheap")).type.shape = {2, 1};
                       return 1;
                     }};
  Graph graph = graph_of(kBranchy);
  expect_error(ErrorCode::internal, "pass mistype: node 'cheap' (Neg) gives f32[1,2], its value says f32[2,1]",
               [&] { run_pass(graph, mistype); });
}

TEST(RunPass, LosingAnExitIsAnError) {
  const Pass cut{"cut", [](Graph& graph) {
                   graph.tree = {graph.tree[2]};
                   return 1;
                 }};
  Graph graph = graph_of(kBranchy);
  expect_error(ErrorCode::internal, "pass cut: 2 exits became 1", [&] { run_pass(graph, cut); });
}

TEST(RunPipeline, FusesANetworkIntoItsConvolutionsAndHeads) {
  const Graph original = graph_of(kNetwork);
  Graph graph = original;
  run_pipeline(graph);
  std::vector<std::string_view> names;
  for (const Node& node : graph.nodes) names.push_back(op_name(node.op));
  EXPECT_THAT(names, ElementsAre("Conv", "Reshape", "Gemm", "Softmax", "Conv", "Reshape", "Gemm", "Softmax"));
  expect_equal_results(original, graph, 1e-4);
}

TEST(RunPipeline, MakesNoPathLongerAndEachShorter) {
  Graph graph = graph_of(kNetwork);
  const std::vector<double> before = path_work(graph);
  run_pipeline(graph);
  const std::vector<double> after = path_work(graph);
  ASSERT_EQ(after.size(), 2U);
  for (const std::size_t exit : {0U, 1U}) EXPECT_LT(after[exit], before[exit]);
}

TEST(RunPipeline, RepeatsTheListUntilNothingChanges) {
  // The bounds meet only when the negations between them are gone.
  Graph graph = graph_of(R"(
    input %x f32[3] "x"
    const %six f32[] = {6}
    %r = Relu(%x)
    %m = Neg(%r)
    %n = Neg(%m)
    %y = Min(%n, %six)
    output "y"
    exit(%y))");
  const std::vector<PassRecord> records = run_pipeline(graph);
  EXPECT_EQ(graph.nodes.size(), 1U);
  const std::size_t passes = pipeline().size();
  ASSERT_GE(records.size(), 3 * passes);
  ASSERT_EQ(records.size() % passes, 0U);
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_EQ(records[i].name, pipeline()[i % passes].name);
  const auto last = std::vector(records.end() - static_cast<std::ptrdiff_t>(passes), records.end());
  EXPECT_THAT(last, Each(Field(&PassRecord::rewrites, 0)));
}

TEST(RunPipeline, ASecondRunFindsNothing) {
  Graph graph = graph_of(kNetwork);
  run_pipeline(graph);
  const std::string once = text_of(graph);
  const std::vector<PassRecord> records = run_pipeline(graph);
  EXPECT_EQ(records.size(), pipeline().size());
  EXPECT_THAT(records, Each(Field(&PassRecord::rewrites, 0)));
  EXPECT_EQ(text_of(graph), once);
}

TEST(RunPipeline, ThePassLimitCutsTheListAnywhere) {
  const std::size_t all = [] {
    Graph graph = graph_of(kNetwork);
    return run_pipeline(graph).size();
  }();
  const Graph original = graph_of(kNetwork);
  for (std::size_t limit = 0; limit <= all + 1; ++limit) {
    SCOPED_TRACE(limit);
    Graph graph = original;
    const auto records = run_pipeline(graph, {.pass_limit = static_cast<int>(limit), .after_pass = {}});
    EXPECT_EQ(records.size(), std::min(limit, all));
    expect_equal_results(original, graph, 1e-4);
  }
}

TEST(RunPipeline, ALimitOfNoneLeavesTheGraphAlone) {
  Graph graph = graph_of(kNetwork);
  EXPECT_TRUE(run_pipeline(graph, {.pass_limit = 0, .after_pass = {}}).empty());
  EXPECT_EQ(text_of(graph), text_of(graph_of(kNetwork)));
}

TEST(RunPipeline, ReportsEachPassWithTheGraphAsItLeftIt) {
  Graph graph = graph_of(kNetwork);
  std::vector<std::pair<std::string_view, int>> seen;
  std::string last;
  PipelineOptions options;
  options.after_pass = [&](const PassRecord& record, const Graph& now) {
    EXPECT_EQ(&now, &graph);
    EXPECT_EQ(execution_order(now).size(), now.nodes.size()) << "dead nodes are gone";
    EXPECT_EQ(text_of(now) != last, record.rewrites != 0 || last.empty());
    last = text_of(now);
    seen.emplace_back(record.name, record.rewrites);
  };
  const std::vector<PassRecord> records = run_pipeline(graph, options);
  ASSERT_EQ(seen.size(), records.size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    EXPECT_EQ(seen[i], std::pair(records[i].name, records[i].rewrites));
  }
  EXPECT_EQ(last, text_of(graph));
}

TEST(RunPipeline, ConstantsFoldAndFuseInsideAnArm) {
  Graph graph = graph_of(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {1, 2, 3, -4}
    const %h f32[2] = {1, 2}
    %b = Mul(%h, %h)
    %r = Reshape(%b) {shape=[2,1]}
    %c = Conv(%x, %w) {1d}
    %a = Add(%c, %r)
    %y = Relu(%a) "last"
    output "y"
    decide max_prob(%x) > 0 { exit(%x) exit(%y) })");
  run_pipeline(graph);
  EXPECT_EQ(text_of(graph), text_of(graph_of(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {1, 2, 3, -4}
    const %b f32[2] = {1, 4}
    %y = Conv(%x, %w, %b) {1d, activation=relu} "last"
    output "y"
    decide max_prob(%x) > 0 { exit(%x) exit(%y) })")));
}

TEST(Provenance, AFusedNodeNamesAllWhoseWorkItDoes) {
  Graph graph = graph_of(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {1, 2, 3, -4}
    const %s f32[2] = {1, 2}
    const %b f32[1,2,1] = {1, 2}
    %i = Identity(%x) "same"
    %c = Conv(%i, %w) {1d} "conv"
    %n = BatchNorm(%c, %s, %s, %s, %s) "norm"
    %r = Add(%n, %x) "residual"
    %y = Relu(%r) "relu"
    output "y"
    exit(%y))");
  run_pipeline(graph);
  ASSERT_EQ(graph.nodes.size(), 1U);
  EXPECT_EQ(graph.nodes[0].name, "relu");
  EXPECT_THAT(graph.nodes[0].absorbed, ::testing::ElementsAre("conv", "norm", "residual"));
}

TEST(Provenance, WhatOthersStillUseIsNotAbsorbed) {
  Graph graph = graph_of(R"(
    input %x f32[1,2,3] "x"
    const %w f32[2,2,1] = {1, 2, 3, -4}
    %e = Exp(%x) "shared"
    %c = Conv(%e, %w) {1d} "conv"
    %y = Relu(%c) "relu"
    output "y"
    output "e"
    exit(%y, %e))");
  run_pipeline(graph);
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_THAT(graph.nodes[0].absorbed, ::testing::IsEmpty());
  EXPECT_THAT(graph.nodes[1].absorbed, ::testing::ElementsAre("conv"));
}

}  // namespace

}  // namespace exeunt

#include "quant/quantize_graph.h"

#include <random>

#include "graph/text.h"
#include "graph/verify.h"
#include "quant/calibration_names.h"
#include "quant/test_distributions.h"
#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr std::string_view kNonNegative = "high=3.4028234663852886e38";
constexpr std::string_view kNoBounds = "low=-3.4028234663852886e38, high=3.4028234663852886e38";

/// The nodes of these names, or all convolutions and products.
std::vector<bool> chosen(const Graph& graph, const std::vector<std::string>& names = {}) {
  std::vector<bool> result;
  for (const Node& node : graph.nodes) {
    const bool is_product = std::holds_alternative<ops::Conv>(node.op) || std::holds_alternative<ops::Gemm>(node.op);
    result.push_back(names.empty() ? is_product : std::ranges::find(names, node.name) != names.end());
  }
  return result;
}

Graph quantized(const Graph& graph, const Calibration& calibration, const std::vector<std::string>& names = {}) {
  Graph result = quantize_graph(graph, calibration, chosen(graph, names));
  verify(result);
  return result;
}

std::vector<std::string> ops_of(const Graph& graph) {
  std::vector<std::string> ops;
  for (const NodeId id : execution_order(graph)) ops.emplace_back(op_name(graph.node(id).op));
  return ops;
}

/// A calibration that knows these ranges.
Calibration ranges(std::map<std::string, ValueRange> known) { return {"hand", 1, std::move(known)}; }

/// A convolution "c" of %x and one "d" of its result, each of one channel.
constexpr std::string_view kTwo = R"(
  input %x f32[1,1,2,2] "x"
  const %v f32[1,1,1,1] = {127}
  const %w f32[1,1,1,1] = {254}
  const %b f32[1] = {6}
  %c = Conv(%x, %v, %b) {2d, activation=relu} "c"
  %d = Conv(%c, %w, %b) {2d} "d"
  output "y"
  exit(%d))";

/// Scales 1, 2 and 4, zero points 10, 0 and 55.
Calibration ranges_of_two() { return ranges({{"x", {-10, 245}}, {"c", {0, 510}}, {"d", {-220, 800}}}); }

TEST(QuantizeGraph, ChosenNodesOnlyComputeOnIntegers) {
  const Graph graph = graph_of(kTwo);
  EXPECT_EQ(text_of(quantized(graph, ranges_of_two(), {"c"})), text_of(graph_of(fmt::format(R"g(
  input %x f32[1,1,2,2] "x"
  const %s f32[] = {{1}}
  const %z u8[] = {{10}}
  const %n i8[1,1,1,1] = {{127}}
  const %f f32[1] = {{1}}
  const %w f32[1,1,1,1] = {{254}}
  const %b f32[1] = {{6}}
  %q = QuantizeLinear(%x, %s, %z) "x (to bytes)"
  %c = QuantizedConv(%q, %n, %f, %b) {{2d, x_zero=10, {}, to_float=true}} "c"
  const %b2 f32[1] = {{6}}
  %d = Conv(%c, %w, %b2) {{2d}} "d"
  output "y"
  exit(%d))g",
                                                                                            kNonNegative))));
}

TEST(QuantizeGraph, BytesFlowBetweenChosenNodes) {
  const Graph graph = graph_of(kTwo);
  // The second scale is 2 (c) * 2 (w).
  EXPECT_EQ(text_of(quantized(graph, ranges_of_two())), text_of(graph_of(fmt::format(R"g(
  input %x f32[1,1,2,2] "x"
  const %s f32[] = {{1}}
  const %z u8[] = {{10}}
  const %n i8[1,1,1,1] = {{127}}
  const %half f32[1] = {{0.5}}
  const %three f32[1] = {{3}}
  const %m i8[1,1,1,1] = {{127}}
  const %four f32[1] = {{4}}
  const %six f32[1] = {{6}}
  %q = QuantizeLinear(%x, %s, %z) "x (to bytes)"
  %c = QuantizedConv(%q, %n, %half, %three) {{2d, x_zero=10, high=3.4028234663852886e38}} "c"
  %d = QuantizedConv(%c, %m, %four, %six) {{2d, {}, to_float=true}} "d"
  output "y"
  exit(%d))g",
                                                                                     kNoBounds))));
}

TEST(QuantizeGraph, NothingChosenChangesNothing) {
  const Graph graph = graph_of(kTwo);
  EXPECT_EQ(text_of(quantized(graph, ranges_of_two(), {"nothing"})), text_of(graph));
}

/// The bias of the last QuantizedConv.
std::vector<float> last_bias(const Graph& graph) {
  std::vector<float> bias;
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    if (std::holds_alternative<ops::QuantizedConv>(node.op)) bias = values<float>(*graph.constant(node.inputs[3]));
  }
  return bias;
}

TEST(QuantizeGraph, TheBiasMakesUpForWhatRoundingTheWeightsDoesToTheMean) {
  const Graph graph = graph_of(R"(
  input %x f32[1,1,2,2] "x"
  const %v f32[2,1,1,1] = {127, 127}
  const %w f32[1,2,1,2] = {127, 1.25, 2.5, 3.25}
  const %b f32[1] = {6}
  %c = Conv(%x, %v) {2d} "c"
  %d = Conv(%c, %w, %b) {2d} "d"
  output "y"
  exit(%d))");
  Calibration calibration = ranges({{"x", {0, 255}}, {"c", {0, 255}}, {"d", {0, 255}}});
  EXPECT_THAT(last_bias(quantized(graph, calibration)), ElementsAre(6)) << "the means are not known";
  calibration.ranges["c"].channel_mean = {4, 8};
  // 0.25 of channel 0 is lost, 0.5 and 0.25 of channel 1.
  for (const auto& names : {std::vector<std::string>{"d"}, std::vector<std::string>{"c", "d"}})
    EXPECT_THAT(last_bias(quantized(graph, calibration, names)), ElementsAre(6 + 0.25F * 4 + 0.75F * 8));
}

/// Runs a graph on samples in floats, noting ranges and means.
class Trial {
 public:
  explicit Trial(std::string_view text, float low = -1, float high = 3) : graph(graph_of(text)) {
    std::mt19937 random(5);
    for (int i = 0; i < 3; ++i) {
      Tensor x(graph.type(graph.inputs[0]));
      for (float& value : x.mutable_span<float>()) value = low + (high - low) * static_cast<float>(uniform(random));
      note(x);
      samples.push_back(std::move(x));
    }
  }

  /// Expects answers that differ by so many steps of the exits' own ranges at most.
  void expect_close(const Graph& other, double steps) const {
    for (const Tensor& sample : samples) {
      for (std::size_t exit = 0; exit < exits_of(graph).size(); ++exit) {
        std::vector<Tensor> inputs;
        inputs.push_back(sample.clone());
        const std::vector<Tensor> wanted = evaluate_graph(graph, inputs, exit);
        const std::vector<Tensor> got = evaluate_graph(other, inputs, exit);
        ASSERT_EQ(got.size(), wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
          ASSERT_EQ(got[i].type(), wanted[i].type());
          const auto [low, high] = std::ranges::minmax(wanted[i].span<float>());
          const double step = std::max(1e-6, (std::max(high, 0.0F) - std::min(low, 0.0F)) / 255.0);
          EXPECT_THAT(numbers(got[i]), near(numbers(wanted[i]), steps * step));
        }
      }
    }
  }

  Graph graph;
  Calibration calibration{"min_max", 3, {}};
  std::vector<Tensor> samples;

 private:
  void note(const Tensor& x) {
    const std::vector<std::string> names = calibration_names(graph);
    std::map<ValueId, Tensor> known;
    known[graph.inputs[0]] = x.clone();
    note(names[static_cast<std::size_t>(graph.inputs[0])], x);
    const Tensor left_out;
    for (const NodeId id : execution_order(graph)) {
      const Node& node = graph.node(id);
      std::vector<OpInput> operands;
      for (const ValueId v : node.inputs)
        operands.emplace_back(v == kNoValue ? left_out : graph.constant(v) != nullptr ? *graph.constant(v) : known[v]);
      known[node.output] = run_op(node.op, operands);
      note(names[static_cast<std::size_t>(node.output)], known[node.output]);
    }
  }

  void note(const std::string& name, const Tensor& x) {
    const auto [low, high] = std::ranges::minmax(x.span<float>());
    auto [range, fresh] = calibration.ranges.try_emplace(name, ValueRange{low, high});
    range->second.low = std::min(range->second.low, low);
    range->second.high = std::max(range->second.high, high);
  }
};

/// Constants for the networks below: convolutions of two channels to two.
std::string network(std::string_view nodes, std::string_view tree = "exit(%y)") {
  return fmt::format(R"(
  input %x f32[1,2,4,4] "x"
  const %v f32[2,2,3,3] = {{0.3, -0.2, 0.1, 0.4, 0.25, -0.5, 0.05, 0.7, -0.1, 0.2, 0.15, -0.35, 0.6, 0.45, -0.05, 0.33,
                           -0.21, 0.12, -0.4, 0.11, 0.22, -0.33, 0.44, 0.55, -0.66, 0.77, 0.08, 0.19, -0.29, 0.39, 0.49,
                           -0.59, 0.69, 0.79, -0.89, 0.99}}
  const %w f32[2,2,1,1] = {{0.5, -0.75, 1.25, 0.3}}
  const %b f32[2] = {{0.2, -0.4}}
  {}
  output "y"
  {})",
                     nodes, tree);
}

constexpr std::string_view kPadded = "{strides=[1,1], pads=[1,1,1,1], dilations=[1,1]}";
constexpr std::string_view kPaddedRelu = "{strides=[1,1], pads=[1,1,1,1], dilations=[1,1], activation=relu}";

TEST(QuantizeGraph, ABlockWithAResidualStaysOnBytes) {
  const Trial trial(network(fmt::format(R"(
  %c = Conv(%x, %w, %b) {{2d, activation=relu}} "c"
  %d = Conv(%c, %v, %b) {} "d"
  %e = Conv(%d, %v, %b, %c) {} "e"
  %y = Conv(%e, %w) {{2d}} "y")",
                                        kPaddedRelu, kPaddedRelu)));
  const Graph bytes = quantized(trial.graph, trial.calibration);
  EXPECT_THAT(ops_of(bytes),
              ElementsAre("QuantizeLinear", "QuantizedConv", "QuantizedConv", "QuantizedConv", "QuantizedConv"));
  EXPECT_THAT(bytes.nodes[3].inputs, SizeIs(5));
  trial.expect_close(bytes, 6);
}

TEST(QuantizeGraph, AResidualOfFloatsIsQuantisedForIt) {
  const Trial trial(network(fmt::format(R"(
  %r = Sigmoid(%x)
  %y = Conv(%x, %v, %b, %r) {} "y")",
                                        kPadded)));
  const Graph bytes = quantized(trial.graph, trial.calibration);
  EXPECT_THAT(ops_of(bytes), ElementsAre("QuantizeLinear", "Sigmoid", "QuantizeLinear", "QuantizedConv"));
  trial.expect_close(bytes, 4);
}

TEST(QuantizeGraph, WhatMovesValuesMovesBytes) {
  const Trial trial(network(fmt::format(R"(
  %c = Conv(%x, %v, %b) {} "c"
  %p = Pool(%c) {{kernel=[2,2], strides=[1,1], pads=[0,0,1,1], dilations=[1,1]}}
  %s = Slice(%p) {{axes=[2], starts=[0], ends=[4], steps=[2]}}
  %a = Pad(%s) {{pads=[0,0,1,0,0,0,1,0]}}
  %t = Transpose(%a) {{perm=[0,1,3,2]}}
  %y = Conv(%t, %w, %b) {{2d}} "y")",
                                        kPadded)));
  const Graph bytes = quantized(trial.graph, trial.calibration);
  EXPECT_THAT(ops_of(bytes),
              ElementsAre("QuantizeLinear", "QuantizedConv", "Pool", "Slice", "Pad", "Transpose", "QuantizedConv"));
  const auto zero = std::get<ops::QuantizedConv>(bytes.nodes[1].op).y_zero;
  EXPECT_GT(zero, 0) << "c has negative values";
  EXPECT_EQ(std::get<ops::Pad>(bytes.nodes[4].op).value, static_cast<double>(zero));
  EXPECT_EQ(std::get<ops::QuantizedConv>(bytes.nodes[6].op).x_zero, zero) << "bytes mean what they meant";
  trial.expect_close(bytes, 5);
}

TEST(QuantizeGraph, PaddingWithOtherNumbersAndAveragesAreOfFloats) {
  for (const std::string_view between :
       {"%m = Pad(%c) {pads=[0,0,1,0,0,0,1,0], value=1}",
        "%m = Pool(%c) {fn=average, kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}"}) {
    const Trial trial(
        network(fmt::format("%c = Conv(%x, %w, %b) {{2d}} \"c\" {} %y = Conv(%m, %w) {{2d}} \"y\"", between)));
    const Graph bytes = quantized(trial.graph, trial.calibration);
    EXPECT_THAT(ops_of(bytes),
                ElementsAre("QuantizeLinear", "QuantizedConv", std::string(op_name(trial.graph.nodes[1].op)),
                            "QuantizeLinear", "QuantizedConv"));
    trial.expect_close(bytes, 5);
  }
}

TEST(QuantizeGraph, AProductIsAConvolutionOfOnePixel) {
  for (const auto& [weights, fields] :
       {std::array<std::string, 2>{"f32[8,3]", "{activation=relu}"}, {"f32[3,8]", "{trans_b=true}"}}) {
    SCOPED_TRACE(weights);
    const Trial trial(fmt::format(R"(
  input %x f32[1,2,2,2] "x"
  const %w f32[2,2,1,1] = {{0.5, -0.75, 1.25, 0.3}}
  const %m {} = {{0.1, 0.2, 0.3, -0.4, 0.5, -0.6, 0.7, 0.8, -0.9, 1.0, -1.1, 0.15, 0.25, -0.35, 0.45, 0.55, 0.65, 0.75,
                  -0.85, 0.95, 1.05, 0.12, -0.13, 0.14}}
  const %b f32[1,3] = {{0.5, 1, 1.5}}
  const %n f32[3,2] = {{1, -2, 0.3, 0.4, 5, 0.6}}
  %c = Conv(%x, %w) {{2d}} "c"
  %f = Reshape(%c) {{shape=[1,8]}}
  %g = Gemm(%f, %m, %b) {} "g"
  %y = Gemm(%g, %n) "y"
  output "y"
  exit(%y))",
                                  weights, fields));
    const Graph bytes = quantized(trial.graph, trial.calibration);
    EXPECT_THAT(ops_of(bytes), ElementsAre("QuantizeLinear", "QuantizedConv", "Reshape", "Reshape", "QuantizedConv",
                                           "Reshape", "Reshape", "QuantizedConv", "Reshape"));
    trial.expect_close(bytes, 6);
    const Graph alone = quantized(trial.graph, trial.calibration, {"g"});
    EXPECT_THAT(ops_of(alone),
                ElementsAre("Conv", "Reshape", "QuantizeLinear", "Reshape", "QuantizedConv", "Reshape", "Gemm"));
    trial.expect_close(alone, 6);
  }
}

TEST(QuantizeGraph, WhoeverReadsFloatsGetsThem) {
  const Trial trial(network(R"(
  %c = Conv(%x, %w, %b) {2d, activation=clip, activation_alpha=-0.5, activation_beta=2} "c"
  %d = Conv(%c, %w) {2d} "d"
  %s = Sigmoid(%c)
  %y = Mul(%s, %d))"));
  const Graph bytes = quantized(trial.graph, trial.calibration);
  EXPECT_THAT(ops_of(bytes),
              ElementsAre("QuantizeLinear", "QuantizedConv", "DequantizeLinear", "Sigmoid", "QuantizedConv", "Mul"));
  trial.expect_close(bytes, 5);
}

TEST(QuantizeGraph, ExitsAndDecisionsReadFloats) {
  const Trial trial(network(R"(
  %c = Conv(%x, %w, %b) {2d, activation=relu} "c"
  %y = Conv(%c, %w) {2d} "y")",
                            "decide max_prob(%c) > 0.25 \"d\" { exit(%c) exit(%y) }"));
  const Graph bytes = quantized(trial.graph, trial.calibration);
  EXPECT_THAT(ops_of(bytes), ElementsAre("QuantizeLinear", "QuantizedConv", "DequantizeLinear", "QuantizedConv"));
  ASSERT_EQ(bytes.tree.size(), 3U);
  const auto& decision = std::get<Decision>(bytes.tree[0]);
  EXPECT_EQ(decision.name, "d");
  EXPECT_EQ(decision.threshold, 0.25F);
  EXPECT_EQ(bytes.type(decision.input).str(), "f32[1,2,4,4]");
  EXPECT_EQ(bytes.output_names, trial.graph.output_names);
  trial.expect_close(bytes, 5);
}

TEST(QuantizeGraph, ValuesThatAreAlwaysZeroStayZero) {
  const Trial trial(network(R"(
  const %minus f32[2] = {-100, -100}
  %c = Conv(%x, %w, %minus) {2d, activation=relu} "c"
  %y = Conv(%c, %w, %b) {2d} "y")"));
  EXPECT_EQ(trial.calibration.ranges.at("c").high, 0);
  trial.expect_close(quantized(trial.graph, trial.calibration), 0.1);
}

TEST(QuantizeGraph, InputsOfOneSignHoldZeroToo) {
  for (const auto& [low, high] : {std::pair{2.0F, 3.0F}, std::pair{-3.0F, -2.0F}}) {
    const Trial trial(network(fmt::format("%y = Conv(%x, %v, %b) {} \"y\"", kPadded)), low, high);
    trial.expect_close(quantized(trial.graph, trial.calibration), 4);
  }
}

}  // namespace

}  // namespace exeunt

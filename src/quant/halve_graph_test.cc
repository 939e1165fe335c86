#include "quant/halve_graph.h"

#include "graph/same_graph.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "quant/calibration_names.h"
#include "support/evaluate_graph.h"

namespace exeunt {

namespace {

using namespace testing;

/// Every convolution and product that can be.
std::vector<bool> all_of(const Graph& graph, DType half = DType::bf16) {
  std::vector<bool> chosen;
  for (const Node& node : graph.nodes) chosen.push_back(refuse_halved(graph, node, half).empty());
  return chosen;
}

/// Expects a graph and, its numbers being small whole ones, the same answers.
void expect_halved(const std::string& text, const std::vector<bool>& chosen, const std::string& wanted,
                   DType half = DType::bf16) {
  const Graph graph = parse_graph(text);
  const Graph halves = halve_graph(graph, half, chosen);
  verify(halves);
  EXPECT_EQ(first_difference(halves, parse_graph(wanted)), "") << print_graph(halves);
  expect_equal_results(graph, halves);
}

void expect_halved(const std::string& text, const std::string& wanted) {
  expect_halved(text, all_of(parse_graph(text)), wanted);
}

const std::string kPointwise = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}";

TEST(HalveGraph, ValuesStayBf16BetweenConvolutions) {
  const std::string head = "input %x f32[1,2,2,2] \"x\"\n";
  const std::string tail = "\noutput \"y\"\nexit(%y)\n";
  expect_halved(head + "const %w f32[2,2,1,1] = {1, 2, -1, 3}\nconst %b f32[2] = {1, -2}\n%a = Conv(%x, %w, %b)" +
                    kPointwise + "\n%y = Conv(%a, %w, _, %x)" + kPointwise + tail,
                head +
                    "const %w bf16[2,2,1,1] = {1, 2, -1, 3}\nconst %b f32[2] = {1, -2}\n%h = Cast(%x){to=bf16}\n%a = "
                    "Conv(%h, %w, %b)" +
                    kPointwise + "\n%c = Conv(%a, %w, _, %h)" + kPointwise + "\n%y = Cast(%c){to=f32}" + tail);
}

TEST(HalveGraph, IeeeHalvesAreTheOtherType) {
  const std::string text =
      "input %x f32[1,2,2,2] \"x\"\nconst %w f32[2,2,1,1] = {1, 2, -1, 3}\n"
      "const %m f32[8,1] = {1, 2, 3, 4, 5, 6, 7, 8}\n%a = Conv(%x, %w)" +
      kPointwise + "\n%f = Reshape(%a){shape=[1,8]}\n%y = Gemm(%f, %m)\noutput \"y\"\nexit(%y)\n";
  const std::string wanted =
      "input %x f32[1,2,2,2] \"x\"\nconst %w f16[2,2,1,1] = {1, 2, -1, 3}\n"
      "const %m f16[1,8,1] = {1, 2, 3, 4, 5, 6, 7, 8}\n%h = Cast(%x){to=f16}\n%a = Conv(%h, %w)" +
      kPointwise +
      "\n%f = Reshape(%a){shape=[1,8]}\n%p = Reshape(%f){shape=[1,8,1]}\n"
      "%c = Conv(%p, %m){strides=[1], pads=[0,0], dilations=[1]}\n"
      "%r = Reshape(%c){shape=[1,1]}\n%y = Cast(%r){to=f32}\noutput \"y\"\nexit(%y)\n";
  expect_halved(text, all_of(parse_graph(text), DType::f16), wanted, DType::f16);
}

TEST(HalveGraph, IeeeHalvesDoNotHoldAllWeights) {
  const auto reason = [](const std::string& weights, DType half) {
    const Graph graph = parse_graph("input %x f32[1,1,2,2] \"x\"\nconst %w f32[2,1,1,1] = {" + weights +
                                    "}\n%y = Conv(%x, %w)" + kPointwise + "\noutput \"y\"\nexit(%y)\n");
    return refuse_halved(graph, graph.nodes.back(), half);
  };
  EXPECT_EQ(reason("1, 65504", DType::f16), "");
  EXPECT_EQ(reason("1, 70000", DType::f16), "a weight of 70000 is beyond what 16 bits hold (65504)");
  EXPECT_THAT(reason("3e-8, 1e-7", DType::f16), ::testing::HasSubstr("too small for 16 bits"));
  EXPECT_EQ(reason("1, 70000", DType::bf16), "");
  EXPECT_EQ(reason("3e-8, 1e-7", DType::bf16), "");
}

TEST(HalveGraph, IeeeHalvesDoNotHoldAllValues) {
  const Graph graph = parse_graph("input %x f32[1,1,2,2] \"x\"\nconst %w f32[1,1,1,1] = {1}\n%y = Conv(%x, %w, _, %x)" +
                                  kPointwise + "\noutput \"y\"\nexit(%y)\n");
  const std::vector<std::string> names = calibration_names(graph);
  const std::string x = names[static_cast<std::size_t>(graph.inputs[0])];
  const std::string y = names[static_cast<std::size_t>(graph.nodes[0].output)];
  const auto reason = [&](const std::map<std::string, ValueRange>& ranges) {
    Calibration calibration;
    calibration.ranges = ranges;
    return refuse_half_ranges(graph.nodes[0], names, calibration);
  };
  EXPECT_EQ(reason({}), "");
  EXPECT_EQ(reason({{x, {-65504, 65504}}, {y, {-65504, 65504}}}), "");
  EXPECT_EQ(reason({{x, {-70000, 1}}}), "'" + x + "' reaches 70000, beyond what 16 bits hold (65504)");
  EXPECT_EQ(reason({{y, {0, 70000}}}), "'" + y + "' reaches 70000, beyond what 16 bits hold (65504)");
}

TEST(HalveGraph, WhatIsNotChosenReadsFloats) {
  const std::string text = "input %x f32[1,1,2,2] \"x\"\nconst %w f32[1,1,1,1] = {2}\n%a = Conv(%x, %w)" + kPointwise +
                           "\n%b = Conv(%a, %w)" + kPointwise + "\n%y = Add(%a, %b)\noutput \"y\"\nexit(%y)\n";
  expect_halved(text, {true, false, false},
                "input %x f32[1,1,2,2] \"x\"\nconst %w f32[1,1,1,1] = {2}\nconst %v bf16[1,1,1,1] = {2}\n"
                "%h = Cast(%x){to=bf16}\n%c = Conv(%h, %v)" +
                    kPointwise + "\n%a = Cast(%c){to=f32}\n%b = Conv(%a, %w)" + kPointwise +
                    "\n%y = Add(%a, %b)\noutput \"y\"\nexit(%y)\n");
  const Graph graph = parse_graph(text);
  EXPECT_EQ(first_difference(halve_graph(graph, DType::bf16, {false, false, false}), graph), "");
}

TEST(HalveGraph, WhatOnlyMovesValuesMovesBf16) {
  const std::string head = "input %x f32[1,2,4,4] \"x\"\n";
  const std::string movers =
      "%p = Pool(%a){fn=max, kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]}\n"
      "%q = Pad(%p){pads=[0,0,1,0,0,0,0,0]}\n%t = Transpose(%q){perm=[0,1,3,2]}\n";
  const std::string tail = "\noutput \"y\"\nexit(%y)\n";
  expect_halved(head + "const %w f32[2,2,1,1] = {1, 2, -1, 3}\n%a = Conv(%x, %w)" + kPointwise + "\n" + movers +
                    "%y = Conv(%t, %w)" + kPointwise + tail,
                head + "const %w bf16[2,2,1,1] = {1, 2, -1, 3}\n%h = Cast(%x){to=bf16}\n%a = Conv(%h, %w)" +
                    kPointwise + "\n" + movers + "%c = Conv(%t, %w)" + kPointwise + "\n%y = Cast(%c){to=f32}" + tail);
}

TEST(HalveGraph, MoversThatAnyoneElseReadsActOnFloatsToo) {
  const std::string text =
      "input %x f32[1,1,2,2] \"x\"\nconst %w f32[1,1,1,1] = {2}\n%a = Conv(%x, %w)" + kPointwise +
      "\n%p = Pool(%a){fn=max, kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n%b = Conv(%p, %w)" +
      kPointwise + "\n%y = Add(%p, %b)\noutput \"y\"\nexit(%y)\n";
  const Graph graph = parse_graph(text);
  const Graph halves = halve_graph(graph, DType::bf16, all_of(graph));
  verify(halves);
  expect_equal_results(graph, halves);
}

TEST(HalveGraph, AProductIsAConvolutionOfOnePixel) {
  for (const bool turned : {false, true}) {
    const std::string matrix =
        turned ? "const %w f32[2,3] = {1, 3, 5, 2, 4, 6}\n" : "const %w f32[3,2] = {1, 2, 3, 4, 5, 6}\n";
    expect_halved("input %x f32[1,3] \"x\"\n" + matrix + "const %b f32[1,2] = {1, -2}\n%y = Gemm(%x, %w, %b){trans_b=" +
                      (turned ? "true" : "false") + ", activation=relu}\noutput \"y\"\nexit(%y)\n",
                  "input %x f32[1,3] \"x\"\nconst %w bf16[2,3,1] = {1, 3, 5, 2, 4, 6}\nconst %b f32[2] = {1, -2}\n"
                  "%h = Cast(%x){to=bf16}\n%p = Reshape(%h){shape=[1,3,1]}\n"
                  "%c = Conv(%p, %w, %b){strides=[1], pads=[0,0], dilations=[1], activation=relu}\n"
                  "%r = Reshape(%c){shape=[1,2]}\n%y = Cast(%r){to=f32}\noutput \"y\"\nexit(%y)\n");
  }
}

TEST(HalveGraph, DecisionsAndExitsReadFloats) {
  const std::string text = "input %x f32[1,2,1,1] \"x\"\nconst %w f32[2,2,1,1] = {1, 2, -1, 3}\n%a = Conv(%x, %w)" +
                           kPointwise + "\n%s = Reshape(%a){shape=[1,2]}\n%b = Conv(%a, %w)" + kPointwise +
                           "\n%y = Reshape(%b){shape=[1,2]}\noutput \"y\"\ndecide max_prob(%s) > 0.5 { exit(%s) "
                           "exit(%y) }\n";
  const Graph graph = parse_graph(text);
  const Graph halves = halve_graph(graph, DType::bf16, all_of(graph));
  verify(halves);
  for (const TreeNode& node : halves.tree)
    for_each_tree_use(node, [&](ValueId v) { EXPECT_EQ(halves.type(v).dtype, DType::f32); });
  expect_equal_results(graph, halves);
}

TEST(HalveGraph, WeightsAreRoundedAndTheBiasIsNot) {
  const Graph graph = parse_graph(
      "input %x f32[1,1,1,1] \"x\"\nconst %w f32[1,1,1,1] = {1.001}\nconst %b f32[1] = {1.001}\n%y = Conv(%x, %w, %b)" +
      kPointwise + "\noutput \"y\"\nexit(%y)\n");
  const Graph halves = halve_graph(graph, DType::bf16, {true});
  const Node* conv = nullptr;
  for (const Node& node : halves.nodes) conv = std::holds_alternative<ops::Conv>(node.op) ? &node : conv;
  ASSERT_NE(conv, nullptr);
  EXPECT_EQ(numbers(*halves.constant(conv->inputs[1])), std::vector{1.0});
  EXPECT_EQ(halves.constant(conv->inputs[2])->span<float>()[0], 1.001F);
}

TEST(HalveGraph, SaysWhatItCannotTake) {
  const std::string conv = "const %w f32[2,1,1,1] = {1, 2}\n%y = Conv(%x, %w)";
  const auto reason = [](const std::string& nodes) {
    const Graph graph = parse_graph(nodes + "\noutput \"y\"\nexit(%y)\n");
    return refuse_halved(graph, graph.nodes.back(), DType::bf16);
  };
  const std::string x = "input %x f32[1,2,2,2] \"x\"\n";
  EXPECT_EQ(reason(x + conv + "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1], group=2}"), "groups");
  EXPECT_EQ(reason(x + "%y = Relu(%x)"), "neither a convolution nor a product");
  EXPECT_EQ(reason("input %x f32[2,2] \"x\"\nconst %w f32[2,2] = {1, 2, 3, 4}\n%y = Gemm(%x, %w)"),
            "more than one row");
  EXPECT_EQ(reason("input %x bf16[1,2] \"x\"\nconst %w bf16[2,2] = {1, 2, 3, 4}\n%y = Gemm(%x, %w)"),
            "floats other than f32");
  EXPECT_EQ(reason("input %x f32[1,2] \"x\"\ninput %w f32[2,2] \"w\"\n%y = Gemm(%x, %w)"),
            "weights that are computed at run time");
}

}  // namespace

}  // namespace exeunt

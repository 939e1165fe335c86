#include "quant/halve_weights.h"

#include "graph/same_graph.h"
#include "graph/text.h"
#include "graph/verify.h"
#include "support/evaluate_graph.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::string kHead = "input %x f32[1,2] \"x\"\n";
const std::string kTail = "\noutput \"y\"\nexit(%y)\n";

/// What is said against the first node of a graph.
std::string refused(const std::string& text, DType half = DType::f16) {
  const Graph graph = parse_graph(text + kTail);
  return refuse_half_weights(graph, graph.nodes.front(), half);
}

std::string refused_weights(const std::string& numbers) {
  return refused(kHead + "const %w f32[2,2] = {" + numbers + "}\n%y = Gemm(%x, %w)");
}

TEST(HalveWeights, OfChosenProductsOnlyTheWeightsChange) {
  const std::string weights = " = {1, 2, -1, 0.5}\n";
  const std::string rest = "%a = Gemm(%x, %v, %b){activation=relu}\n%y = Gemm(%a, %w)";
  const std::string bias = "const %b f32[2] = {1, -2}\n";
  const Graph graph =
      parse_graph(kHead + "const %v f32[2,2]" + weights + bias + "const %w f32[2,2]" + weights + rest + kTail);
  const Graph halves = halve_weights(graph, DType::f16, {true, false});
  verify(halves);
  const Graph wanted =
      parse_graph(kHead + "const %v f16[2,2]" + weights + bias + "const %w f32[2,2]" + weights + rest + kTail);
  EXPECT_EQ(first_difference(halves, wanted), "") << print_graph(halves);
  expect_equal_results(graph, halves);
  EXPECT_EQ(first_difference(halve_weights(graph, DType::f16, {false, false}), graph), "");
}

TEST(HalveWeights, OfChosenConvolutionsOnlyTheWeightsChange) {
  const std::string head = "input %x f32[1,1,2,2] \"x\"\n";
  const std::string rest =
      "const %b f32[2] = {1, -2}\n%y = Conv(%x, %w, %b){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}" + kTail;
  const std::string numbers = "[2,1,2,2] = {1, 2, -1, 0.5, 0, 4, 8, -0.25}\n";
  const Graph graph = parse_graph(head + "const %w f32" + numbers + rest);
  const Graph halves = halve_weights(graph, DType::f16, {true});
  verify(halves);
  EXPECT_EQ(first_difference(halves, parse_graph(head + "const %w f16" + numbers + rest)), "") << print_graph(halves);
  expect_equal_results(graph, halves);
}

TEST(HalveWeights, ThatNodesShareTheyStillShare) {
  const Graph graph =
      parse_graph(kHead + "const %w f32[2,2] = {1, 2, -1, 0.5}\n%a = Gemm(%x, %w)\n%y = Gemm(%a, %w)" + kTail);
  const Graph halves = halve_weights(graph, DType::f16, {true, true});
  EXPECT_EQ(halves.nodes[0].inputs[1], halves.nodes[1].inputs[1]);
  expect_equal_results(graph, halves);
}

TEST(HalveWeights, AreRoundedToTheNearest) {
  const Graph graph = parse_graph(kHead + "const %w f32[2,1] = {0.3333333, 65504}\n%y = Gemm(%x, %w)" + kTail);
  const Graph wanted = parse_graph(kHead + "const %w f16[2,1] = {0.333251953125, 65504}\n%y = Gemm(%x, %w)" + kTail);
  EXPECT_EQ(first_difference(halve_weights(graph, DType::f16, {true}), wanted), "");
}

TEST(HalveWeights, MayBeBf16) {
  const Graph graph = parse_graph(kHead + "const %w f32[2,1] = {0.3333333, 65280}\n%y = Gemm(%x, %w)" + kTail);
  const Graph wanted = parse_graph(kHead + "const %w bf16[2,1] = {0.333984375, 65280}\n%y = Gemm(%x, %w)" + kTail);
  EXPECT_EQ(first_difference(halve_weights(graph, DType::bf16, {true}), wanted), "");
  EXPECT_EQ(refuse_half_weights(graph, graph.nodes.front(), DType::bf16), "");
  const std::string conv =
      "input %x f32[1,1,1,1] \"x\"\nconst %w f32[1,1,1,1] = {NUMBER}\n"
      "%y = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}";
  const auto with = [&](const std::string& number) {
    return std::string(conv).replace(conv.find("NUMBER"), 6, number);
  };
  EXPECT_EQ(refused(with("1e-30"), DType::bf16), "");
  EXPECT_EQ(refused(with("1e30"), DType::bf16), "");
  EXPECT_EQ(refused(with("3.4e38"), DType::bf16), "a weight that bf16 does not hold");
  EXPECT_EQ(refused(with("nan"), DType::bf16), "a weight that bf16 does not hold");
  EXPECT_THAT(refused(kHead + "const %w f32[2,1] = {1, 65408}\n%y = Gemm(%x, %w)", DType::bf16),
              HasSubstr("a weight of 65408 is beyond what 16 bits hold (65280)"));
}

TEST(HalveWeights, NumbersThatHalvesDoNotHoldAreRefused) {
  EXPECT_EQ(refused_weights("1, -65504, 0, 3"), "");
  EXPECT_EQ(refused_weights("0, 0, 0, 0"), "");
  EXPECT_THAT(refused_weights("1, -65505, 0, 3"), HasSubstr("a weight of -65505 is beyond what 16 bits hold (65504)"));
  EXPECT_THAT(refused_weights("1, inf, 0, 3"), HasSubstr("a weight of inf is beyond"));
  EXPECT_THAT(refused_weights("1, nan, 0, 3"), HasSubstr("a weight of nan is beyond"));
}

TEST(HalveWeights, TooSmallOnesAreRefusedUnlessOthersOutweighThem) {
  EXPECT_THAT(refused_weights("1e-6, 2.3e-6, 1.7e-6, 1e-6"),
              HasSubstr("too small for 16 bits: rounding them loses 0.0"));
  EXPECT_THAT(refused_weights("1e-9, 1e-9, 0, 0"), HasSubstr("loses 1 of their size"));
  EXPECT_EQ(refused_weights("1e-6, 2.3e-6, 0.1, 1e-6"), "");
}

TEST(HalveWeights, OtherNodesAreRefused) {
  EXPECT_EQ(refused(kHead + "%y = Relu(%x)"), "neither a convolution nor a product");
  EXPECT_EQ(refused(kHead + "input %w f32[2,2] \"w\"\n%y = Gemm(%x, %w)"), "weights that are computed at run time");
  EXPECT_EQ(refused("input %x f32[3,2] \"x\"\nconst %w f32[2,2] = {1, 2, 3, 4}\n%y = Gemm(%x, %w)"),
            "more than one row");
  EXPECT_EQ(refused(kHead + "const %w f16[2,2] = {1, 2, 3, 4}\n%y = Gemm(%x, %w)"), "weights other than f32");
}

}  // namespace

}  // namespace exeunt

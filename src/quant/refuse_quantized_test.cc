#include "quant/calibration_names.h"
#include "quant/quantize_graph.h"
#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// What is said against the node "n" among `nodes`, all ranges but that of `unknown` being known.
std::string reason(std::string_view nodes, const std::string& unknown = {}) {
  const Graph graph = graph_of(fmt::format(R"(
    input %x f32[1,2,4] "x"
    input %g f32[1,4] "g"
    const %v f32[2,2,1] = {{1, 2, 3, -4}}
    const %b f32[2] = {{10, 20}}
    const %m f32[4,2] = {{1, 2, 3, 4, 5, 6, 7, 8}}
    {}
    output "y"
    exit(%y))",
                                           nodes));
  const std::vector<std::string> names = calibration_names(graph);
  Calibration calibration;
  for (const std::string& name : names) {
    if (name != unknown) calibration.ranges[name] = {-1, 1};
  }
  for (const Node& node : graph.nodes) {
    if (node.name == "n") return refuse_quantized(graph, node, names, calibration);
  }
  return "there is no node n";
}

TEST(RefuseQuantized, TakesConvolutionsAndProducts) {
  for (const std::string_view nodes :
       {"%y = Conv(%x, %v) {1d} \"n\"", "%y = Conv(%x, %v, %b, %x) {1d, activation=relu} \"n\"",
        "%y = Conv(%x, %v, %b) {1d, activation=clip, activation_beta=6} \"n\"", "%y = Gemm(%g, %m) \"n\"",
        "%y = Gemm(%g, %m) {beta=2} \"n\"", "%y = Gemm(%g, %m, %b) {activation=relu} \"n\""}) {
    EXPECT_EQ(reason(nodes), "") << nodes;
  }
}

TEST(RefuseQuantized, SaysWhatConvolutionsCannotHave) {
  EXPECT_EQ(reason("const %w f32[2,1,1] = {1, 2} %y = Conv(%x, %w) {1d, group=2} \"n\""), "groups");
  EXPECT_EQ(reason("%y = Conv(%x, %v) {1d, activation=sigmoid} \"n\""), "an activation other than Relu and Clip");
  EXPECT_EQ(reason("%w = Abs(%v) %y = Conv(%x, %w) {1d} \"n\""), "weights that are computed at run time");
  EXPECT_EQ(reason("%c = Abs(%b) %y = Conv(%x, %v, %c) {1d} \"n\""), "weights that are computed at run time");
  EXPECT_EQ(reason("%y = Conv(%x, %v, _, _, %b) {1d} \"n\""), "a scale behind the sum");
  EXPECT_EQ(reason("input %c f32[1,1,1,1,1] \"c\" const %w f32[1,1,1,1,1] = {1} %y = Conv(%c, %w) "
                   "{strides=[1,1,1], pads=[0,0,0,0,0,0], dilations=[1,1,1]} \"n\""),
            "three spatial axes");
}

TEST(RefuseQuantized, SaysWhatProductsCannotHave) {
  EXPECT_EQ(reason("input %r f32[2,4] \"r\" %y = Gemm(%r, %m) \"n\""), "more than one row");
  EXPECT_EQ(reason("input %r f32[4,1] \"r\" %y = Gemm(%r, %m) {trans_a=true} \"n\""), "more than one row");
  EXPECT_EQ(reason("%y = Gemm(%g, %m) {alpha=2} \"n\""), "factors beside the product");
  EXPECT_EQ(reason("%y = Gemm(%g, %m, %b) {beta=2} \"n\""), "factors beside the product");
  EXPECT_EQ(reason("%y = Gemm(%g, %m) {activation=sigmoid} \"n\""), "an activation other than Relu and Clip");
  EXPECT_EQ(reason("%w = Abs(%m) %y = Gemm(%g, %w) \"n\""), "weights that are computed at run time");
  EXPECT_EQ(reason("const %one f32[] = {1} %y = Gemm(%g, %m, %one) \"n\""), "a bias that is no row");
}

TEST(RefuseQuantized, WeightsMustBeNumbersThat32BitsCanSum) {
  EXPECT_EQ(reason("const %w f32[2,2,1] = {1, inf, 3, 4} %y = Conv(%x, %w) {1d} \"n\""), "weights that are not finite");
  EXPECT_EQ(reason("const %w f32[4,1] = {1, nan, 3, 4} %y = Gemm(%g, %w) \"n\""), "weights that are not finite");
  EXPECT_EQ(reason("input %r f32[1,70000] \"r\" const %w f32[70000,1] = fill(1) %y = Gemm(%r, %w) \"n\""),
            "sums of 70000 products");
  EXPECT_EQ(reason("input %r f32[1,700,10] \"r\" const %w f32[1,700,100] = fill(1) %y = Conv(%r, %w) "
                   "{strides=[1], pads=[50,50], dilations=[1]} \"n\""),
            "sums of 70000 products");
}

TEST(RefuseQuantized, OtherOpsAndTypesHaveNoKernel) {
  EXPECT_EQ(reason("%y = Relu(%x) \"n\""), "neither a convolution nor a product");
  EXPECT_EQ(reason("input %h f16[1,1,4] \"h\" const %w f16[1,1,1] = {1} %y = Conv(%h, %w) {1d} \"n\""),
            "floats other than f32");
}

TEST(RefuseQuantized, NamesTheRangeThatItLacks) {
  constexpr std::string_view kNodes = "%r = Relu(%x) \"r\" %y = Conv(%x, %v, %b, %r) {1d} \"n\"";
  EXPECT_EQ(reason(kNodes), "");
  EXPECT_EQ(reason(kNodes, "x"), "no range of 'x' in the calibration");
  EXPECT_EQ(reason(kNodes, "r"), "no range of 'r' in the calibration");
  EXPECT_EQ(reason(kNodes, "n"), "no range of 'n' in the calibration");
}

}  // namespace

}  // namespace exeunt

#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr std::string_view kNoBounds = "low=-3.4028234663852886e38, high=3.4028234663852886e38";
constexpr std::string_view kNonNegative = "high=3.4028234663852886e38";

/// Bytes %x and %z as they are dequantised, integers for a convolution of two channels to two with a scale for each
/// channel, and parameters for results; `nodes` make %y.
std::string quantized_graph(std::string_view nodes, std::string_view exit = "%y") {
  return fmt::format(R"(
    input %x u8[1,2,2,2] "x"
    input %z u8[1,2,2,2] "z"
    const %one f32[] = {{1}}
    const %half f32[] = {{0.5}}
    const %zx u8[] = {{3}}
    const %zz u8[] = {{1}}
    const %w f32[2,2,1,1] = {{1, 2, 127, -128}}
    const %b f32[2] = {{8, -16}}
    const %s f32[2] = {{0.25, 0.125}}
    const %sy f32[] = {{0.5}}
    const %zy u8[] = {{10}}
    const %q i8[2,2,1,1] = {{1, 2, 127, -128}}
    const %none f32[2] = {{0, 0}}
    {}
    output "y"
    exit({}))",
                     nodes, exit);
}

TEST(FuseQuantized, AConvolutionThatIsQuantisedAgainGivesBytes) {
  // Scales in units of the result's: 0.25 / 0.5; the bias is 8 * 0.25 / 0.5.
  expect_rewrite("fuse_quantized", 1, quantized_graph(R"(
    %d = DequantizeLinear(%x, %one, %zx)
    %c = Conv(%d, %w, %b, _, %s) {2d} "conv"
    %y = QuantizeLinear(%c, %sy, %zy) "quantize")"),
                 quantized_graph(fmt::format(R"(
    const %f f32[2] = {{0.5, 0.25}}
    const %c f32[2] = {{4, -4}}
    %y = QuantizedConv(%x, %q, %f, %c) {{2d, x_zero=3, {}, y_zero=10}} "quantize")",
                                             kNoBounds)));
}

TEST(FuseQuantized, TheScaleOfTheOperandCounts) {
  expect_rewrite("fuse_quantized", 1, quantized_graph(R"(
    %d = DequantizeLinear(%x, %half, %zx)
    %c = Conv(%d, %w, _, _, %s) {2d}
    %y = QuantizeLinear(%c, %sy))"),
                 quantized_graph(fmt::format(R"(
    const %f f32[2] = {{0.25, 0.125}}
    %y = QuantizedConv(%x, %q, %f, %none) {{2d, x_zero=3, {}}})",
                                             kNoBounds)));
}

TEST(FuseQuantized, ClampsBecomeBoundsInUnitsOfTheResult) {
  for (const auto& [activation, bounds] :
       {std::pair<std::string, std::string>{"activation=relu", kNonNegative},
        {"activation=clip, activation_alpha=-1, activation_beta=6", "low=-2, high=12"},
        {"activation=clip, activation_alpha=0, activation_beta=inf", std::string(kNonNegative)}}) {
    SCOPED_TRACE(activation);
    expect_rewrite("fuse_quantized", 1,
                   quantized_graph(fmt::format(R"(
      %d = DequantizeLinear(%x, %one, %zx)
      %c = Conv(%d, %w, %b, _, %s) {{2d, {}}}
      %y = QuantizeLinear(%c, %sy, %zy))",
                                               activation)),
                   quantized_graph(fmt::format(R"(
      const %f f32[2] = {{0.5, 0.25}}
      const %c f32[2] = {{4, -4}}
      %y = QuantizedConv(%x, %q, %f, %c) {{2d, x_zero=3, {}, y_zero=10}})",
                                               bounds)));
  }
}

TEST(FuseQuantized, PaddingIsTheZeroPoint) {
  constexpr std::string_view kFields = "strides=[2,1], pads=[1,0,0,1], dilations=[1,1]";
  expect_rewrite("fuse_quantized", 1,
                 quantized_graph(fmt::format(R"(
    %d = DequantizeLinear(%x, %one, %zx)
    %c = Conv(%d, %w, %b, _, %s) {{{}}}
    %y = QuantizeLinear(%c, %sy, %zy))",
                                             kFields)),
                 quantized_graph(fmt::format(R"(
    const %f f32[2] = {{0.5, 0.25}}
    const %c f32[2] = {{4, -4}}
    %y = QuantizedConv(%x, %q, %f, %c) {{{}, x_zero=3, {}, y_zero=10}})",
                                             kFields, kNoBounds)));
}

TEST(FuseQuantized, RoundingDiffersByAStepAtMost) {
  const Graph before = graph_of(quantized_graph(R"(
    const %u f32[2] = {0.0313, 0.0171}
    const %v f32[] = {0.0713}
    %d = DequantizeLinear(%x, %v, %zx)
    %c = Conv(%d, %w, %b, _, %u) {2d}
    %y = QuantizeLinear(%c, %v, %zy))"));
  Graph after = before;
  EXPECT_EQ(run_pass(after, find_pass("fuse_quantized")), 1);
  expect_equal_results(before, after, 1);
}

TEST(FuseQuantized, AConvolutionThatIsNotQuantisedAgainGivesFloats) {
  expect_rewrite("fuse_quantized", 1, quantized_graph(R"(
    %d = DequantizeLinear(%x, %half, %zx)
    %y = Conv(%d, %w, %b, _, %s) {2d, activation=relu} "conv")"),
                 quantized_graph(fmt::format(R"(
    const %f f32[2] = {{0.125, 0.0625}}
    const %c f32[2] = {{2, -2}}
    %y = QuantizedConv(%x, %q, %f, %c) {{2d, x_zero=3, {}, to_float=true}} "conv")",
                                             kNonNegative)));
}

TEST(FuseQuantized, WhoeverElseReadsTheResultGetsItsFloats) {
  const std::string two = R"(
    output "z")";
  expect_rewrite("fuse_quantized", 1,
                 quantized_graph(R"(
    %d = DequantizeLinear(%x, %one, %zx)
    %c = Conv(%d, %w, _, _, %s) {2d}
    %y = QuantizeLinear(%c, %sy, %zy))" +
                                     two,
                                 "%c, %y"),
                 quantized_graph(fmt::format(R"(
    %c = QuantizedConv(%x, %q, %s, %none) {{2d, x_zero=3, {}, to_float=true}}
    %y = QuantizeLinear(%c, %sy, %zy))",
                                             kNoBounds) +
                                     two,
                                 "%c, %y"));
}

TEST(FuseQuantized, QuantisedToOtherIntegersGivesFloats) {
  expect_rewrite("fuse_quantized", 1, quantized_graph(R"(
    const %zi i8[] = {0}
    %d = DequantizeLinear(%x, %one, %zx)
    %c = Conv(%d, %w, _, _, %s) {2d}
    %y = QuantizeLinear(%c, %sy, %zi))"),
                 quantized_graph(fmt::format(R"(
    const %zi i8[] = {{0}}
    %c = QuantizedConv(%x, %q, %s, %none) {{2d, x_zero=3, {}, to_float=true}}
    %y = QuantizeLinear(%c, %sy, %zi))",
                                             kNoBounds)));
}

TEST(FuseQuantized, OtherConvolutionsStay) {
  const std::string d = "%d = DequantizeLinear(%x, %one, %zx) ";
  const std::string q = " %y = QuantizeLinear(%c, %sy, %zy)";
  for (const std::string& nodes :
       {d + "const %g f32[2,1,1,1] = {1, 2} %c = Conv(%d, %g, _, _, %s) {2d, group=2}" + q,
        d + "%r = DequantizeLinear(%z, %one, %zz) %c = Conv(%d, %w, _, %r, %s) {2d}" + q,
        d + "%c = Conv(%d, %w, %b) {2d}" + q, d + "%c = Conv(%d, %w, _, _, %s) {2d, activation=sigmoid}" + q,
        d + "const %g f32[2,2,1,1] = {1, 2, 3, 128} %c = Conv(%d, %g, _, _, %s) {2d}" + q,
        d + "const %g f32[2,2,1,1] = {1, 2, 3, 0.5} %c = Conv(%d, %g, _, _, %s) {2d}" + q,
        d + "%g = Abs(%w) %c = Conv(%d, %g, _, _, %s) {2d}" + q,
        d + "%g = Abs(%b) %c = Conv(%d, %w, %g, _, %s) {2d}" + q,
        d + "%g = Abs(%s) %c = Conv(%d, %w, _, _, %g) {2d}" + q,
        "const %o f32[2] = {1, 2} const %p u8[2] = {1, 2} %d = DequantizeLinear(%x, %o, %p)"
        "%c = Conv(%d, %w, _, _, %s) {2d}" +
            q}) {
    SCOPED_TRACE(nodes);
    expect_untouched("fuse_quantized", quantized_graph(nodes));
  }
}

TEST(FuseQuantized, ASumOfBytesAddsBytes) {
  for (const auto& [clamp, summed, bounds] : {std::array<std::string, 3>{"", "%s1", std::string(kNoBounds)},
                                              {"%r = Relu(%s1)", "%r", std::string(kNonNegative)},
                                              {"%r = Clip(%s1) {alpha=-1, beta=6}", "%r", "low=-2, high=12"}}) {
    SCOPED_TRACE(clamp);
    expect_rewrite("fuse_quantized", 1,
                   quantized_graph(fmt::format(R"(
      %d = DequantizeLinear(%x, %one, %zx)
      %e = DequantizeLinear(%z, %half, %zz)
      %s1 = Add(%d, %e)
      {}
      %y = QuantizeLinear({}, %sy, %zy))",
                                               clamp, summed)),
                   quantized_graph(fmt::format(
                       "%y = QuantizedAdd(%x, %z) {{a_zero=3, a_scale=2, b_zero=1, {}, y_zero=10}}", bounds)));
  }
}

TEST(FuseQuantized, AValueIsAddedToItself) {
  expect_rewrite(
      "fuse_quantized", 1, quantized_graph(R"(
    %d = DequantizeLinear(%x, %half, %zx)
    %a = Add(%d, %d)
    %y = QuantizeLinear(%a, %sy, %zy))"),
      quantized_graph(fmt::format("%y = QuantizedAdd(%x, %x) {{a_zero=3, b_zero=3, {}, y_zero=10}}", kNoBounds)));
}

TEST(FuseQuantized, OtherSumsStay) {
  const std::string operands = "%d = DequantizeLinear(%x, %one, %zx) %e = DequantizeLinear(%z, %half, %zz) ";
  const std::string q = " %y = QuantizeLinear(%a, %sy, %zy)";
  for (const std::string& nodes :
       {operands + "%a = Sub(%d, %e)" + q, operands + "%m = Add(%d, %e) %a = Sigmoid(%m)" + q,
        operands + "%f = Abs(%e) %a = Add(%d, %f)" + q, operands + "%a = Add(%d, %half)" + q,
        "%d = DequantizeLinear(%x, %one, %zx) input %v u8[1,2,1,1] \"v\" %e = DequantizeLinear(%v, %half, %zz)"
        "%a = Add(%d, %e)" +
            q}) {
    SCOPED_TRACE(nodes);
    expect_untouched("fuse_quantized", quantized_graph(nodes));
  }
  expect_untouched("fuse_quantized", quantized_graph(operands + "%a = Add(%d, %e)" + q + " output \"z\"", "%a, %y"));
}

/// Quantize(f(Dequantize(x))).
std::string around(std::string_view f, std::string_view scale, std::string_view zero) {
  return quantized_graph(fmt::format(R"(
    %d = DequantizeLinear(%x, %half, %zx)
    %m = {}
    %y = QuantizeLinear(%m, {}, {}))",
                                     f, scale, zero));
}

TEST(FuseQuantized, WhatMovesValuesMovesBytes) {
  for (const auto& [floats, bytes] :
       {std::array<std::string, 2>{"Pool(%d) {kernel=[2,2], strides=[1,1], pads=[0,0,1,1], dilations=[1,1]}",
                                   "Pool(%x) {kernel=[2,2], strides=[1,1], pads=[0,0,1,1], dilations=[1,1]}"},
        {"Slice(%d) {axes=[2], starts=[1], ends=[2], steps=[1]}",
         "Slice(%x) {axes=[2], starts=[1], ends=[2], steps=[1]}"},
        {"Pad(%d) {pads=[0,0,1,0,0,1,0,0]}", "Pad(%x) {pads=[0,0,1,0,0,1,0,0], value=3}"},
        {"Reshape(%d) {shape=[1,8]}", "Reshape(%x) {shape=[1,8]}"},
        {"Transpose(%d) {perm=[0,2,3,1]}", "Transpose(%x) {perm=[0,2,3,1]}"}}) {
    SCOPED_TRACE(floats);
    expect_rewrite("fuse_quantized", 1, around(floats, "%half", "%zx"), quantized_graph("%y = " + bytes));
  }
}

TEST(FuseQuantized, MoversBetweenOtherScalesStay) {
  constexpr std::string_view kSlice = "Slice(%d) {axes=[2], starts=[1], ends=[2], steps=[1]}";
  expect_untouched("fuse_quantized", around(kSlice, "%one", "%zx"));
  expect_untouched("fuse_quantized", around(kSlice, "%half", "%zz"));
  for (const std::string_view f :
       {"Pool(%d) {fn=average, kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}",
        "Pad(%d) {pads=[0,0,1,0,0,1,0,0], value=1}", "Neg(%d)"}) {
    SCOPED_TRACE(f);
    expect_untouched("fuse_quantized", around(f, "%half", "%zx"));
  }
}

TEST(FuseQuantized, AMoverThatSomethingElseReadsStays) {
  expect_untouched("fuse_quantized", quantized_graph(R"(
    %d = DequantizeLinear(%x, %half, %zx)
    %m = Reshape(%d) {shape=[1,8]}
    %y = QuantizeLinear(%m, %half, %zx)
    output "z")",
                                                     "%m, %y"));
}

/// A convolution and a pool between quantised values, as exporters write them; `bias_scale` is that of its bias.
std::string exported(std::string_view bias_scale) {
  return fmt::format(R"(
    input %x f32[1,1,3,3] "x"
    const %sx f32[] = {{0.5}}
    const %zx i8[] = {{-3}}
    const %w i8[2,1,2,2] = {{5, -7, 9, 1, 2, -3, 4, 127}}
    const %sw f32[2] = {{0.25, 0.125}}
    const %b i32[2] = {{10, -20}}
    const %sb f32[2] = {}
    const %sy f32[] = {{2}}
    const %zy i8[] = {{-128}}
    %qx = QuantizeLinear(%x, %sx, %zx)
    %dx = DequantizeLinear(%qx, %sx, %zx)
    %dw = DequantizeLinear(%w, %sw) {{axis=0}}
    %db = DequantizeLinear(%b, %sb) {{axis=0}}
    %c = Conv(%dx, %dw, %db) {{2d}}
    %r = Relu(%c)
    %qr = QuantizeLinear(%r, %sy, %zy)
    %dr = DequantizeLinear(%qr, %sy, %zy)
    %p = Pool(%dr) {{kernel=[2,2], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}}
    %qp = QuantizeLinear(%p, %sy, %zy)
    %y = DequantizeLinear(%qp, %sy, %zy)
    output "y"
    exit(%y))",
                     bias_scale);
}

TEST(FuseQuantized, ExportedBlocksRunOnBytesFromEndToEnd) {
  const Graph before = graph_of(exported("{0.125, 0.0625}"));
  Graph after = before;
  run_pipeline(after);
  std::vector<std::string> ops;
  for (const NodeId id : execution_order(after)) ops.emplace_back(op_name(after.node(id).op));
  EXPECT_THAT(ops, ::testing::ElementsAre("QuantizeLinear", "QuantizedConv", "Pool", "DequantizeLinear"));
  expect_equal_results(before, after, 2);
}

TEST(FuseQuantized, ABiasOfAnotherScaleKeepsTheConvolutionInFloats) {
  const Graph before = graph_of(exported("{0.125, 0.5}"));
  Graph after = before;
  run_pipeline(after);
  for (const Node& node : after.nodes) EXPECT_NE(op_name(node.op), "QuantizedConv");
  expect_equal_results(before, after, 2);
}

}  // namespace

}  // namespace exeunt

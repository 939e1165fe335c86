#include <set>

#include "graph/text.h"
#include "support/tensors.h"

// The text form of every op.
namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

/// One node of `op` on inputs of these types ("" is an operand left out), as printed and parsed back.
Graph round_trip(const Op& op, const std::vector<std::string_view>& operands) {
  Graph graph;
  std::vector<ValueId> inputs;
  for (const std::string_view type : operands) {
    inputs.push_back(type.empty() ? kNoValue : graph.add_input("x", *parse_type(type)));
  }
  const ValueId y = graph.add_node(op, inputs);
  graph.output_names = {"y"};
  graph.tree = {Exit{{y}, {}}};
  return parse_graph(print_graph(graph));
}

struct OpCase {
  Op op;
  std::vector<std::string_view> operands;
};

/// Every op that is no family, and families with fields, all of them away from their defaults.
std::vector<OpCase> single_cases() {
  return {
      {ops::ArgReduce{.fn = ops::ArgReduceFn::ArgMin, .axis = 1, .keepdims = false, .select_last_index = true},
       {"f32[2,3]"}},
      {ops::BatchNorm{.epsilon = 1e-3}, {"f32[1,2]", "f32[2]", "f32[2]", "f32[2]", "f32[2]"}},
      {ops::Cast{.to = DType::bf16}, {"i8[2]"}},
      {ops::Concat{.axis = -1}, {"f32[2,1]", "f32[2,3]"}},
      {ops::Conv{.strides = {2, 1},
                 .pads = {0, 1, 2, 3},
                 .dilations = {1, 2},
                 .group = 2,
                 .activation = ops::Activation::relu},
       {"f32[1,4,8,8]", "f32[2,2,3,3]", "", "f32[1,2,4,8]"}},
      {ops::ConvTranspose{
           .strides = {2, 1}, .pads = {0, 1, 2, 3}, .dilations = {1, 2}, .output_padding = {1, 0}, .group = 2},
       {"f32[1,4,8,8]", "f32[4,1,3,3]", "f32[2]"}},
      {ops::CumSum{.axis = 1, .exclusive = true, .reverse = true}, {"f32[2,3]"}},
      {ops::Dequantize{.axis = 0}, {"i8[2,3]", "f32[2]", "i8[2]"}},
      {ops::QuantizedAdd{.a_zero = 1, .a_scale = 0.5, .b_zero = 2, .b_scale = -0.25, .low = -1, .high = 9, .y_zero = 3},
       {"u8[2,3]", "u8[2,3]"}},
      {ops::QuantizedConv{.strides = {2, 1},
                          .pads = {0, 1, 2, 3},
                          .dilations = {1, 2},
                          .group = 2,
                          .x_zero = 1,
                          .residual_zero = 2,
                          .residual_scale = 0.5,
                          .low = -1,
                          .high = 9,
                          .y_zero = 3},
       {"u8[1,4,8,8]", "i8[2,2,3,3]", "f32[2]", "f32[2]", "u8[1,2,4,8]"}},
      {ops::Expand{.shape = {3, 2}}, {"f32[2]"}},
      {ops::Gather{.axis = 1}, {"f32[2,3]", "i64[2]"}},
      {ops::GatherElements{.axis = 1}, {"f32[2,3]", "i64[2,1]"}},
      {ops::GatherND{.batch_dims = 1}, {"f32[2,3]", "i64[2,1]"}},
      {ops::Gemm{.trans_a = true,
                 .trans_b = true,
                 .alpha = 0.1,
                 .beta = -2,
                 .activation = ops::Activation::elu,
                 .activation_alpha = 0.5},
       {"f32[3,2]", "f32[4,3]", "f32[4]"}},
      {ops::LayerNorm{.axis = 1, .epsilon = 0.5, .center = false}, {"f32[1,2,3]", "f32[2,3]", "f32[3]"}},
      {ops::LogSoftmax{.axis = 0}, {"f32[4]"}},
      {ops::Lrn{.size = 3, .alpha = 0.5, .beta = 0.25, .bias = 2}, {"f32[1,2]"}},
      {ops::MatMul{}, {"f32[2,3]", "f32[3]"}},
      {ops::MaxPoolIndices{
           .kernel = {3}, .strides = {2}, .pads = {1, 0}, .dilations = {1}, .ceil_mode = true, .column_major = true},
       {"f32[1,2,8]"}},
      {ops::OneHot{.depth = 4, .axis = 0}, {"i64[3]", "f32[2]"}},
      {ops::Pad{.pads = {-1, 2}, .mode = ops::PadMode::reflect, .value = 1e300}, {"f32[5]"}},
      {ops::Pool{.fn = ops::PoolFn::average,
                 .kernel = {3},
                 .strides = {2},
                 .pads = {1, 0},
                 .dilations = {1},
                 .ceil_mode = true,
                 .count_include_pad = true,
                 .p = 3},
       {"f32[1,2,8]"}},
      {ops::Quantize{.axis = 0}, {"f32[2,3]", "f32[2]", "u16[2]"}},
      {ops::Reshape{.shape = {2, 1, 3}}, {"f32[6]"}},
      {ops::Reshape{}, {"f32[1]"}},
      {ops::Resize{.sizes = {1, 1, 3, 5},
                   .scales = {1, 1, 1.5, 2.5},
                   .roi = {0, 0, 0.25, 0.125, 1, 1, 0.75, 0.5},
                   .mode = ops::ResizeMode::cubic,
                   .coordinates = ops::ResizeCoordinates::tf_crop_and_resize,
                   .rounding = ops::ResizeRounding::ceil,
                   .cubic_a = -0.5,
                   .extrapolation = 3,
                   .antialias = true,
                   .exclude_outside = true},
       {"f32[1,1,2,2]"}},
      {ops::ScaleShift{.activation = ops::Activation::clip, .activation_alpha = -1, .activation_beta = 0.5},
       {"f32[1,2,3]", "f32[2]", "f32[1]"}},
      {ops::ScatterElements{.axis = 1, .fn = ops::ScatterFn::add}, {"f32[2,3]", "i64[2,1]", "f32[2,1]"}},
      {ops::ScatterND{.fn = ops::ScatterFn::max}, {"f32[3]", "i64[2,1]", "f32[2]"}},
      {ops::ShapeOf{.start = 1, .end = 2}, {"f32[6,5,4]"}},
      {ops::Slice{.axes = {0}, .starts = {-1}, .ends = {std::numeric_limits<std::int64_t>::min()}, .steps = {-1}},
       {"f32[4]"}},
      {ops::Softmax{.axis = 0}, {"f32[4]"}},
      {ops::Tile{.repeats = {2, 1}}, {"f32[2,3]"}},
      {ops::TopK{.k = 2, .axis = 0, .largest = false, .part = ops::TopKPart::indices}, {"f32[3]"}},
      {ops::Transpose{.perm = {1, 0}}, {"f32[2,3]"}},
      {ops::Unary{ops::UnaryFn::Clip, -std::numeric_limits<double>::infinity(), 0.1}, {"f32[2]"}},
      {ops::Where{}, {"bool[2]", "f32[2]", "f32[]"}},
  };
}

/// A type that the op takes.
std::string_view operand_of(const Op& op) {
  const std::string_view name = op_name(op);
  if (name == "Not" || name == "And" || name == "Or" || name == "Xor") return "bool[2,3]";
  return name.starts_with("Bit") || name == "Mod" ? "u8[2,3]" : "f32[2,3]";
}

/// The members of the families; all of them have operands of one type.
std::vector<OpCase> family_cases() {
  std::vector<OpCase> cases;
  for (const Op& op : op_prototypes()) {
    const std::string_view x = operand_of(op);
    if (std::holds_alternative<ops::Unary>(op)) cases.push_back({op, {x}});
    if (std::holds_alternative<ops::Binary>(op) || std::holds_alternative<ops::Compare>(op))
      cases.push_back({op, {x, x}});
    if (const auto* reduce = std::get_if<ops::Reduce>(&op)) {
      cases.push_back({ops::Reduce{.fn = reduce->fn, .axes = {-1, 0}, .keepdims = false}, {x}});
    }
    if (std::holds_alternative<ops::ArgReduce>(op)) cases.push_back({op, {x}});
  }
  return cases;
}

TEST(GraphText, RoundTripsEveryOpWithItsFields) {
  std::set<std::string_view> seen;
  std::vector<OpCase> cases = single_cases();
  for (OpCase& family : family_cases()) cases.push_back(std::move(family));
  for (const OpCase& c : cases) {
    SCOPED_TRACE(op_name(c.op));
    seen.insert(op_name(c.op));
    const Graph parsed = round_trip(c.op, c.operands);
    ASSERT_EQ(parsed.nodes.size(), 1U);
    EXPECT_EQ(parsed.nodes[0].op, c.op);
    ASSERT_EQ(parsed.nodes[0].inputs.size(), c.operands.size());
    for (std::size_t i = 0; i < c.operands.size(); ++i) {
      EXPECT_EQ(parsed.nodes[0].inputs[i] == kNoValue, c.operands[i].empty());
    }
  }
  for (const Op& op : op_prototypes()) EXPECT_TRUE(seen.contains(op_name(op))) << op_name(op) << " has no case";
}

TEST(GraphText, LeavesFieldsOutThatAreAsByDefault) {
  EXPECT_THAT(print_graph(round_trip(ops::Gemm{.beta = 2}, {"f32[1,2]", "f32[2,3]"})),
              HasSubstr("Gemm(%0, %1) {beta=2}\n"));
  EXPECT_THAT(print_graph(round_trip(ops::Softmax{}, {"f32[3]"})), HasSubstr("Softmax(%0)\n"));
}

}  // namespace

}  // namespace exeunt

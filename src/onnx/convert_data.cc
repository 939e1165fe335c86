#include <algorithm>
#include <cmath>

#include "base/dtype.h"
#include "base/shape.h"
#include "onnx/node_context.h"
#include "ops/arithmetic.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

Values convert_tile(NodeContext& node) { return {node.add(ops::Tile{node.constant_ints(1)}, {node.operand(0)})}; }

Values convert_gather_elements(NodeContext& node) {
  return {node.add(ops::GatherElements{node.integer("axis", 0)}, {node.operand(0), node.operand(1)})};
}

Values convert_gather_nd(NodeContext& node) {
  return {node.add(ops::GatherND{node.integer("batch_dims", 0)}, {node.operand(0), node.operand(1)})};
}

ops::ScatterFn scatter_fn(const NodeContext& node) {
  const std::string name = node.text("reduction", "none");
  const auto fn = ops::parse_enum<ops::ScatterFn>(name);
  require(fn.has_value(), ErrorCode::format, "reduction '{}'", name);
  return *fn;
}

Values convert_scatter_elements(NodeContext& node) {
  return {node.add(ops::ScatterElements{node.integer("axis", 0), scatter_fn(node)},
                   {node.operand(0), node.operand(1), node.operand(2)})};
}

Values convert_scatter_nd(NodeContext& node) {
  return {node.add(ops::ScatterND{scatter_fn(node)}, {node.operand(0), node.operand(1), node.operand(2)})};
}

Values convert_top_k(NodeContext& node) {
  const ops::Ints k = node.constant_ints(1);
  require(k.size() == 1, ErrorCode::format, "k has {} elements; one is needed", k.size());
  ops::TopK op{k[0], node.integer("axis", -1), node.integer("largest", 1) != 0, ops::TopKPart::values};
  const ValueId values = node.add(op, {node.operand(0)});
  op.part = ops::TopKPart::indices;
  return {values, node.add(op, {node.operand(0)})};
}

Values convert_size(NodeContext& node) {
  return {node.add_constant(Tensor::of<std::int64_t>(DType::i64, {}, std::array{node.shape(0).elements()}))};
}

template <class T>
Tensor range(DType dtype, T start, T limit, T delta) {
  require(delta != T{}, ErrorCode::argument, "a step of 0");
  const double count =
      std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
  require(count < static_cast<double>(kMaxTensorBytes), ErrorCode::shape, "a range of {} elements", count);
  Tensor tensor(TensorType{dtype, {count > 0 ? static_cast<std::int64_t>(count) : 0}});
  Wide<T> index{};
  for (T& value : tensor.mutable_span<T>()) {
    value = convert<T>(ops::wrapping_add(widen(start), ops::wrapping_multiply(index, widen(delta))));
    ++index;
  }
  return tensor;
}

Values convert_range(NodeContext& node) {
  const DType dtype = node.type(0).dtype;
  for (const std::size_t i : {1U, 2U}) {
    require(node.type(i).dtype == dtype, ErrorCode::dtype, "operands are {} and {}; they must have one element type",
            dtype_name(dtype), dtype_name(node.type(i).dtype));
  }
  for (const std::size_t i : {0U, 1U, 2U}) {
    require(node.shape(i).elements() == 1, ErrorCode::shape, "operand {} is {}; one element is needed", i,
            node.type(i).str());
  }
  return dispatch(dtype, [&]<class T>(TypeTag<T>) -> Values {
    if constexpr (std::is_arithmetic_v<T> && !std::same_as<T, bool>) {
      const auto number = [&](std::size_t i) { return node.constant(i)->span<T>()[0]; };
      return {node.add_constant(range(dtype, number(0), number(1), number(2)))};
    } else {
      fail(ErrorCode::dtype, "a range of {}", dtype_name(dtype));
    }
  });
}

/// Reshape, Transpose, Reshape.
ValueId rearrange(NodeContext& node, const Shape& split, const ops::Ints& perm, const Shape& joined) {
  const ValueId parts = node.reshape(node.operand(0), split);
  return node.reshape(node.add(ops::Transpose{perm}, {parts}), joined);
}

/// The block size of a node on [N,C,H,W]. @throws Error
std::int64_t block_size(const NodeContext& node) {
  require(node.shape(0).rank() == 4, ErrorCode::shape, "x is {}; [N,C,H,W] is needed", node.shape(0).str());
  require(node.has_attribute("blocksize"), ErrorCode::format, "attribute 'blocksize' is missing");
  const std::int64_t block = node.integer("blocksize", 0);
  require(block > 0 && block < (1 << 15), ErrorCode::format, "blocksize {}", block);
  return block;
}

Values convert_depth_to_space(NodeContext& node) {
  const std::int64_t b = block_size(node);
  const Shape x = node.shape(0);
  const std::int64_t channels = x[1] / (b * b);
  require(channels * b * b == x[1], ErrorCode::shape, "{} channels do not make blocks of {} x {}", x[1], b, b);
  const Shape joined{x[0], channels, x[2] * b, x[3] * b};
  const std::string mode = node.text("mode", "DCR");
  require(mode == "DCR" || mode == "CRD", ErrorCode::format, "mode '{}'", mode);
  if (mode == "DCR") return {rearrange(node, {x[0], b, b, channels, x[2], x[3]}, {0, 3, 4, 1, 5, 2}, joined)};
  return {rearrange(node, {x[0], channels, b, b, x[2], x[3]}, {0, 1, 4, 2, 5, 3}, joined)};
}

Values convert_space_to_depth(NodeContext& node) {
  const std::int64_t b = block_size(node);
  const Shape x = node.shape(0);
  const std::int64_t h = x[2] / b;
  const std::int64_t w = x[3] / b;
  require(h * b == x[2] && w * b == x[3], ErrorCode::shape, "{} does not divide into blocks of {} x {}", x.str(), b, b);
  return {rearrange(node, {x[0], x[1], h, b, w, b}, {0, 3, 5, 1, 2, 4}, {x[0], x[1] * b * b, h, w})};
}

Values convert_one_hot(NodeContext& node) {
  const double depth = node.constant_number(1);
  require(depth >= 0 && depth < static_cast<double>(kMaxTensorBytes), ErrorCode::argument, "a depth of {}", depth);
  return {node.add(ops::OneHot{static_cast<std::int64_t>(depth), node.integer("axis", -1)},
                   {node.operand(0), node.operand(2)})};
}

/// The indices of all elements but 0, an axis a row.
Values convert_non_zero(NodeContext& node) {
  const auto x = node.constant(0);
  ops::Ints places;
  dispatch(x->dtype(), [&]<class T>(TypeTag<T>) {
    const std::span<const T> values = x->span<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (widen(values[i]) != Wide<T>{}) places.push_back(static_cast<std::int64_t>(i));
    }
  });
  const int rank = x->shape().rank();
  const Strides strides = contiguous_strides(x->shape());
  Tensor indices(TensorType{DType::i64, {rank, static_cast<std::int64_t>(places.size())}});
  auto out = indices.mutable_span<std::int64_t>().begin();
  for (int a = 0; a < rank; ++a) {
    for (const std::int64_t place : places) *out++ = place / strides[static_cast<std::size_t>(a)] % x->shape()[a];
  }
  return {node.add_constant(std::move(indices))};
}

constexpr ConverterRow kDataRows[] = {
    {"Tile", convert_tile},
    {"GatherElements", convert_gather_elements},
    {"GatherND", convert_gather_nd},
    {"ScatterElements", convert_scatter_elements},
    {"ScatterND", convert_scatter_nd},
    {"TopK", convert_top_k},
    {"Size", convert_size},
    {"Range", convert_range},
    {"DepthToSpace", convert_depth_to_space},
    {"SpaceToDepth", convert_space_to_depth},
    {"OneHot", convert_one_hot},
    {"NonZero", convert_non_zero},
};

}  // namespace

std::span<const ConverterRow> data_converters() { return kDataRows; }

}  // namespace exeunt

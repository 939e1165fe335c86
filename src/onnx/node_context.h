#pragma once

#include <onnx/onnx_pb.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "graph/constant_eval.h"
#include "graph/graph.h"

namespace exeunt {

/// A node's name; for one without, that of its first output.
std::string name_of(const onnx::NodeProto& node);

/// One ONNX node during import: its operands as values, its attributes, and a place to add ours.
/// Everything a converter cannot accept is an Error; the importer adds node name, op and opset.
class NodeContext {
 public:
  NodeContext(const onnx::NodeProto& node, std::int64_t opset, std::vector<ValueId> operands, Graph& graph,
              ConstantEvaluator& constants, const std::filesystem::path& folder)
      : node_(node),
        opset_(opset),
        operands_(std::move(operands)),
        graph_(graph),
        constants_(constants),
        folder_(folder) {}

  std::int64_t opset() const noexcept { return opset_; }
  const std::string& op_type() const noexcept { return node_.op_type(); }
  const std::filesystem::path& folder() const noexcept { return folder_; }
  std::size_t output_count() const noexcept { return static_cast<std::size_t>(node_.output_size()); }
  /// Whether anybody may use output `i`.
  bool has_output(int i) const { return i < node_.output_size() && !node_.output(i).empty(); }

  std::size_t operand_count() const noexcept { return operands_.size(); }
  bool has_operand(std::size_t i) const noexcept { return i < operands_.size() && operands_[i] != kNoValue; }
  /// @throws Error format if operand `i` is missing
  ValueId operand(std::size_t i) const;
  ValueId optional_operand(std::size_t i) const noexcept { return has_operand(i) ? operands_[i] : kNoValue; }
  const TensorType& type(std::size_t i) const { return graph_.type(operand(i)); }
  const Shape& shape(std::size_t i) const { return type(i).shape; }

  /// Operand `i` as a constant. @throws Error unsupported if it depends on the model's input
  std::shared_ptr<const Tensor> constant(std::size_t i) const;
  /// The same, but null where `constant` would throw.
  std::shared_ptr<const Tensor> constant_or_null(std::size_t i) const;
  /// Operand `i` as a list of integers, from any integer dtype.
  ops::Ints constant_ints(std::size_t i) const;
  /// Operand `i` as a list of numbers, from any dtype.
  ops::Floats constant_floats(std::size_t i) const;
  /// The only element of operand `i`.
  double constant_number(std::size_t i) const;

  bool has_attribute(std::string_view name) const { return find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  ops::Ints integers(std::string_view name, ops::Ints otherwise = {}) const;
  const onnx::AttributeProto* find(std::string_view name) const;

  /// Adds a node named after this one.
  ValueId add(Op op, std::vector<ValueId> operands);
  ValueId add_constant(Tensor tensor) { return graph_.add_constant(std::move(tensor), node_name()); }
  /// Adds a constant of rank 0.
  ValueId add_scalar(DType dtype, double value);
  ValueId reshape(ValueId value, const Shape& shape);
  const Graph& graph() const noexcept { return graph_; }
  std::string node_name() const { return name_of(node_); }

 private:
  const onnx::NodeProto& node_;
  std::int64_t opset_;
  std::vector<ValueId> operands_;
  Graph& graph_;
  ConstantEvaluator& constants_;
  const std::filesystem::path& folder_;
};

/// ONNX's own operators, as opposed to those of other projects.
bool is_default_domain(const std::string& domain);

/// Adds the nodes that compute an ONNX node and returns one value for each of its outputs.
using ConvertFn = std::vector<ValueId> (*)(NodeContext&);

struct ConverterRow {
  std::string_view op_type;
  ConvertFn convert;
};

/// The convolution that a node's attributes describe for operands of these shapes. @throws Error shape, format
ops::Conv conv_of(const NodeContext& node, const Shape& x, const Shape& w);

/// The converter of an op of ONNX's default domain; null if there is none.
ConvertFn find_converter(std::string_view op_type);

/// The rows of one family; see convert_*.cc.
std::span<const ConverterRow> activation_converters();
std::span<const ConverterRow> data_converters();
std::span<const ConverterRow> elementwise_converters();
std::span<const ConverterRow> network_converters();
std::span<const ConverterRow> normalize_converters();
std::span<const ConverterRow> pool_converters();
std::span<const ConverterRow> reduce_converters();
std::span<const ConverterRow> shape_converters();
std::span<const ConverterRow> quantize_converters();
std::span<const ConverterRow> resize_converters();

}  // namespace exeunt

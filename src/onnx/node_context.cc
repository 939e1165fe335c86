#include "onnx/node_context.h"

#include <algorithm>
#include <array>

#include "base/dtype.h"

namespace exeunt {

ValueId NodeContext::operand(std::size_t i) const {
  require(has_operand(i), ErrorCode::format, "operand {} is missing", i);
  return operands_[i];
}

std::shared_ptr<const Tensor> NodeContext::constant(std::size_t i) const {
  auto tensor = constants_.get(operand(i));
  require(tensor != nullptr, ErrorCode::unsupported,
          "operand {} ('{}') must be constant, but depends on the model's input", i, node_.input(static_cast<int>(i)));
  return tensor;
}

std::shared_ptr<const Tensor> NodeContext::constant_or_null(std::size_t i) const {
  return has_operand(i) ? constants_.get(operands_[i]) : nullptr;
}

ops::Ints NodeContext::constant_ints(std::size_t i) const {
  const auto tensor = constant(i);
  require(is_integer(tensor->dtype()), ErrorCode::dtype, "operand {} is {}; integers are needed", i,
          dtype_name(tensor->dtype()));
  ops::Ints values;
  dispatch(tensor->dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : tensor->span<T>()) values.push_back(static_cast<std::int64_t>(widen(value)));
  });
  return values;
}

ops::Floats NodeContext::constant_floats(std::size_t i) const {
  const auto tensor = constant(i);
  ops::Floats values;
  dispatch(tensor->dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : tensor->span<T>()) values.push_back(static_cast<double>(widen(value)));
  });
  return values;
}

double NodeContext::constant_number(std::size_t i) const {
  const auto tensor = constant(i);
  require(tensor->elements() == 1, ErrorCode::shape, "operand {} is {}; one element is needed", i,
          tensor->type().str());
  return dispatch(tensor->dtype(),
                  [&]<class T>(TypeTag<T>) { return static_cast<double>(widen(tensor->span<T>()[0])); });
}

const onnx::AttributeProto* NodeContext::find(std::string_view name) const {
  const auto found = std::ranges::find_if(node_.attribute(), [&](const auto& a) { return a.name() == name; });
  return found == node_.attribute().end() ? nullptr : &*found;
}

namespace {

void check_type(const onnx::AttributeProto& attribute, onnx::AttributeProto::AttributeType type) {
  require(attribute.type() == type, ErrorCode::format, "attribute '{}' is of another type than {}", attribute.name(),
          onnx::AttributeProto::AttributeType_Name(type));
}

}  // namespace

std::int64_t NodeContext::integer(std::string_view name, std::int64_t otherwise) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return otherwise;
  check_type(*attribute, onnx::AttributeProto::INT);
  return attribute->i();
}

double NodeContext::number(std::string_view name, double otherwise) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return otherwise;
  check_type(*attribute, onnx::AttributeProto::FLOAT);
  return static_cast<double>(attribute->f());
}

std::string NodeContext::text(std::string_view name, std::string_view otherwise) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return std::string(otherwise);
  check_type(*attribute, onnx::AttributeProto::STRING);
  return attribute->s();
}

ops::Ints NodeContext::integers(std::string_view name, ops::Ints otherwise) const {
  const auto* attribute = find(name);
  if (attribute == nullptr) return otherwise;
  check_type(*attribute, onnx::AttributeProto::INTS);
  return {attribute->ints().begin(), attribute->ints().end()};
}

ValueId NodeContext::add(Op op, std::vector<ValueId> operands) {
  return graph_.add_node(std::move(op), std::move(operands), node_name());
}

ValueId NodeContext::add_scalar(DType dtype, double value) {
  Tensor scalar(TensorType{dtype, {}});
  dispatch(dtype, [&]<class T>(TypeTag<T>) { scalar.mutable_span<T>()[0] = convert<T>(value); });
  return add_constant(std::move(scalar));
}

ValueId NodeContext::reshape(ValueId value, const Shape& shape) {
  return add(ops::Reshape{{shape.begin(), shape.end()}}, {value});
}

bool is_default_domain(const std::string& domain) { return domain.empty() || domain == "ai.onnx"; }

std::string name_of(const onnx::NodeProto& node) {
  if (!node.name().empty()) return node.name();
  return node.output_size() > 0 ? node.output(0) : node.op_type();
}

ConvertFn find_converter(std::string_view op_type) {
  for (const auto rows : {activation_converters(), data_converters(), elementwise_converters(), network_converters(),
                          normalize_converters(), pool_converters(), quantize_converters(), reduce_converters(),
                          resize_converters(), shape_converters()}) {
    const auto found = std::ranges::find(rows, op_type, &ConverterRow::op_type);
    if (found != rows.end()) return found->convert;
  }
  return nullptr;
}

}  // namespace exeunt

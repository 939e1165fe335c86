#include <cmath>
#include <limits>

#include "base/dtype.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

using Values = std::vector<ValueId>;

/// An activation function whose attributes become `alpha` and `beta`.
struct Parametric {
  ops::UnaryFn fn;
  std::string_view alpha_name;
  float alpha = 0;
  std::string_view beta_name = "";
  float beta = 0;
};

constexpr Parametric kParametric[] = {
    {ops::UnaryFn::Celu, "alpha", 1.0F},
    {ops::UnaryFn::Elu, "alpha", 1.0F},
    {ops::UnaryFn::HardSigmoid, "alpha", 0.2F, "beta", 0.5F},
    {ops::UnaryFn::LeakyRelu, "alpha", 0.01F},
    {ops::UnaryFn::Selu, "alpha", 1.67326319217681884765625F, "gamma", 1.05070102214813232421875F},
    {ops::UnaryFn::Swish, "alpha", 1.0F},
    {ops::UnaryFn::ThresholdedRelu, "alpha", 1.0F},
};

Values convert_parametric(NodeContext& node) {
  const auto fn = ops::parse_enum<ops::UnaryFn>(node.op_type());
  for (const Parametric& p : kParametric) {
    if (p.fn != fn) continue;
    const auto value = [&](std::string_view name, float otherwise) {
      return name.empty() ? 0 : node.number(name, static_cast<double>(otherwise));
    };
    return {node.add(ops::Unary{p.fn, value(p.alpha_name, p.alpha), value(p.beta_name, p.beta)}, {node.operand(0)})};
  }
  fail(ErrorCode::internal, "no parameters are known");
}

Values convert_plain(NodeContext& node) {
  return {node.add(ops::Unary{*ops::parse_enum<ops::UnaryFn>(node.op_type())}, {node.operand(0)})};
}

Values convert_gelu(NodeContext& node) {
  const std::string form = node.text("approximate", "none");
  require(form == "none" || form == "tanh", ErrorCode::format, "approximate is '{}'", form);
  return {node.add(ops::Unary{form == "tanh" ? ops::UnaryFn::GeluTanh : ops::UnaryFn::Gelu}, {node.operand(0)})};
}

Values convert_prelu(NodeContext& node) {
  return {node.add(ops::Binary{ops::BinaryFn::PRelu}, {node.operand(0), node.operand(1)})};
}

/// Bound `i` of a Clip as a field: infinite if it is left out; nothing if it is not known or no double holds it.
std::optional<double> bound_as_field(const NodeContext& node, std::size_t i, double otherwise) {
  constexpr double kExact = 1LL << 53;
  if (!node.has_operand(i)) return otherwise;
  if (node.constant_or_null(i) == nullptr) return std::nullopt;
  const double value = node.constant_number(i);
  return is_float(node.type(i).dtype) || std::abs(value) < kExact ? std::optional(value) : std::nullopt;
}

Values convert_clip(NodeContext& node) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (!node.has_operand(i)) continue;
    const TensorType& bound = node.type(i);
    require(bound.dtype == node.type(0).dtype && bound.shape.elements() == 1, ErrorCode::shape,
            "bound {} is {}; one {} is needed", i, bound.str(), dtype_name(node.type(0).dtype));
  }
  const auto lowest = bound_as_field(node, 1, -kInfinity);
  const auto highest = bound_as_field(node, 2, kInfinity);
  if (lowest && highest) return {node.add(ops::Unary{ops::UnaryFn::Clip, *lowest, *highest}, {node.operand(0)})};
  ValueId result = node.operand(0);
  if (node.has_operand(1))
    result = node.add(ops::Binary{ops::BinaryFn::Max}, {result, node.reshape(node.operand(1), {})});
  if (node.has_operand(2))
    result = node.add(ops::Binary{ops::BinaryFn::Min}, {result, node.reshape(node.operand(2), {})});
  return {result};
}

constexpr ConverterRow kActivationRows[] = {
    {"Celu", convert_parametric},
    {"Clip", convert_clip},
    {"Elu", convert_parametric},
    {"Gelu", convert_gelu},
    {"HardSigmoid", convert_parametric},
    {"HardSwish", convert_plain},
    {"LeakyRelu", convert_parametric},
    {"Mish", convert_plain},
    {"PRelu", convert_prelu},
    {"Relu", convert_plain},
    {"Selu", convert_parametric},
    {"Sigmoid", convert_plain},
    {"Softplus", convert_plain},
    {"Softsign", convert_plain},
    {"Swish", convert_parametric},
    {"ThresholdedRelu", convert_parametric},
};

}  // namespace

std::span<const ConverterRow> activation_converters() { return kActivationRows; }

}  // namespace exeunt

#include <algorithm>

#include "base/dtype.h"
#include "base/error.h"
#include "base/shape.h"
#include "onnx/importer.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

/// Nodes of all unrolled loops of a model together; a step counts as one more.
constexpr int kMaxLoopNodes = 1 << 16;

const onnx::GraphProto& body_of(const onnx::NodeProto& node) {
  const auto found =
      std::ranges::find_if(node.attribute(), [](const auto& a) { return a.name() == "body" && a.has_g(); });
  require(found != node.attribute().end(), ErrorCode::format, "has no body");
  return found->g();
}

/// What a scan output is after no step at all: its element type is in the file, its shape may be.
TensorType empty_scan(const onnx::ValueInfoProto& output) {
  const auto& type = output.type().tensor_type();
  std::vector<std::int64_t> dims = {0};
  for (const auto& dim : type.shape().dim()) dims.push_back(dim.dim_value());
  require(type.has_shape(), ErrorCode::unsupported, "it has no step, and the file does not give the shape of '{}'",
          output.name());
  return {dtype_of_onnx(type.elem_type()), Shape(dims)};
}

}  // namespace

bool is_loop(const onnx::NodeProto& node) { return node.op_type() == "Loop" && is_default_domain(node.domain()); }

/// A loop whose number of steps is known becomes a copy of its body for each.
void Importer::import_loop(const onnx::NodeProto& node, const Frame& frame) {
  std::vector<ValueId> results;
  try {
    results = unroll(node, frame);
  } catch (const Error& error) {
    report(node, error.what(), error.code());
  }
  define_outputs(node, results, *frame.scope);
}

namespace {

/// Operand `v` of a loop, one element known when the file is read; `otherwise` if it is left out.
template <class T>
T known_scalar(ConstantEvaluator& constants, ValueId v, std::string_view what, T otherwise) {
  if (v == kNoValue) return otherwise;
  const auto constant = constants.get(v);
  require(constant != nullptr, ErrorCode::unsupported,
          "{} depends on the model's input; loops are unrolled when the file is read", what);
  require(constant->dtype() == (std::same_as<T, bool> ? DType::boolean : DType::i64) && constant->elements() == 1,
          ErrorCode::dtype, "{} is {}", what, constant->type().str());
  return constant->span<T>()[0];
}

}  // namespace

/// The results of a loop; none if something in it was not imported.
std::vector<ValueId> Importer::unroll(const onnx::NodeProto& node, const Frame& frame) {
  const onnx::GraphProto& body = body_of(node);
  const auto states = static_cast<std::size_t>(std::max(0, node.input_size() - 2));
  require(node.input_size() >= 2 && body.input_size() == node.input_size() &&
              static_cast<std::size_t>(body.output_size()) > states,
          ErrorCode::format, "the body has {} inputs and {} outputs for {} operands", body.input_size(),
          body.output_size(), node.input_size());
  std::vector<ValueId> state;
  for (const std::string& name : node.input()) {
    state.push_back(name.empty() ? kNoValue : *frame.scope->find(name));
    if (!name.empty() && state.back() == kNoValue) return {};
  }
  constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();
  const std::int64_t trips = known_scalar(constants_, state[0], "the number of steps", kEndless);
  bool goes_on = known_scalar(constants_, state[1], "the condition", true);
  std::vector<std::vector<ValueId>> scans(static_cast<std::size_t>(body.output_size()) - 1 - states);
  for (std::int64_t step = 0; step < trips && goes_on; ++step) {
    loop_nodes_ += 1 + std::min(body.node_size(), kMaxLoopNodes);
    require(loop_nodes_ <= kMaxLoopNodes, ErrorCode::unsupported, "the loops unroll to more than {} nodes",
            kMaxLoopNodes);
    state[0] = intern(Tensor::of<std::int64_t>(DType::i64, {}, std::array{step}), "", false);
    state[1] = intern(Tensor::of<bool>(DType::boolean, {}, std::array{true}), "", false);
    const std::vector<ValueId> outputs = import_body(body, state, frame);
    if (std::ranges::find(outputs, kNoValue) != outputs.end()) return {};
    goes_on = known_scalar(constants_, outputs[0], "the condition", true);
    std::copy_n(outputs.begin() + 1, states, state.begin() + 2);
    for (std::size_t i = 0; i < scans.size(); ++i) scans[i].push_back(outputs[1 + states + i]);
  }
  std::vector<ValueId> results(state.begin() + 2, state.end());
  for (std::size_t i = 0; i < scans.size(); ++i) {
    const bool none = scans[i].empty();
    results.push_back(none ? intern(Tensor(empty_scan(body.output(static_cast<int>(1 + states + i)))), "", false)
                           : stack(std::move(scans[i]), node.name()));
  }
  return results;
}

/// Values of one shape, joined along a new first axis.
ValueId Importer::stack(std::vector<ValueId> rows, const std::string& name) {
  for (ValueId& row : rows) {
    const Shape& shape = graph_.type(row).shape;
    ops::Ints dims = {1};
    dims.insert(dims.end(), shape.begin(), shape.end());
    row = graph_.add_node(ops::Reshape{std::move(dims)}, {row}, name);
  }
  return graph_.add_node(ops::Concat{0}, std::move(rows), name);
}

std::vector<ValueId> Importer::import_body(const onnx::GraphProto& body, const std::vector<ValueId>& operands,
                                           const Frame& frame) {
  Frame inner;
  inner.graph = &body;
  for (const onnx::NodeProto& node : body.node()) inner.pending.push_back(&node);
  inner.scope = std::make_shared<Scope>();
  inner.scope->outer = frame.scope;
  add_initializers(body, *inner.scope);
  for (std::size_t i = 0; i < operands.size(); ++i)
    inner.scope->names[body.input(static_cast<int>(i)).name()] = operands[i];
  import_ready(inner);
  const bool decides = std::ranges::any_of(inner.pending, [](const auto* node) { return is_conditional(*node); });
  require(!decides, ErrorCode::unsupported, "a conditional inside a loop");
  if (!inner.pending.empty()) explain_stuck(inner);
  std::vector<ValueId> results;
  for (const auto& output : body.output()) {
    const ValueId* value = inner.scope->find(output.name());
    require(value != nullptr, ErrorCode::format, "nothing produces its output '{}'", output.name());
    results.push_back(*value);
  }
  return results;
}

}  // namespace exeunt

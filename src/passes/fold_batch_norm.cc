#include <cmath>

#include "base/dtype.h"
#include "passes/passes.h"
#include "passes/rewrite.h"

namespace exeunt {

namespace {

struct Folded {
  Tensor weights;
  Tensor bias;
};

template <class T>
Folded fold(const Graph& graph, const Node& conv, const Node& norm, double epsilon) {
  Folded folded{graph.constant(conv.inputs[1])->clone(), Tensor(graph.type(norm.inputs[1]))};
  const Tensor* old_bias = conv.inputs.size() > 2 ? graph.constant(conv.inputs[2]) : nullptr;
  const auto parameter = [&](std::size_t i, std::size_t c) {
    return widen(graph.constant(norm.inputs[i])->span<T>()[c]);
  };
  const std::span<T> weights = folded.weights.template mutable_span<T>();
  const std::span<T> bias = folded.bias.template mutable_span<T>();
  const std::size_t taps = weights.size() / std::max<std::size_t>(bias.size(), 1);
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const double scale = parameter(1, c) / std::sqrt(parameter(4, c) + epsilon);
    for (std::size_t i = c * taps; i < (c + 1) * taps; ++i) weights[i] = convert<T>(widen(weights[i]) * scale);
    const double old = old_bias == nullptr ? 0.0 : widen(old_bias->span<T>()[c]);
    bias[c] = convert<T>((old - parameter(3, c)) * scale + parameter(2, c));
  }
  return folded;
}

bool all_constant(const Graph& graph, std::span<const ValueId> values) {
  return std::ranges::all_of(values, [&](ValueId v) { return v == kNoValue || graph.constant(v) != nullptr; });
}

}  // namespace

int fold_batch_norm(Graph& graph) {
  Rewriter rewriter(graph);
  for (const NodeId id : execution_order(graph)) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node norm = graph.node(id);
    const auto* op = std::get_if<ops::BatchNorm>(&norm.op);
    const Node* producer = op == nullptr ? nullptr : rewriter.sole_producer<ops::Conv>(norm.inputs[0]);
    if (producer == nullptr) continue;
    const Node conv = *producer;
    const auto& conv_op = std::get<ops::Conv>(conv.op);
    if (conv_op.activation != ops::Activation::none || conv.inputs.size() > 3) continue;
    if (!all_constant(graph, std::span(conv.inputs).subspan(1)) ||
        !all_constant(graph, std::span(norm.inputs).subspan(1)))
      continue;
    dispatch(graph.type(norm.output).dtype, [&]<class T>(TypeTag<T>) {
      if constexpr (AnyFloat<T>) {
        Folded folded = fold<T>(graph, conv, norm, op->epsilon);
        const ValueId weights = graph.add_constant(std::move(folded.weights), graph.value(conv.inputs[1]).name);
        const ValueId bias = graph.add_constant(std::move(folded.bias), graph.value(norm.inputs[2]).name);
        rewriter.replace_by_node(norm, conv_op, {conv.inputs[0], weights, bias});
      }
    });
  }
  return rewriter.rewrites();
}

}  // namespace exeunt

#include <fmt/format.h>

#include "base/dtype.h"
#include "diagnose/checks.h"
#include "diagnose/walk.h"

namespace exeunt::checks {

namespace {

/// The scores whose maximum a condition compares with a number, seen through Not and casts of the answer; or kNoValue.
ValueId compared_scores(const Graph& graph, ValueId condition) {
  for (;;) {
    condition = skip_views(graph, condition);
    const Node* node = graph.producer(condition);
    if (node == nullptr) return kNoValue;
    const auto* unary = std::get_if<ops::Unary>(&node->op);
    if ((unary == nullptr || unary->fn != ops::UnaryFn::Not) && !std::holds_alternative<ops::Cast>(node->op)) break;
    condition = node->inputs[0];
  }
  const Node* compare = made_by<ops::Compare>(graph, condition);
  if (compare == nullptr || std::get<ops::Compare>(compare->op).fn == ops::CompareFn::Equal) return kNoValue;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const Node* reduce = made_by<ops::Reduce>(graph, compare->inputs[i]);
    if (reduce == nullptr || std::get<ops::Reduce>(reduce->op).fn != ops::ReduceFn::ReduceMax) continue;
    if (graph.constant(skip_views(graph, compare->inputs[1 - i])) != nullptr) return reduce->inputs[0];
  }
  return kNoValue;
}

/// Whether a function into [0, 1] is fused into an op.
bool ends_bounded(const Op& op) {
  return std::visit(
      [](const auto& fields) {
        if constexpr (requires { fields.activation; }) {
          return fields.activation == ops::Activation::sigmoid || fields.activation == ops::Activation::hard_sigmoid;
        } else {
          return false;
        }
      },
      op);
}

/// Whether every element is a probability, or the logarithm of one, by the way it is made.
bool is_bounded(const Graph& graph, ValueId v) {
  for (;;) {
    const Node* node = graph.producer(skip_views(graph, v));
    if (node == nullptr) return false;
    if (ends_bounded(node->op)) return true;
    if (std::holds_alternative<ops::Softmax>(node->op) || std::holds_alternative<ops::LogSoftmax>(node->op))
      return true;
    const bool quantized =
        std::holds_alternative<ops::Dequantize>(node->op) || std::holds_alternative<ops::Quantize>(node->op);
    const auto* unary = std::get_if<ops::Unary>(&node->op);
    if (!quantized) {
      return unary != nullptr && (unary->fn == ops::UnaryFn::Sigmoid || unary->fn == ops::UnaryFn::HardSigmoid);
    }
    v = node->inputs[0];
  }
}

}  // namespace

void unnormalised_scores(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.canonical;
  for (const TreeId at : tree_order(graph)) {
    const Decision* decision = decision_at(graph, at);
    if (decision == nullptr) continue;
    ValueId scores = decision->input;
    if (decision->criterion == Criterion::predicate) {
      scores = compared_scores(graph, scores);
      if (scores == kNoValue) continue;
    } else if (!decision->probabilities || decision->criterion == Criterion::patience) {
      continue;
    }
    const TensorType& type = graph.type(scores);
    if (!is_float(type.dtype) || type.shape.elements() < 2 || is_bounded(graph, scores)) continue;
    warnings.push_back(
        {"unnormalised_scores", decision->name,
         fmt::format("the test looks at the largest of {} scores, but they come out of no softmax: logits "
                     "have no scale, and a threshold means nothing to them",
                     type.shape.elements()),
         "put a softmax before the test; it costs next to nothing"});
  }
}

}  // namespace exeunt::checks

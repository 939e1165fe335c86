#pragma once

#include <optional>

#include "graph/batch.h"
#include "graph/constant_eval.h"
#include "graph/graph.h"

namespace exeunt {

// What is asked of values when conditions are recognised.

template <class T>
const T* op_as(const Node* node) {
  return node == nullptr ? nullptr : std::get_if<T>(&node->op);
}

bool is_unary(const Node* node, ops::UnaryFn fn);

/// Walks up through nodes that keep every element as it is.
ValueId without_views(const Graph& graph, ValueId v);

/// Whether `axis` holds all elements.
bool covers_all(const Shape& shape, std::int64_t axis);

/// The only element of a constant of floats.
std::optional<double> constant_number(ConstantEvaluator& constants, ValueId v);

/// A value of one element without the node that made it of all samples; the node stays if it reduces within the
/// samples too.
struct Combined {
  ValueId value = kNoValue;
  std::optional<Combine> combine;  ///< empty: no node made it of all samples
};

Combined without_combination(const Graph& graph, BatchAxes& axes, ValueId v);

/// A number of the file that says how sure a head is: `scale` * score + `offset` of class probabilities.
struct LiftedScore {
  Criterion criterion = Criterion::max_prob;
  ValueId probabilities = kNoValue;  ///< made by a softmax over all that there is
  double scale = 1;
  double offset = 0;
  std::optional<Combine> combine;  ///< how the file's numbers of the samples make one; empty: they do not
};

/// Recognises the largest probability; the largest minus the second of a TopK (margin); the sum of p * log(p) with any
/// scale and offset (entropy), the logarithm guarded against 0 or not.
std::optional<LiftedScore> lift_score(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId score);

}  // namespace exeunt

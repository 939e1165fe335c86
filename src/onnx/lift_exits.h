#pragma once

#include <optional>

#include "graph/constant_eval.h"
#include "graph/graph.h"

namespace exeunt {

/// A condition of an `If`, as a decision.
struct LiftedCondition {
  Criterion criterion;
  float threshold = 0;
  ValueId input = kNoValue;
  bool then_leaves = true;  ///< the then-arm is the one for high scores
};

/// Turns the condition value of an `If` into a criterion and threshold. `max(softmax) > c`, in any
/// spelling and with either arm first, becomes MaxProb; everything else a Predicate on the value itself.
/// The order is made strict: `>= c` becomes `> ` the next smaller float.
LiftedCondition lift_condition(const Graph& graph, ConstantEvaluator& constants, ValueId condition);

/// Gives every Predicate its order: a bool does not say which arm is the early one, so the cheaper arm
/// becomes the one that leaves, and the condition is negated where that was the other. Called on the whole tree.
void orient_predicates(Graph& graph);

/// Finds where the outputs of an exit hold the class scores: behind a softmax if there is one
/// (through concatenated flags, reshapes, casts, quantisation), else the first [1,K] float output.
Prediction find_prediction(const Graph& graph, const Exit& exit);

}  // namespace exeunt

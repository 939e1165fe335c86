#pragma once

#include <optional>
#include <set>

#include "graph/batch.h"
#include "graph/constant_eval.h"
#include "graph/graph.h"

namespace exeunt {

/// A condition of an `If`, as a decision.
struct LiftedCondition {
  Criterion criterion;
  float threshold = 0;
  ValueId input = kNoValue;
  bool then_leaves = true;  ///< the then-arm is the one for high scores
  Combine combine = Combine::none;
};

/// Turns the condition value of an `If` into a criterion and threshold. A comparison of a confidence (lift_scores.h)
/// with a constant, in any spelling and with either arm first, becomes its criterion; everything else a predicate on
/// the value itself. The order is made strict: `>= c` becomes `> ` the next smaller float.
///
/// A condition of a whole batch makes one bool of all samples, by a reduction of scores or bools over the batch axis or
/// by picking the first sample. That part is taken off and noted in `combine`.
LiftedCondition lift_condition(const Graph& graph, ConstantEvaluator& constants, BatchAxes& axes, ValueId condition);

/// Decisions on softmax(l / T) look at l, with temperature T. Called on the whole tree.
/// @param at_one  decisions of which it is known that their temperature is 1: what is divided there is the network's
void find_temperatures(Graph& graph, const std::set<TreeId>& at_one);

/// Gives every predicate its order: a bool does not say which arm is the early one, so the cheaper arm
/// becomes the one that leaves, and the condition is negated where that was the other. Called on the whole tree.
void orient_predicates(Graph& graph);

/// Finds where the outputs of an exit hold the class scores: behind a softmax if there is one
/// (through concatenated flags, reshapes, casts, quantisation), else the first [1,K] float output.
Prediction find_prediction(const Graph& graph, const Exit& exit);

}  // namespace exeunt

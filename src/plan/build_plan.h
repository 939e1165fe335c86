#pragma once

#include <functional>
#include <set>
#include <span>

#include "plan/backend.h"
#include "plan/plan_data.h"
#include "plan/recipe.h"

namespace exeunt {

/// Which of a step's candidates is taken.
struct Choice {
  std::size_t candidate = 0;
  std::vector<double> us = {};            ///< of each candidate; empty: not measured
  std::vector<std::string> reasons = {};  ///< why each was not taken, beside its time; empty: none
};

/// Picks among the candidates of all steps of a draft, which runs with any of them: scratch memory is laid out for the
/// largest. @return one choice a step
using ChooseCandidates =
    std::function<std::vector<Choice>(const PlanData& draft, std::span<const std::vector<Candidate>> candidates)>;

/// What the steps of a plan were made of.
struct Ingredients {
  std::set<const Tensor*> constants;  ///< whose elements are looked at when the plan is built or run
  std::vector<WeightPacker::Entry> packed;
};

/// Lowers a verified graph: picks a step for every node from the first backend that does not refuse
/// it, puts reorders where layouts differ, and lays all buffers out in one arena.
///
/// Reshapes and Transposes become other views of the same bytes where the layout allows it. A value
/// that lives on into an arm keeps its place while the other arm runs.
/// @param backends  in order of preference; the last one must take everything
/// @param choose    empty: a backend's first candidate is taken
/// @param threads   steps may be split into so many parts; each way to split a candidate is another candidate
/// @throws Error unsupported if no backend takes a node; device
PlanData build_plan(const Graph& graph, std::span<const Backend* const> backends, const ChooseCandidates& choose = {},
                    int threads = 1);

/// Builds the plan again that `recipe` was taken from: each node is offered to its backend for its kernel only.
/// @param ingredients  gets what was used, if it is there
/// @throws Error unsupported if a backend or kernel is not there; device
PlanData rebuild_plan(const Graph& graph, std::span<const Backend* const> backends, const Recipe& recipe, int threads,
                      Ingredients* ingredients = nullptr);

}  // namespace exeunt

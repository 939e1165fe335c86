#pragma once

#include <exeunt/plan.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/compile/accuracy.h"
#include "graph/graph.h"

namespace exeunt {

/// Expects that the bounds make sense and can be measured. @throws Error argument
void check_accuracy_bounds(const Graph& graph, const AccuracyBounds& bounds);

/// Keeps plans of a lower precision near f32.
class AccuracyGuard {
 public:
  using PlanTrial = std::function<PlanData(const Graph& graph)>;
  /// Puts the chosen nodes, by NodeId, in the lower precision.
  using Lower = std::function<Graph(const std::vector<bool>& chosen)>;

  /// @param plan_trial  makes plans for this machine, quickly, of kernels that round no more than they have to
  /// @throws Error as AccuracyMeter
  AccuracyGuard(const Graph& graph, const BuildOptions& options, PlanTrial plan_trial);

  /// Those of `all` that may be lowered: the nodes whose lowering alone changes the answers most are left out, as few
  /// of them as let the bounds hold.
  /// @param name  of the precision, for notes
  /// @param note  becomes what was left out and why; empty if all may be lowered
  std::vector<bool> allowed(const std::vector<bool>& all, const Lower& lower, std::string_view name,
                            std::string& note) const;

  bool holds(const Accuracy& accuracy) const;
  bool admits(const std::shared_ptr<const PlanData>& plan) const { return holds(meter_.measure(plan)); }
  /// "agreement 99.4 %, largest error 0.021, on 512 samples"
  std::string measured(const std::shared_ptr<const PlanData>& plan) const;

 private:
  Accuracy try_out(const std::vector<bool>& chosen, const Lower& lower) const;
  std::vector<std::size_t> ranked(const std::vector<bool>& all, const Lower& lower) const;
  /// Those of `all` that have to stay in f32, worst first.
  std::vector<std::size_t> fewest(const std::vector<bool>& all, const Lower& lower) const;

  const Graph& graph_;
  const BuildOptions& options_;
  PlanTrial plan_trial_;
  AccuracyMeter meter_;
};

}  // namespace exeunt

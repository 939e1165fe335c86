#pragma once

#include <exeunt/plan.h>

#include <memory>
#include <vector>

#include "engine/compile/trace.h"
#include "plan/plan_data.h"

namespace exeunt {

/// How far a plan's answers are from those in f32, as AccuracyBounds defines it.
struct Accuracy {
  double agreement = 1;
  double error = 0;
  /// Root mean square over samples, exits and float outputs of the largest difference there: what layers are ranked by.
  double drift = 0;
};

/// Compares plans with one in f32 on samples.
class AccuracyMeter {
 public:
  /// Runs the samples of `bounds` through the plan in f32. @throws Error argument; as Dataset::read
  AccuracyMeter(std::shared_ptr<const PlanData> floats, const AccuracyBounds& bounds);

  std::int64_t samples() const { return samples_; }

  /// @param plan   of the same model, for this machine
  /// @param limit  at most so many of the samples, spread evenly over them
  Accuracy measure(const std::shared_ptr<const PlanData>& plan, std::int64_t limit) const;
  Accuracy measure(const std::shared_ptr<const PlanData>& plan) const { return measure(plan, samples_); }

 private:
  bool agrees(const Trace& ours, const Trace& theirs) const;

  std::shared_ptr<const PlanData> floats_;
  std::int64_t samples_ = 0;
  std::vector<Tensor> inputs_;                  ///< one, of all samples
  std::vector<Trace> answers_;                  ///< in f32, by sample
  std::vector<std::vector<double>> magnitude_;  ///< by exit and output: the largest in f32; 0 for what is no float
};

}  // namespace exeunt

#pragma once

#include <exeunt/model.h>

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "exec/executor.h"
#include "graph/graph.h"

namespace exeunt {

/// Everything that a plan computes for one sample, on the paths to all exits; row-major.
struct Trace {
  std::vector<Tensor> steps;                 ///< result of each step
  std::vector<std::vector<Tensor>> outputs;  ///< by exit and model output
  int exit = 0;                              ///< that the scores lead to
};

/// Runs a plan on one sample after another and keeps what every step makes.
class Tracer {
 public:
  explicit Tracer(std::shared_ptr<const PlanData> plan) : plan_(plan), executor_(std::move(plan)) {}

  /// @param inputs  one a model input, [N, ...]; sample `i` of them is run
  Trace run(std::span<const Tensor> inputs, std::int64_t i);

  /// What is done with a step's result, which lies in memory as Step::layout says and is overwritten afterwards.
  /// `reached`: the sample's own scores lead there.
  using SeeStep = std::function<void(std::size_t step, const std::byte* result, bool reached)>;
  /// The same without copies. @return the exit that the scores lead to
  int run_steps(std::span<const Tensor> inputs, std::int64_t i, const SeeStep& see) { return walk(inputs, i, see, {}); }

 private:
  /// @param see_exit  called with each exit's segment; may be empty
  int walk(std::span<const Tensor> inputs, std::int64_t i, const SeeStep& see,
           const std::function<void(const Segment&)>& see_exit);

  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
};

/// How many samples the inputs hold: 1 for a model without batch axis.
/// @throws Error argument, dtype, shape if they do not fit the model's inputs
std::int64_t count_samples(const std::vector<InputInfo>& wanted, std::span<const Tensor> inputs);

}  // namespace exeunt

#pragma once

#include <exeunt/model.h>
#include <exeunt/tools/dataset.h>

#include <functional>
#include <memory>
#include <span>
#include <string_view>
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
  /// The same without the steps.
  Trace run_outputs(std::span<const Tensor> inputs, std::int64_t i);

  /// What is done with a step's result, which lies in memory as Step::layout says and is overwritten afterwards.
  /// `reached`: the sample's own scores lead there.
  using SeeStep = std::function<void(std::size_t step, const std::byte* result, bool reached)>;
  /// The same without copies. @return the exit that the scores lead to
  int run_steps(std::span<const Tensor> inputs, std::int64_t i, const SeeStep& see) { return walk(inputs, i, see, {}); }

 private:
  /// @param see_exit  called with each exit's segment; may be empty
  int walk(std::span<const Tensor> inputs, std::int64_t i, const SeeStep& see,
           const std::function<void(const Segment&)>& see_exit);
  Trace run(std::span<const Tensor> inputs, std::int64_t i, bool with_steps);

  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
};

/// Expects a model that can be fed from a data set sample by sample, and a sample. @throws Error argument
/// @param purpose  of the samples: "calibrate with"
void check_samples(const std::vector<InputInfo>& inputs, const Dataset& data, std::string_view purpose);

/// How many samples the inputs hold: 1 for a model without batch axis.
/// @throws Error argument, dtype, shape if they do not fit the model's inputs
std::int64_t count_samples(const std::vector<InputInfo>& wanted, std::span<const Tensor> inputs);

}  // namespace exeunt

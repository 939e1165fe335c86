#include <algorithm>

#include "bench_command.h"

namespace exeunt::cli {

std::vector<Tensor> samples_for(const BenchCommand& command, const Plan& plan) {
  constexpr std::int64_t kNoiseSamples = 64;
  if (command.data.empty()) return noise_samples(plan, std::max(kNoiseSamples, command.run.batch));
  return with_source(command.data, [&] {
    if (plan.inputs().empty()) throw Error(ErrorCode::argument, "the model has no input to feed samples to");
    std::vector<Tensor> samples;
    const Dataset data = Dataset::open(command.data, command.samples.format(plan.inputs().front()), command.limit);
    samples.push_back(bench_samples(data, plan));
    return samples;
  });
}

}  // namespace exeunt::cli

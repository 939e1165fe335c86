#include <fmt/format.h>

#include "diagnose/checks.h"

namespace exeunt::checks {

void slow_step(const Subject& subject, std::vector<Warning>& warnings) {
  // A comparison of two numbers or a small table is over before anybody sees it.
  constexpr double kLeastShare = 0.01;
  double all_bytes = 0;
  for (const Step& step : subject.steps) all_bytes += static_cast<double>(step.bytes);
  for (const Step& step : subject.steps) {
    if (step.backend != "ref" || step.refusals.empty()) continue;
    if (static_cast<double>(step.bytes) < kLeastShare * all_bytes) continue;
    warnings.push_back({"slow_step", step.name,
                        fmt::format("{} runs on the slow reference backend: {}", step.op, step.refusals.front().reason),
                        "the answer is right, but the step takes long"});
  }
}

}  // namespace exeunt::checks

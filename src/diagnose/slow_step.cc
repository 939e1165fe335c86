#include <fmt/format.h>

#include "diagnose/checks.h"

namespace exeunt::checks {

void slow_step(const Subject& subject, std::vector<Warning>& warnings) {
  for (const Step& step : subject.steps) {
    if (step.backend != "ref" || step.refusals.empty()) continue;
    warnings.push_back({"slow_step", step.name,
                        fmt::format("{} runs on the slow reference backend: {}", step.op, step.refusals.front().reason),
                        "the answer is right, but the step takes long"});
  }
}

}  // namespace exeunt::checks

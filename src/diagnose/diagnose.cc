#include "diagnose/diagnose.h"

#include "diagnose/checks.h"

namespace exeunt {

namespace {

constexpr Check kChecks[] = {
    {"no_decision", checks::no_decision},
    {"constant_decision", checks::constant_decision},
    {"threshold", checks::threshold},
    {"unreachable_exit", checks::unreachable_exit},
    {"unused_head", checks::unused_head},
    {"unnormalised_scores", checks::unnormalised_scores},
    {"whole_batch", checks::whole_batch},
    {"late_exit", checks::late_exit},
    {"repeated_softmax", checks::repeated_softmax},
    {"input_scale", checks::input_scale},
    {"training_mode", checks::training_mode},
    {"slow_step", checks::slow_step},
    {"wasted_bytes", checks::wasted_bytes},
};

}  // namespace

std::span<const Check> all_checks() { return kChecks; }

std::vector<Warning> diagnose(const Subject& subject) {
  std::vector<Warning> warnings;
  for (const Check& check : kChecks) check.run(subject, warnings);
  return warnings;
}

}  // namespace exeunt

#pragma once

#include <exeunt/exit_settings.h>

#include <cstdint>
#include <span>
#include <vector>

#include "graph/criterion.h"
#include "plan/plan_data.h"

namespace exeunt {

/// How one decision is taken at run time: ExitSettings with everything looked up.
struct DecisionSetting {
  enum class Mode : std::uint8_t { by_score, leave, stay };
  float threshold = 0;  ///< infinite for a disabled one: no score is above
  Mode mode = Mode::by_score;
  bool head_off = false;  ///< disabled, and no later decision counts its head
  Scorer scorer;

  /// Whether neither its score nor the exit it leads to is wanted: the steps that only these need do not run.
  bool skips_head() const noexcept { return head_off && mode != Mode::leave; }
  bool leaves(float score) const noexcept { return mode == Mode::by_score ? score > threshold : mode == Mode::leave; }
};

/// Looks `chosen`, one a decision, up in `settings`, one a decision. Modes stay. Allocates nothing unless it throws.
/// @throws Error argument for another count than that of the plan's decisions, settings that cannot be
/// (check_settings), a predicate that is to be something else, or something else that is to be a predicate
void resolve_settings(const PlanData& plan, std::span<const ExitSettings> chosen, std::span<DecisionSetting> settings);

/// One a decision, by what the plan itself says.
std::vector<DecisionSetting> settings_of(const PlanData& plan);

/// Lets `settings`, one a decision, lead every sample to exit `exit`, whatever its scores. The rest stays.
void lead_to_exit(const PlanData& plan, int exit, std::span<DecisionSetting> settings);

}  // namespace exeunt

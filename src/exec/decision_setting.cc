#include "exec/decision_setting.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace exeunt {

namespace {

const Segment& decision_segment(const PlanData& plan, std::size_t decision) {
  return plan.segments[static_cast<std::size_t>(plan.decision_segments[decision])];
}

}  // namespace

void resolve_settings(const PlanData& plan, std::span<const ExitSettings> chosen, std::span<DecisionSetting> settings) {
  check_choices(plan.decision_segments.size(), chosen, [&](std::size_t i) {
    const Segment& segment = decision_segment(plan, i);
    return NamedCriterion{segment.settings.criterion, segment.name};
  });
  const bool patient = std::ranges::count(chosen, CriterionKind::patience, &ExitSettings::criterion) > 0;
  bool counted = false;  // by the patience of a decision behind it
  for (std::size_t i = chosen.size(); i-- > 0;) {
    const Segment& segment = decision_segment(plan, i);
    const DType dtype = segment.looked_at_type.dtype;
    DecisionSetting& setting = settings[i];
    setting.threshold = chosen[i].enabled ? chosen[i].threshold : std::numeric_limits<float>::infinity();
    setting.scorer = make_scorer(chosen[i].criterion, segment.probabilities, dtype, chosen[i].temperature);
    // What a later decision may count.
    if (patient) setting.scorer.follow = follower(dtype);
    setting.head_off = !chosen[i].enabled && (!counted || setting.scorer.follow == nullptr);
    counted = counted || (chosen[i].enabled && chosen[i].criterion == CriterionKind::patience);
  }
}

std::vector<DecisionSetting> settings_of(const PlanData& plan) {
  std::vector<ExitSettings> own;
  for (std::size_t i = 0; i < plan.decision_segments.size(); ++i) own.push_back(decision_segment(plan, i).settings);
  std::vector<DecisionSetting> settings(own.size());
  resolve_settings(plan, own, settings);
  return settings;
}

void lead_to_exit(const PlanData& plan, int exit, std::span<DecisionSetting> settings) {
  for (DecisionSetting& setting : settings) setting.mode = DecisionSetting::Mode::by_score;
  const std::vector<int> path = path_to_exit(plan, exit);
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    const Segment& segment = plan.segments[static_cast<std::size_t>(path[i])];
    settings[static_cast<std::size_t>(segment.decision)].mode =
        segment.leave == path[i + 1] ? DecisionSetting::Mode::leave : DecisionSetting::Mode::stay;
  }
}

}  // namespace exeunt

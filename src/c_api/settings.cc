#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "c_api/handles.h"
#include "c_api/status.h"

namespace exeunt::c_api {

namespace {

static_assert(static_cast<int>(CriterionKind::max_prob) == EXEUNT_CRITERION_MAX_PROB);
static_assert(static_cast<int>(CriterionKind::margin) == EXEUNT_CRITERION_MARGIN);
static_assert(static_cast<int>(CriterionKind::entropy) == EXEUNT_CRITERION_ENTROPY);
static_assert(static_cast<int>(CriterionKind::patience) == EXEUNT_CRITERION_PATIENCE);
static_assert(static_cast<int>(CriterionKind::predicate) == EXEUNT_CRITERION_PREDICATE);

/// @throws Error argument for what is beyond an int, and so no decision's number
int decision_number(const exeunt_session& session, size_t decision) {
  const std::size_t count = session.session.plan().decisions().size();
  require(decision < count, ErrorCode::argument, "there is no decision {}; the model has {}", decision, count);
  return static_cast<int>(decision);
}

ExitSettings settings_of(const exeunt_exit_settings& given) {
  require(given.criterion >= 0 && given.criterion <= EXEUNT_CRITERION_PREDICATE, ErrorCode::argument,
          "there is no criterion {}", given.criterion);
  return {static_cast<CriterionKind>(given.criterion), given.threshold, given.temperature, given.enabled != 0};
}

}  // namespace

}  // namespace exeunt::c_api

using exeunt::c_api::guarded;
using exeunt::c_api::needed;

exeunt_status exeunt_session_set_threshold(exeunt_session* session, size_t decision, float threshold) {
  return guarded([&] {
    const int number = exeunt::c_api::decision_number(needed(session, "session"), decision);
    session->session.set_threshold(number, threshold);
  });
}

exeunt_status exeunt_session_set_thresholds(exeunt_session* session, const float* thresholds, size_t count) {
  return guarded([&] {
    needed(thresholds, "thresholds");
    needed(session, "session").session.set_thresholds(std::span(thresholds, count));
  });
}

exeunt_status exeunt_session_threshold(const exeunt_session* session, size_t decision, float* threshold) {
  return guarded([&] {
    const int number = exeunt::c_api::decision_number(needed(session, "session"), decision);
    needed(threshold, "threshold") = session->session.threshold(number);
  });
}

exeunt_status exeunt_session_exit_settings(const exeunt_session* session, size_t decision,
                                           exeunt_exit_settings* settings) {
  return guarded([&] {
    const int number = exeunt::c_api::decision_number(needed(session, "session"), decision);
    const exeunt::ExitSettings& known = session->session.exit_settings()[static_cast<std::size_t>(number)];
    needed(settings, "settings") = {static_cast<exeunt_criterion>(known.criterion), known.threshold, known.temperature,
                                    known.enabled ? 1 : 0};
  });
}

exeunt_status exeunt_session_set_exit_settings(exeunt_session* session, const exeunt_exit_settings* settings,
                                               size_t count) {
  return guarded([&] {
    exeunt::Session& here = needed(session, "session").session;
    if (count > 0) needed(settings, "settings");
    std::vector<exeunt::ExitSettings> chosen;
    for (const exeunt_exit_settings& one : std::span(settings, count))
      chosen.push_back(exeunt::c_api::settings_of(one));
    here.set_exit_settings(chosen);
  });
}

exeunt_status exeunt_session_exit_statistics(const exeunt_session* session, size_t exit,
                                             exeunt_exit_statistics* statistics) {
  return guarded([&] {
    const exeunt::Statistics seen = needed(session, "session").session.statistics();
    exeunt::require(exit < seen.exits.size(), exeunt::ErrorCode::argument, "there is no exit {}; the model has {}",
                    exit, seen.exits.size());
    const exeunt::ExitStatistics& one = seen.exits[exit];
    needed(statistics, "statistics") = {one.samples,           one.timed_runs,        one.mean_us,
                                        one.percentile_us(50), one.percentile_us(90), one.percentile_us(99)};
  });
}

void exeunt_session_reset_statistics(exeunt_session* session) {
  if (session != nullptr) session->session.reset_statistics();
}

exeunt_status exeunt_session_force_exit(exeunt_session* session, int32_t exit) {
  return guarded(
      [&] { needed(session, "session").session.force_exit(exit == -1 ? std::nullopt : std::optional<int>(exit)); });
}

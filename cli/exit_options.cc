#include "exit_options.h"

#include <exeunt/tools/tuning.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace exeunt::cli {

namespace {

std::string check_threshold(const std::string& text) {
  float value = 0;
  const bool number = CLI::detail::lexical_cast(text, value) && !text.empty() && !std::isnan(value);
  return number ? "" : fmt::format("'{}' is no number", text);
}

std::string check_temperature(const std::string& text) {
  float value = 0;
  const bool fits = CLI::detail::lexical_cast(text, value) && !text.empty() && value > 0 && std::isfinite(value);
  return fits ? "" : fmt::format("'{}' is no number above 0", text);
}

/// Hands one value to all decisions on class scores, or one to each.
/// @param what  they are called
void spread(const std::vector<float>& values, const char* what, std::vector<ExitSettings>& settings,
            float ExitSettings::*field) {
  if (values.empty()) return;
  std::vector<ExitSettings*> tunable;
  for (ExitSettings& s : settings) {
    if (s.criterion != CriterionKind::predicate) tunable.push_back(&s);
  }
  if (tunable.empty()) throw Error(ErrorCode::argument, fmt::format("the model has no decision with a {}", what));
  if (values.size() != 1 && values.size() != tunable.size()) {
    throw Error(ErrorCode::argument,
                fmt::format("{} {}s were given; the model has {} decision{} with a {}", values.size(), what,
                            tunable.size(), tunable.size() == 1 ? "" : "s", what));
  }
  for (std::size_t i = 0; i < tunable.size(); ++i) tunable[i]->*field = values[values.size() == 1 ? 0 : i];
}

}  // namespace

void ExitOptions::add_to(CLI::App& command) {
  const char* const group = "Exits";
  command.add_option("--tuning", tuning, "take exits as this tuning file says; the options below go before it")
      ->group(group)
      ->type_name("FILE.json");
  command
      .add_option("--criterion", criterion,
                  "score decisions by the largest probability, the largest minus the second, 1 - H / ln K, or how many "
                  "exits in a row agree; needs --threshold")
      ->check(CLI::IsMember({"max_prob", "margin", "entropy", "patience"}))
      ->group(group)
      ->type_name("max_prob|margin|entropy|patience");
  command
      .add_option("--threshold", thresholds,
                  "leave when the score is above T: one value for all decisions, or one for each, comma-separated")
      ->delimiter(',')
      ->check(check_threshold)
      ->group(group)
      ->type_name("T");
  command
      .add_option("--temperature", temperatures,
                  "divide class scores by T before the softmax of a decision: one value for all, or one for each")
      ->delimiter(',')
      ->check(check_temperature)
      ->group(group)
      ->type_name("T");
}

bool ExitOptions::is_given() const {
  return !tuning.empty() || !criterion.empty() || !thresholds.empty() || !temperatures.empty();
}

std::vector<ExitSettings> ExitOptions::settings(const std::vector<DecisionInfo>& decisions) const {
  std::vector<ExitSettings> result;
  for (const DecisionInfo& decision : decisions) result.push_back(decision.settings());
  if (!tuning.empty()) {
    const Tuning tuned = load_tuning(tuning);
    if (tuned.exits.size() != result.size()) {
      throw Error(ErrorCode::argument,
                  fmt::format("{}: is for {} decision{}; the model has {}", tuning, tuned.exits.size(),
                              tuned.exits.size() == 1 ? "" : "s", result.size()));
    }
    result = tuned.exits;
  }
  if (!criterion.empty()) {
    const CriterionKind kind = *parse_criterion_kind(criterion);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < result.size(); ++i) {
      if (!decisions[i].tunable) continue;
      changed += result[i].criterion != kind ? 1 : 0;
      result[i].criterion = kind;
    }
    if (std::ranges::none_of(decisions, &DecisionInfo::tunable))
      throw Error(ErrorCode::argument, "--criterion: the model has no decision on class scores");
    if (changed > 0 && thresholds.empty())
      throw Error(
          ErrorCode::argument,
          fmt::format("--criterion {}: the thresholds at hand are for another criterion; give --threshold", criterion));
  }
  spread(thresholds, "threshold", result, &ExitSettings::threshold);
  spread(temperatures, "temperature", result, &ExitSettings::temperature);
  return result;
}

Model ExitOptions::applied(const Model& model) const {
  return is_given() ? model.with_exit_settings(settings(model.decisions())) : model;
}

void ExitOptions::apply(Session& session) const {
  if (is_given()) session.set_exit_settings(settings(session.plan().decisions()));
}

}  // namespace exeunt::cli

#include "drift_text.h"

#include <exeunt/tools/tuning.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "table.h"

namespace exeunt::cli {

namespace {

/// Why nothing can be compared; empty if something can.
std::string obstacle(const ExitOptions& exits, const RunOptions& run, const Session& session, const Evaluation& seen,
                     const Tuning& then) {
  if (then.shares.empty() && then.scores.empty())
    return fmt::format("{} does not say what was seen when it was tuned (`tune` writes shares and scores)",
                       exits.tuning);
  if (session.exit_settings() != then.exits)
    return fmt::format("the exits are taken by other settings than those of {}", exits.tuning);
  if (seen.deadline) return "a deadline moves samples to other exits; measure once without";
  if (run.scope() == DecisionScope::batch && run.batch > 1)
    return "decisions are taken for whole batches; exits are tuned for single samples";
  return "";
}

/// Why there was nothing to compare.
std::string too_few(const ExitOptions& exits, const Evaluation& seen, const Tuning& then) {
  if (seen.samples < kLeastDriftSamples)
    return fmt::format("{} sample{} too few to tell; at least {} are needed", seen.samples,
                       seen.samples == 1 ? " is" : "s are", kLeastDriftSamples);
  std::int64_t counted = 0;
  if (!then.scores.empty())
    counted = std::accumulate(then.scores.front().counts.begin(), then.scores.front().counts.end(), std::int64_t{0});
  if (counted == 0) return fmt::format("{} counts no samples", exits.tuning);
  return fmt::format("{} counts {} samples, too few to tell; at least {} are needed", exits.tuning, counted,
                     kLeastDriftSamples);
}

std::string sentence_of(const std::vector<Drift>& compared, DriftLevel worst) {
  if (worst == DriftLevel::none) return "No drift: scores and exits are as they were when the exits were tuned.";
  std::vector<std::string> names;
  for (const Drift& drift : compared) {
    if (drift.level == worst) names.push_back(drift.of);
  }
  if (worst == DriftLevel::some)
    return fmt::format("Some drift since the exits were tuned ({}): if it grows, tune again.", fmt::join(names, ", "));
  return fmt::format(
      "The data are not what the exits were tuned for ({} differ): accuracy and latency may not be those that `tune` "
      "promised. Tune again on data like these.",
      fmt::join(names, ", "));
}

}  // namespace

DriftLevel DriftReport::level() const {
  DriftLevel worst = DriftLevel::none;
  for (const Drift& drift : compared) worst = std::max(worst, drift.level);
  return worst;
}

DriftReport check_drift(const ExitOptions& exits, const RunOptions& run, const Session& session,
                        const Evaluation& seen) {
  const auto not_known = [](const std::string& why) {
    return DriftReport{{}, fmt::format("Drift is not known: {}.", why)};
  };
  const Tuning then = load_tuning(exits.tuning);
  const std::string why = obstacle(exits, run, session, seen, then);
  if (!why.empty()) return not_known(why);
  DriftReport report;
  try {
    report.compared = find_drift(seen.statistics, then);
  } catch (const Error& error) {
    return not_known(fmt::format("{}: {}", exits.tuning, error.what()));
  }
  if (report.compared.empty()) return not_known(too_few(exits, seen, then));
  report.sentence = sentence_of(report.compared, report.level());
  return report;
}

Json to_json(const DriftReport& report) {
  Json compared = Json::array();
  for (const Drift& drift : report.compared) {
    compared.push_back(
        {{"of", drift.of}, {"psi", drift.psi}, {"chance", drift.chance}, {"level", drift_level_name(drift.level)}});
  }
  return {{"level", report.compared.empty() ? Json() : Json(drift_level_name(report.level()))},
          {"compared", compared},
          {"sentence", report.sentence}};
}

void print_drift(const DriftReport& report) {
  fmt::print("\n");
  if (!report.compared.empty()) {
    Table table({"since tuning", "PSI", "by chance", "drift"});
    for (const Drift& drift : report.compared)
      table.add({drift.of, fmt::format("{:.3f}", drift.psi), fmt::format("{:.3f}", drift.chance),
                 std::string(drift_level_name(drift.level))});
    fmt::print("{}\n", table.str());
  }
  fmt::print("{}", wrapped((report.level() == DriftLevel::much ? "warning: " : "") + report.sentence, 2));
}

}  // namespace exeunt::cli

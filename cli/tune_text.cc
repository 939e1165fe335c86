#include "tune_text.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

#include "table.h"
#include "verdict_text.h"

namespace exeunt::cli {

namespace {

constexpr std::size_t kPrintedPoints = 12;

Json to_json(const ExitSettings& settings) {
  return {{"criterion", criterion_kind_name(settings.criterion)},
          {"threshold", cli::to_json(settings.threshold)},
          {"temperature", cli::to_json(settings.temperature)},
          {"enabled", settings.enabled}};
}

Json to_json(const Outcome& outcome) {
  return {{"samples", outcome.samples}, {"accuracy", outcome.accuracy},     {"full_accuracy", outcome.full_accuracy},
          {"drop", outcome.drop},       {"drop_error", outcome.drop_error}, {"latency_us", outcome.latency_us},
          {"p99_us", outcome.p99_us},   {"shares", outcome.shares}};
}

Json thresholds_json(const TunePoint& point) {
  Json thresholds = Json::array();
  for (const ExitSettings& s : point.settings)
    thresholds.push_back(s.enabled ? cli::to_json(s.threshold) : Json(nullptr));
  return thresholds;
}

Json to_json(const TunePoint& point) {
  return {{"thresholds", thresholds_json(point)},
          {"accuracy", point.fitted.accuracy},
          {"latency_us", point.fitted.latency_us},
          {"p99_us", point.fitted.p99_us},
          {"shares", point.fitted.shares},
          {"held_out", {{"accuracy", point.held_out.accuracy}, {"latency_us", point.held_out.latency_us}}}};
}

Json measured_json(const Evaluation& measured) {
  Json shares = Json::array();
  for (const ExitReport& exit : measured.exits) shares.push_back(exit.share);
  return {{"samples", measured.samples},
          {"accuracy", cli::to_json(measured.accuracy)},
          {"latency_us",
           {{"mean", measured.latency_us.mean},
            {"p50", measured.latency_us.p50},
            {"p90", measured.latency_us.p90},
            {"p99", measured.latency_us.p99}}},
          {"shares", shares}};
}

Json exits_json(const TuneFindings& findings) {
  Json exits = Json::array();
  for (std::size_t e = 0; e < findings.costs.exits.size(); ++e) {
    const HeadReliability& head = findings.tuned.heads[e];
    Json exit = {{"exit", e},
                 {"latency_us", findings.costs.exits[e].mean_us},
                 {"alone_us", findings.costs.alone_us(e)},
                 {"head_us", nullptr},
                 {"accuracy", findings.tuned.verdict.alternatives[e].accuracy},
                 {"temperature", head.temperature},
                 {"ece_before", head.ece_before},
                 {"ece_after", head.ece_after},
                 {"nll_before", head.nll_before},
                 {"nll_after", head.nll_after}};
    if (e < findings.costs.heads_us.size()) exit["head_us"] = findings.costs.heads_us[e];
    exits.push_back(std::move(exit));
  }
  return exits;
}

std::string thresholds_text(const TunePoint& point) {
  std::vector<std::string> parts;
  for (const ExitSettings& s : point.settings) {
    if (!s.enabled) {
      parts.emplace_back("off");
    } else {
      parts.push_back(s.threshold < 0 ? "all leave" : fmt::format("{:.4f}", s.threshold));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string shares_text(const std::vector<double>& shares) {
  std::vector<std::string> parts;
  for (const double share : shares) parts.push_back(fmt::format("{:.1f}", 100 * share));
  return fmt::format("{} %", fmt::join(parts, " / "));
}

std::string heads_table(const TuneFindings& findings) {
  Table table({"head", "right", "path us", "its head us", "alone us", "temperature", "ECE", "with it"});
  for (std::size_t e = 0; e < findings.costs.exits.size(); ++e) {
    const HeadReliability& head = findings.tuned.heads[e];
    const bool decides = e < findings.costs.heads_us.size();
    table.add({fmt::format("exit {}", e), percent(findings.tuned.verdict.alternatives[e].accuracy),
               microseconds(findings.costs.exits[e].mean_us), decides ? microseconds(findings.costs.heads_us[e]) : "",
               microseconds(findings.costs.alone_us(e)), fmt::format("{:.3f}", head.temperature),
               percent(head.ece_before), percent(head.ece_after)});
  }
  return table.str();
}

std::string points_table(const TuneFindings& findings) {
  const Tuned& tuned = findings.tuned;
  Table table({"thresholds", "leave at exit", "fitted: right", "mean us", "held out: right", "mean us"}, {0, 1});
  const auto add = [&](const std::string& name, const TunePoint& point) {
    table.add({name + thresholds_text(point), shares_text(point.fitted.shares), percent(point.fitted.accuracy),
               microseconds(point.fitted.latency_us), percent(point.held_out.accuracy),
               microseconds(point.held_out.latency_us)});
  };
  const std::size_t count = tuned.points.size();
  const std::size_t printed = std::min(count, kPrintedPoints);
  for (std::size_t i = 0; i < printed; ++i) add("  ", tuned.points[printed < 2 ? 0 : i * (count - 1) / (printed - 1)]);
  table.add_rule();
  add("> ", tuned.chosen);
  return table.str();
}

std::string held_out_text(const TuneFindings& findings) {
  const Outcome& seen = findings.tuned.chosen.held_out;
  std::string text = fmt::format(
      "On the {} samples {}: {} right, the last exit {}: {:.2f} points {} (standard error {:.2f}), {} us on "
      "average, 99 % within {} us.",
      seen.samples, findings.tuned.holds_out ? "held out" : "that were fitted", percent(seen.accuracy),
      percent(seen.full_accuracy), 100 * std::abs(seen.drop), seen.drop < 0 ? "gained" : "lost", 100 * seen.drop_error,
      microseconds(seen.latency_us), microseconds(seen.p99_us));
  if (findings.measured) {
    text +=
        fmt::format(" Run with these settings they took {} us on average, {} were right.",
                    microseconds(findings.measured->latency_us.mean), percent(findings.measured->accuracy.value_or(0)));
  }
  return wrapped(text, 0);
}

}  // namespace

Json to_json(const TuneFindings& findings) {
  const Tuned& tuned = findings.tuned;
  Json points = Json::array();
  for (const TunePoint& point : tuned.points) points.push_back(to_json(point));
  Json settings = Json::array();
  for (const ExitSettings& s : tuned.chosen.settings) settings.push_back(to_json(s));
  Json chosen = to_json(tuned.chosen.fitted);
  chosen["thresholds"] = thresholds_json(tuned.chosen);
  chosen["settings"] = settings;
  Json held_out = to_json(tuned.chosen.held_out);
  held_out["measured"] = findings.measured ? measured_json(*findings.measured) : Json(nullptr);
  return {
      {"model", findings.model},
      {"data", findings.data},
      {"samples", findings.samples},
      {"nan_samples", findings.nan_samples},
      {"budget", findings.budget},
      {"exits", exits_json(findings)},
      {"points", points},
      {"chosen", chosen},
      {"held_out", held_out},
      {"verdict", to_json(tuned.verdict)},
      {"notes", tuned.notes},
      {"seconds",
       {{"heads", findings.heads_seconds}, {"latency", findings.latency_seconds}, {"search", tuned.search_seconds}}},
      {"written", findings.written}};
}

std::string tune_text(const TuneFindings& findings) {
  const Tuned& tuned = findings.tuned;
  std::string text = fmt::format(
      "{} on {}, {} samples ({} fitted); {}\nheads in {:.1f} s, latencies in {:.1f} s, search in {:.1f} s\n\n",
      std::filesystem::path(findings.model).filename().string(), findings.data, findings.samples,
      tuned.chosen.fitted.samples, findings.budget, findings.heads_seconds, findings.latency_seconds,
      tuned.search_seconds);
  text += heads_table(findings) + "\n" + points_table(findings) + "\n" + held_out_text(findings) + "\n";
  text += verdict_text(tuned.verdict);
  for (const std::string& note : tuned.notes) text += "\n" + wrapped("note: " + note, 2);
  for (const std::string& file : findings.written) text += fmt::format("\nwritten to {}", file);
  return text + "\n";
}

}  // namespace exeunt::cli

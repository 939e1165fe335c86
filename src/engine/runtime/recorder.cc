#include "engine/runtime/recorder.h"

#include <algorithm>
#include <cmath>

namespace exeunt {

double ExitStatistics::percentile_us(double percent) const noexcept {
  const double rank = std::ceil(percent * static_cast<double>(timed_runs) / 100);
  std::int64_t runs = 0;
  for (const LatencyBin& bin : latency) {
    runs += bin.runs;
    if (static_cast<double>(runs) >= rank) return bin.upper_us;
  }
  return 0;
}

Recorder::Recorder(const PlanData& plan)
    : samples_(plan.exit_segments.size()), times_(samples_.size()), scores_(plan.decision_segments.size()) {
  for (std::size_t e = 0; e < samples_.size(); ++e) {
    std::vector<int>& decisions = decisions_of_.emplace_back();
    for (const int segment : path_to_exit(plan, static_cast<int>(e))) {
      const int decision = plan.segments[static_cast<std::size_t>(segment)].decision;
      if (decision >= 0) decisions.push_back(decision);
    }
  }
}

void Recorder::follow(std::span<const ExitSettings> chosen) noexcept {
  for (std::size_t d = 0; d < scores_.size(); ++d) {
    Scores& scores = scores_[d];
    const bool same =
        scores.scale > 0 && scores.criterion == chosen[d].criterion && scores.temperature == chosen[d].temperature;
    if (same) continue;
    scores.criterion = chosen[d].criterion;
    scores.temperature = chosen[d].temperature;
    const bool counts = chosen[d].criterion == CriterionKind::patience;
    scores.scale = static_cast<float>(kScoreBins) / (counts ? static_cast<float>(scores_.size()) : 1.0F);
    std::ranges::fill(scores.bins, 0);
    scores.not_a_number = 0;
  }
}

void Recorder::left(const Segment& segment, std::span<const float> scores,
                    std::span<const DecisionSetting> settings) noexcept {
  const auto exit = static_cast<std::size_t>(segment.exit);
  ++samples_[exit];
  for (const int decision : decisions_of_[exit]) {
    if (settings[static_cast<std::size_t>(decision)].skips_head()) continue;
    Scores& seen = scores_[static_cast<std::size_t>(decision)];
    const float at = scores[static_cast<std::size_t>(decision)] * seen.scale;
    if (at != at) {
      ++seen.not_a_number;
    } else {
      constexpr auto kLast = static_cast<float>(kScoreBins - 1);
      ++seen.bins[static_cast<std::size_t>(std::clamp(at, 0.0F, kLast))];
    }
  }
}

double Recorder::upper_ticks(std::size_t bin) noexcept {
  if (bin < 16) return static_cast<double>(bin);
  return std::ldexp(static_cast<double>(9 + bin % 8), static_cast<int>(bin / 8) - 1) - 1;
}

Statistics Recorder::statistics() const {
  Statistics result;
  const double us_per_tick = rate_.us_per_tick();
  for (std::size_t e = 0; e < samples_.size(); ++e) {
    ExitStatistics& exit = result.exits.emplace_back();
    exit.samples = samples_[e];
    for (std::size_t bin = 0; bin < kBins; ++bin) {
      const std::int64_t runs = times_[e].bins[bin];
      if (runs == 0) continue;
      exit.timed_runs += runs;
      exit.latency.push_back({upper_ticks(bin) * us_per_tick, runs});
    }
    if (exit.timed_runs > 0)
      exit.mean_us = static_cast<double>(times_[e].total) * us_per_tick / static_cast<double>(exit.timed_runs);
  }
  for (const Scores& scores : scores_) {
    result.decisions.push_back(
        {static_cast<double>(kScoreBins) / static_cast<double>(scores.scale), scores.bins, scores.not_a_number});
  }
  result.deadlines = deadlines_;
  return result;
}

void Recorder::reset() noexcept {
  std::ranges::fill(samples_, 0);
  for (Times& times : times_) {
    times.total = 0;
    std::ranges::fill(times.bins, 0);
  }
  for (Scores& scores : scores_) {
    std::ranges::fill(scores.bins, 0);
    scores.not_a_number = 0;
  }
  deadlines_ = {};
}

}  // namespace exeunt

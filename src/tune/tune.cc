#include <exeunt/statistics.h>
#include <exeunt/tools/tune.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "tune/outcomes.h"
#include "tune/temperature.h"

namespace exeunt {

namespace {

/// Rounding of sums that should meet a limit exactly.
constexpr double kRounding = 1e-9;

std::string accuracy_text(double share) { return fmt::format("{:.2f} %", 100 * share); }
std::string points_text(double share) { return fmt::format("{:.2f} points", 100 * share); }

std::vector<CriterionKind> criteria_of(const std::vector<DecisionInfo>& decisions,
                                       std::optional<CriterionKind> wanted) {
  const auto tunable = [](CriterionKind kind) {
    return kind == CriterionKind::max_prob || kind == CriterionKind::margin || kind == CriterionKind::entropy;
  };
  require(!wanted || tunable(*wanted), ErrorCode::argument,
          "{} has no threshold that could be looked for; use max_prob, margin or entropy",
          wanted ? criterion_kind_name(*wanted) : "");
  std::vector<CriterionKind> criteria;
  for (const DecisionInfo& decision : decisions) {
    const auto own = parse_criterion_kind(decision.criterion);
    require(wanted || (own && tunable(*own)), ErrorCode::argument,
            "decision '{}' is by {}, which has no threshold that could be looked for; choose a criterion: max_prob, "
            "margin or entropy",
            decision.name, decision.criterion);
    criteria.push_back(wanted.value_or(own.value_or(CriterionKind::max_prob)));
  }
  return criteria;
}

/// The point of a front that a budget asks for.
class Choice {
 public:
  Choice(const SearchSamples& samples, const PathCosts& costs, const TuneOptions& options)
      : samples_(samples),
        costs_(costs),
        budget_(options.budget),
        margin_(options.margin),
        n_(static_cast<double>(samples.size())) {}

  /// @param front  of all choices
  FrontPoint from(const std::vector<FrontPoint>& front) const {
    switch (budget_.kind) {
      case TuneBudget::Kind::accuracy_drop:
        return within_drop(front);
      case TuneBudget::Kind::min_accuracy:
        return fastest(front, budget_.limit);
      case TuneBudget::Kind::mean_latency_us:
        return most_right(front);
      case TuneBudget::Kind::p99_latency_us:
        return within_p99();
    }
    return front.back();
  }

 private:
  FrontPoint within_drop(const std::vector<FrontPoint>& front) const {
    for (const FrontPoint& point : front) {
      const Outcome outcome = outcome_of(samples_, costs_, point.thresholds);
      if (outcome.drop + margin_ * outcome.drop_error <= budget_.limit + kRounding) return point;
    }
    // The last exit always loses nothing, for sure.
    const Thresholds off(samples_.decisions());
    if (budget_.limit >= 0) {
      const Outcome outcome = outcome_of(samples_, costs_, off);
      return {off, std::llround(outcome.accuracy * n_), outcome.latency_us};
    }
    return fastest(front, head_accuracy(samples_, samples_.decisions()) - budget_.limit);
  }

  FrontPoint fastest(const std::vector<FrontPoint>& front, double accuracy) const {
    for (const FrontPoint& point : front) {
      if (static_cast<double>(point.right) >= accuracy * n_ - kRounding) return point;
    }
    const FrontPoint& best = front.back();
    fail(ErrorCode::argument,
         "no thresholds are right on {} of the samples; the best are right on {} and take {:.2f} us on average{}",
         accuracy_text(accuracy), accuracy_text(static_cast<double>(best.right) / n_), best.latency_us,
         budget_.kind == TuneBudget::Kind::accuracy_drop ? " (a drop below zero asks for more than the last exit gives)"
                                                         : "");
  }

  FrontPoint most_right(const std::vector<FrontPoint>& front) const {
    const auto fits = [&](const FrontPoint& point) { return point.latency_us <= budget_.limit * (1 + kRounding); };
    const auto found = std::find_if(front.rbegin(), front.rend(), fits);
    if (found != front.rend()) return *found;
    fail(ErrorCode::argument,
         "no thresholds take {:.2f} us or less on average; the fastest take {:.2f} us and are right on {} of the "
         "samples",
         budget_.limit, front.front().latency_us, accuracy_text(static_cast<double>(front.front().right) / n_));
  }

  FrontPoint within_p99() const {
    const std::vector<FrontPoint> front = search_front(samples_, costs_, {.p99_limit_us = budget_.limit});
    if (!front.empty()) return front.back();
    double best = costs_.mix_p99_us(std::vector<double>{1}, {});
    std::size_t exit = 0;
    for (std::size_t e = 1; e < costs_.exits.size(); ++e) {
      std::vector<double> shares(e + 1);
      shares[e] = 1;
      const double p99 = costs_.mix_p99_us(shares, std::vector<bool>(samples_.decisions()));
      if (p99 < best) {
        best = p99;
        exit = e;
      }
    }
    fail(ErrorCode::argument,
         "no thresholds keep 99 % of the runs within {:.2f} us; the best that can is to stop at exit {} always: 99 % "
         "within {:.2f} us, right on {} of the samples",
         budget_.limit, exit, best, accuracy_text(head_accuracy(samples_, exit)));
  }

  const SearchSamples& samples_;
  const PathCosts& costs_;
  TuneBudget budget_;
  double margin_;
  double n_;
};

/// As many of a front as asked for: both ends, and what lies evenly between them on the curve.
std::vector<FrontPoint> thinned(const std::vector<FrontPoint>& front, std::size_t most) {
  if (front.size() <= most || most < 2) return front;
  const double us = std::max(front.back().latency_us - front.front().latency_us, 1e-12);
  const auto right = static_cast<double>(std::max<std::int64_t>(front.back().right - front.front().right, 1));
  std::vector<double> way = {0};
  for (std::size_t i = 1; i < front.size(); ++i) {
    way.push_back(way.back() + std::hypot((front[i].latency_us - front[i - 1].latency_us) / us,
                                          static_cast<double>(front[i].right - front[i - 1].right) / right));
  }
  std::vector<FrontPoint> points;
  for (std::size_t i = 0; i < front.size(); ++i) {
    const double next = way.back() * static_cast<double>(points.size()) / static_cast<double>(most - 1);
    if (way[i] >= next - kRounding || i + 1 == front.size()) points.push_back(front[i]);
  }
  return points;
}

std::vector<HeadReliability> reliabilities(const HeadAnswers& fitted, const HeadAnswers& held_out) {
  std::vector<HeadReliability> heads;
  for (std::int64_t e = 0; e < fitted.exits; ++e) {
    HeadReliability& head = heads.emplace_back();
    head.temperature = fit_temperature(fitted, e);
    head.nll_before = head_nll(held_out, e, 1);
    head.nll_after = head_nll(held_out, e, head.temperature);
    head.before = reliability_bins(held_out, e, 1);
    head.after = reliability_bins(held_out, e, head.temperature);
    head.ece_before = calibration_error(head.before);
    head.ece_after = calibration_error(head.after);
  }
  return heads;
}

std::vector<ExitSettings> settings_of(const Thresholds& thresholds, const Scoring& scoring) {
  // Above every score in [0, 1], for whoever looks at the threshold only.
  constexpr float kNobodyLeaves = 2;
  std::vector<ExitSettings> settings;
  for (std::size_t d = 0; d < thresholds.size(); ++d) {
    settings.push_back({scoring.criteria[d], thresholds[d].value_or(kNobodyLeaves), scoring.temperatures[d],
                        thresholds[d].has_value()});
  }
  return settings;
}

std::vector<std::string> notes_of(const TunePoint& chosen, const TuneOptions& options) {
  std::vector<std::string> notes;
  const Outcome& seen = chosen.held_out;
  const bool drop = options.budget.kind == TuneBudget::Kind::accuracy_drop;
  if (drop && seen.drop > options.budget.limit + kRounding) {
    notes.push_back(
        fmt::format("on the samples held out {} are lost (standard error {}), more than the {} that the budget allows: "
                    "on the fitted "
                    "ones {} are {}",
                    points_text(seen.drop), points_text(seen.drop_error), points_text(options.budget.limit),
                    points_text(std::abs(chosen.fitted.drop)), chosen.fitted.drop < 0 ? "gained" : "lost"));
  } else if (drop && 2 * seen.drop_error > std::max(options.budget.limit, 1e-3)) {
    notes.push_back(
        fmt::format("with {} samples held out the drop is known to {} (standard error) only: more samples would tell "
                    "more",
                    seen.samples, points_text(seen.drop_error)));
  }
  if (options.budget.kind == TuneBudget::Kind::min_accuracy && seen.accuracy < options.budget.limit - kRounding) {
    notes.push_back(fmt::format("on the samples held out {} are right, fewer than the {} asked for",
                                accuracy_text(seen.accuracy), accuracy_text(options.budget.limit)));
  }
  constexpr std::int64_t kFew = 100;
  if (notes.empty() && seen.samples < kFew) {
    // Where an answer is as often right as not.
    const double error = 0.5 / std::sqrt(static_cast<double>(seen.samples));
    notes.push_back(
        fmt::format("{} samples {} are few: by them alone an accuracy may be known to {} (standard error) only",
                    seen.samples, options.hold_out ? "held out" : "that were fitted", points_text(error)));
  }
  return notes;
}

void check(const HeadAnswers& answers, const std::vector<DecisionInfo>& decisions, const PathCosts& costs,
           const TuneOptions& options) {
  const auto exits = static_cast<std::size_t>(answers.exits);
  require(decisions.size() + 1 == exits && costs.exits.size() == exits && costs.heads_us.size() + 1 == exits &&
              costs.off_saves_us.size() + 1 == exits,
          ErrorCode::argument, "{} exits were answered, {} were measured, and there are {} decisions", exits,
          costs.exits.size(), decisions.size());
  require(!decisions.empty(), ErrorCode::argument, "the model has no exits: there is no threshold to tune");
  require(answers.samples >= kLeastTuneSamples, ErrorCode::argument,
          "{} sample{}: at least {} are needed, and some hundreds to tell anything of worth", answers.samples,
          answers.samples == 1 ? "" : "s", kLeastTuneSamples);
  require(std::isfinite(options.budget.limit), ErrorCode::argument, "the budget is no number");
  require(std::isfinite(options.margin) && options.margin >= 0, ErrorCode::argument, "a margin of {}: from 0 on",
          options.margin);
}

}  // namespace

Tuned tune(const HeadAnswers& answers, const std::vector<DecisionInfo>& decisions, const PathCosts& costs,
           const TuneOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  check(answers, decisions, costs, options);
  const std::int64_t step = options.hold_out ? 2 : 1;
  const HeadAnswers fitted = every_other(answers, 0, step);
  const HeadAnswers held_out = every_other(answers, step - 1, step);
  Tuned tuned;
  tuned.holds_out = options.hold_out;
  tuned.heads = reliabilities(fitted, held_out);
  Scoring scoring{criteria_of(decisions, options.criterion), {}};
  for (std::size_t d = 0; d < decisions.size(); ++d) {
    const auto fitting = static_cast<float>(tuned.heads[d].temperature);
    scoring.temperatures.push_back(options.temperatures ? fitting : decisions[d].temperature);
  }
  const SearchSamples samples = search_samples(fitted, scoring);
  const SearchSamples others = search_samples(held_out, scoring);
  const auto point_of = [&](const FrontPoint& point) {
    return TunePoint{settings_of(point.thresholds, scoring), outcome_of(samples, costs, point.thresholds),
                     outcome_of(others, costs, point.thresholds)};
  };
  const std::vector<FrontPoint> front = search_front(samples, costs);
  const FrontPoint chosen = Choice(samples, costs, options).from(front);
  for (const FrontPoint& point : thinned(front, options.most_points)) tuned.points.push_back(point_of(point));
  tuned.chosen = point_of(chosen);
  for (std::size_t d = 0; d < decisions.size(); ++d) tuned.curves.push_back(threshold_curve(others, d));
  tuned.score_counts = score_counts(others, chosen.thresholds, kScoreBins);
  Evidence evidence{tuned.chosen.held_out.accuracy, tuned.chosen.held_out.shares, enabled_of(chosen.thresholds), {}};
  for (std::size_t e = 0; e <= decisions.size(); ++e) evidence.head_accuracies.push_back(head_accuracy(others, e));
  tuned.verdict = judge(evidence, costs);
  tuned.notes = notes_of(tuned.chosen, options);
  tuned.search_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return tuned;
}

}  // namespace exeunt

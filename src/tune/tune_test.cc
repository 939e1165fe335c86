#include <exeunt/tools/tune.h>

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <random>

#include "support/expect_error.h"
#include "tune/scores.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Exits after 10, 20, 30, ... us; a head takes 1 us.
PathCosts even_path_costs(std::size_t exits) {
  PathCosts costs;
  for (std::size_t e = 0; e < exits; ++e) {
    const double us = 10 * static_cast<double>(e + 1);
    costs.exits.push_back({us, {us - 1, us, us + 1}});
  }
  costs.heads_us.assign(exits - 1, 1);
  costs.off_saves_us.assign(exits - 1, 0);
  return costs;
}

std::vector<DecisionInfo> max_prob_decisions(std::size_t count) {
  std::vector<DecisionInfo> decisions(count);
  for (std::size_t d = 0; d < count; ++d) {
    decisions[d].name = "exit" + std::to_string(d);
    decisions[d].criterion = "max_prob";
    decisions[d].tunable = true;
  }
  return decisions;
}

/// Heads of growing sharpness whose probabilities say how often they are right.
HeadAnswers random_answers(std::int64_t samples, std::int64_t exits, unsigned seed = 1) {
  constexpr std::int64_t kClasses = 4;
  HeadAnswers answers{samples, exits, kClasses, {}, {}};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 1);
  for (std::int64_t n = 0; n < samples; ++n) {
    const auto label = static_cast<std::int32_t>(random() % kClasses);
    const float ease = 4 * std::abs(normal(random));
    answers.labels.push_back(label);
    for (std::int64_t e = 0; e < exits; ++e) {
      std::vector<float> p;
      for (std::int64_t c = 0; c < kClasses; ++c)
        p.push_back(std::exp(normal(random) * 1.5F + (c == label ? ease * (1 + 0.5F * static_cast<float>(e)) : 0)));
      const float sum = std::accumulate(p.begin(), p.end(), 0.0F);
      for (const float value : p) answers.probabilities.push_back(value / sum);
    }
  }
  return answers;
}

Tuned tune_with(TuneBudget budget, std::int64_t exits = 3, std::int64_t samples = 2000) {
  return tune(random_answers(samples, exits), max_prob_decisions(static_cast<std::size_t>(exits) - 1),
              even_path_costs(static_cast<std::size_t>(exits)), {.budget = budget});
}

using Kind = TuneBudget::Kind;

TEST(Tune, KeepsEachKindOfBudgetOnTheFittedSamples) {
  const Outcome dropped = tune_with({Kind::accuracy_drop, 0.01}).chosen.fitted;
  EXPECT_LE(dropped.drop, 0.01 + 1e-12);
  EXPECT_LT(dropped.latency_us, 30);
  EXPECT_GE(tune_with({Kind::min_accuracy, 0.8}).chosen.fitted.accuracy, 0.8);
  const Outcome fast = tune_with({Kind::mean_latency_us, 15}).chosen.fitted;
  EXPECT_LE(fast.latency_us, 15);
  EXPECT_GT(fast.latency_us, 13) << "the time there is is used";
  const Outcome never_slow = tune_with({Kind::p99_latency_us, 21}).chosen.fitted;
  EXPECT_LE(never_slow.p99_us, 21);
  EXPECT_GT(never_slow.shares[1], 0.2) << "exit 1 is allowed";
}

TEST(Tune, ALooserBudgetIsNeverWorse) {
  double last = std::numeric_limits<double>::infinity();
  for (const double drop : {0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.2}) {
    const double us = tune_with({Kind::accuracy_drop, drop}).chosen.fitted.latency_us;
    EXPECT_LE(us, last);
    last = us;
  }
  double accuracy = 0;
  for (const double us : {10.0, 12.0, 15.0, 20.0, 30.0, 100.0}) {
    const double now = tune_with({Kind::mean_latency_us, us}).chosen.fitted.accuracy;
    EXPECT_GE(now, accuracy);
    accuracy = now;
  }
  accuracy = 0;
  for (const double us : {11.0, 20.0, 21.0, 30.0, 31.0}) {
    const double now = tune_with({Kind::p99_latency_us, us}).chosen.fitted.accuracy;
    EXPECT_GE(now, accuracy);
    accuracy = now;
  }
}

TEST(Tune, AMarginKeepsTheDropForSureAndCostsTime) {
  double last = 0;
  for (const double margin : {0.0, 1.0, 3.0}) {
    TuneOptions options;
    options.budget = {Kind::accuracy_drop, 0.01};
    options.margin = margin;
    const Outcome fitted =
        tune(random_answers(2000, 3), max_prob_decisions(2), even_path_costs(3), options).chosen.fitted;
    EXPECT_LE(fitted.drop + margin * fitted.drop_error, 0.01 + 1e-9);
    EXPECT_GE(fitted.latency_us, last);
    last = fitted.latency_us;
  }
  TuneOptions wrong;
  wrong.margin = -1;
  expect_error(ErrorCode::argument, "a margin of -1",
               [&] { tune(random_answers(20, 2), max_prob_decisions(1), even_path_costs(2), wrong); });
}

TEST(Tune, NothingToLoseForSureMeansNoExits) {
  TuneOptions options;
  options.budget = {Kind::accuracy_drop, 0};
  options.margin = 1000;
  const TunePoint chosen = tune(random_answers(500, 2), max_prob_decisions(1), even_path_costs(2), options).chosen;
  EXPECT_FALSE(chosen.settings[0].enabled);
  EXPECT_EQ(chosen.fitted.drop, 0);
}

TEST(Tune, ABudgetThatCannotBeMetSaysTheBestThatCan) {
  expect_error(ErrorCode::argument, "no thresholds are right on 99.90 % of the samples; the best are right on", [] {
    tune_with({Kind::min_accuracy, 0.999});
  });
  expect_error(ErrorCode::argument, "a drop below zero asks for more than the last exit gives", [] {
    tune_with({Kind::accuracy_drop, -0.5});
  });
  expect_error(ErrorCode::argument, "no thresholds take 9.00 us or less on average; the fastest take 10.00 us", [] {
    tune_with({Kind::mean_latency_us, 9});
  });
  expect_error(
      ErrorCode::argument,
      "no thresholds keep 99 % of the runs within 10.50 us; the best that can is to stop at exit 0 always: 99 % "
      "within 11.00 us",
      [] {
        tune_with({Kind::p99_latency_us, 10.5});
      });
  expect_error(ErrorCode::argument, "the budget is no number", [] { tune_with({Kind::min_accuracy, std::nan("")}); });
}

TEST(Tune, ReportsWhatTheChoiceDoesOnSamplesItHasNotSeen) {
  const HeadAnswers answers = random_answers(1001, 2);
  const Tuned tuned = tune(answers, max_prob_decisions(1), even_path_costs(2), {});
  EXPECT_EQ(tuned.chosen.fitted.samples, 501);
  EXPECT_EQ(tuned.chosen.held_out.samples, 500);
  const ExitSettings& settings = tuned.chosen.settings[0];
  std::int64_t right = 0;
  std::int64_t early = 0;
  for (std::int64_t n = 1; n < answers.samples; n += 2) {
    const bool leaves = score_of(CriterionKind::max_prob, answers.of(n, 0)) > settings.threshold;
    const auto row = answers.of(n, leaves ? 0 : 1);
    early += leaves ? 1 : 0;
    right += std::ranges::max_element(row) - row.begin() == answers.labels[static_cast<std::size_t>(n)] ? 1 : 0;
  }
  EXPECT_DOUBLE_EQ(tuned.chosen.held_out.accuracy, static_cast<double>(right) / 500);
  EXPECT_DOUBLE_EQ(tuned.chosen.held_out.shares[0], static_cast<double>(early) / 500);
  const double share = static_cast<double>(early) / 500;
  EXPECT_NEAR(tuned.chosen.held_out.latency_us, 10 * share + 20 * (1 - share), 1e-9);
  EXPECT_DOUBLE_EQ(tuned.verdict.accuracy, tuned.chosen.held_out.accuracy);
}

TEST(Tune, OfFewSamplesIsRefusedOrSaidToTellLittle) {
  const auto tuned = [](std::int64_t samples, TuneBudget budget = {Kind::mean_latency_us, 1000}) {
    return tune(random_answers(samples, 2), max_prob_decisions(1), even_path_costs(2), {.budget = budget});
  };
  expect_error(ErrorCode::argument, "1 sample: at least 20 are needed", [&] { tuned(1); });
  expect_error(ErrorCode::argument, "19 samples: at least 20 are needed", [&] { tuned(19); });
  const std::vector<std::string> notes = tuned(50).notes;
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("25 samples held out are few: by them alone an accuracy may be known to 10.00 "
                                  "points"));
  EXPECT_TRUE(tuned(200).notes.empty());
}

TEST(Tune, WithoutAHoldOutAllSamplesAreFitted) {
  const Tuned tuned = tune(random_answers(100, 2), max_prob_decisions(1), even_path_costs(2), {.hold_out = false});
  EXPECT_EQ(tuned.chosen.fitted.samples, 100);
  EXPECT_EQ(tuned.chosen.held_out.samples, 100);
}

TEST(Tune, TheErrorOfTheDropIsThatOfPairs) {
  const Tuned tuned = tune_with({Kind::accuracy_drop, 0.01});
  const Outcome& seen = tuned.chosen.held_out;
  EXPECT_GT(seen.drop_error, 0);
  EXPECT_LT(seen.drop_error, std::sqrt(2 * 0.25 / static_cast<double>(seen.samples))) << "less than that of strangers";
}

TEST(Tune, PointsGoFromFastToAccurateAndAreFew) {
  const Tuned tuned = tune(random_answers(4000, 3), max_prob_decisions(2), even_path_costs(3), {.most_points = 20});
  ASSERT_GE(tuned.points.size(), 10U);
  EXPECT_LE(tuned.points.size(), 20U);
  for (std::size_t i = 1; i < tuned.points.size(); ++i) {
    EXPECT_GT(tuned.points[i].fitted.latency_us, tuned.points[i - 1].fitted.latency_us);
    EXPECT_GT(tuned.points[i].fitted.accuracy, tuned.points[i - 1].fitted.accuracy);
  }
  EXPECT_NEAR(tuned.points.front().fitted.latency_us, 10, 0.1);
}

TEST(Tune, EveryCriterionIsTakenByChoiceOrByTheModel) {
  for (const CriterionKind kind : {CriterionKind::max_prob, CriterionKind::margin, CriterionKind::entropy}) {
    std::vector<DecisionInfo> decisions = max_prob_decisions(1);
    const HeadAnswers answers = random_answers(500, 2);
    const Tuned chosen = tune(answers, decisions, even_path_costs(2), {.criterion = kind});
    EXPECT_EQ(chosen.chosen.settings[0].criterion, kind);
    decisions[0].criterion = criterion_kind_name(kind);
    EXPECT_EQ(tune(answers, decisions, even_path_costs(2), {}).chosen.settings, chosen.chosen.settings);
  }
}

TEST(Tune, CriteriaWithoutAThresholdAreRefused) {
  std::vector<DecisionInfo> decisions = max_prob_decisions(1);
  decisions[0].criterion = "predicate";
  const HeadAnswers answers = random_answers(20, 2);
  expect_error(ErrorCode::argument, "decision 'exit0' is by predicate",
               [&] { tune(answers, decisions, even_path_costs(2), {}); });
  decisions[0].criterion = "patience";
  expect_error(ErrorCode::argument, "choose a criterion", [&] { tune(answers, decisions, even_path_costs(2), {}); });
  expect_error(ErrorCode::argument, "patience has no threshold that could be looked for",
               [&] { tune(answers, decisions, even_path_costs(2), {.criterion = CriterionKind::patience}); });
}

TEST(Tune, TemperaturesAreFittedAndTakenIfAskedFor) {
  HeadAnswers answers = random_answers(3000, 2);
  // Twice as sure as it should be.
  for (std::int64_t n = 0; n < answers.samples; ++n)
    apply_temperature(std::span(answers.probabilities).subspan(static_cast<std::size_t>(n) * 8, 4), 0.3F);
  const Tuned plain = tune(answers, max_prob_decisions(1), even_path_costs(2), {});
  EXPECT_GT(plain.heads[0].temperature, 1.5);
  EXPECT_LT(plain.heads[0].ece_after, plain.heads[0].ece_before / 2);
  EXPECT_LT(plain.heads[0].nll_after, plain.heads[0].nll_before);
  EXPECT_EQ(plain.chosen.settings[0].temperature, 1);
  const Tuned scaled = tune(answers, max_prob_decisions(1), even_path_costs(2), {.temperatures = true});
  EXPECT_FLOAT_EQ(scaled.chosen.settings[0].temperature, static_cast<float>(plain.heads[0].temperature));
  EXPECT_LE(scaled.chosen.fitted.drop, 0.005 + 1e-12);
}

TEST(Tune, SamplesWithoutNumbersNeverLeave) {
  HeadAnswers answers = random_answers(200, 2);
  for (std::int64_t n = 0; n < 20; ++n) answers.probabilities[static_cast<std::size_t>(n) * 8] = std::nanf("");
  const Tuned tuned = tune(answers, max_prob_decisions(1), even_path_costs(2), {.budget = {Kind::accuracy_drop, 1}});
  EXPECT_NEAR(tuned.chosen.fitted.shares[1], 0.1, 1e-9) << "the others do, at a budget that lets them";
}

TEST(Tune, ADrop_BeyondTheBudgetOnTheHeldOutSamplesIsSaid) {
  // The early head is right on the fitted samples and wrong on the others.
  HeadAnswers answers{40, 2, 2, {}, {}};
  for (int n = 0; n < 40; ++n) {
    const bool fitted = n % 2 == 0;
    const std::vector<float> early = fitted ? std::vector<float>{0.9F, 0.1F} : std::vector<float>{0.1F, 0.9F};
    answers.probabilities.insert(answers.probabilities.end(), early.begin(), early.end());
    answers.probabilities.insert(answers.probabilities.end(), {0.9F, 0.1F});
    answers.labels.push_back(0);
  }
  const Tuned tuned = tune(answers, max_prob_decisions(1), even_path_costs(2), {});
  EXPECT_EQ(tuned.chosen.fitted.drop, 0);
  EXPECT_EQ(tuned.chosen.held_out.drop, 1);
  ASSERT_EQ(tuned.notes.size(), 1U);
  EXPECT_THAT(tuned.notes[0], HasSubstr("100.00 points"));
}

TEST(Tune, CountsTheScoresOfThoseThatComeBy) {
  const Tuned tuned = tune_with({Kind::accuracy_drop, 0.01});
  ASSERT_EQ(tuned.score_counts.size(), 2U);
  const auto sum = [](const std::vector<std::int64_t>& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  };
  EXPECT_EQ(tuned.score_counts[0].size(), 20U);
  EXPECT_EQ(sum(tuned.score_counts[0]), 1000);
  EXPECT_NEAR(static_cast<double>(sum(tuned.score_counts[1])), 1000 * (1 - tuned.chosen.held_out.shares[0]), 1e-6);
}

TEST(Tune, CurvesFallFromAllToNobody) {
  const ThresholdCurve curve = tune_with({Kind::accuracy_drop, 0.01}).curves.at(0);
  EXPECT_DOUBLE_EQ(curve.shares.front(), 1);
  EXPECT_DOUBLE_EQ(curve.shares.back(), 0);
  EXPECT_TRUE(std::isnan(curve.accuracies.back()));
  EXPECT_TRUE(std::ranges::is_sorted(curve.shares, std::greater<>()));
}

TEST(Tune, RefusesWhatDoesNotBelongTogether) {
  const HeadAnswers answers = random_answers(20, 2);
  expect_error(ErrorCode::argument, "there are 2 decisions",
               [&] { tune(answers, max_prob_decisions(2), even_path_costs(2), {}); });
}

}  // namespace

}  // namespace exeunt

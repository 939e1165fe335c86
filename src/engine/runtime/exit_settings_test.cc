#include <exeunt/session.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr float kNever = std::numeric_limits<float>::infinity();

/// Heads a, b and c of 3 classes each, on the inputs %a, %b, %c; the answer of exit k is head k.
const std::string kThreeHeads = R"(
  input %a f32[1,3] "a"
  input %b f32[1,3] "b"
  input %c f32[1,3] "c"
  input %d f32[1,3] "d"
  output "answer"
  decide max_prob(%a) > 0.9 logits "first" {
    exit(%a) predicts(0, 0, 3, false)
    decide max_prob(%b) > 0.9 logits "second" {
      exit(%b) predicts(0, 0, 3, false)
      decide max_prob(%c) > 0.9 logits "third" {
        exit(%c) predicts(0, 0, 3, false)
        exit(%d) predicts(0, 0, 3, false)
      }
    }
  }
)";

/// A probability head, then a predicate.
const std::string kMixed = R"(
  input %p f32[1,4] "p"
  input %g bool[1] "g"
  output "answer"
  decide max_prob(%p) > 0.9 "sure" {
    exit(%p)
    decide predicate(%g) > 0.5 "gate" { exit(%p) exit(%p) }
  }
)";

std::vector<ExitSettings> all(CriterionKind criterion, float threshold, float temperature = 1) {
  return std::vector<ExitSettings>(3, ExitSettings{criterion, threshold, temperature});
}

/// Random logits for `samples` samples, one tensor a head.
std::vector<Tensor> random_heads(std::int64_t samples) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal(0, 2);
  std::vector<Tensor> heads;
  for (int head = 0; head < 4; ++head) {
    Tensor& logits = heads.emplace_back(TensorType{DType::f32, {samples, 3}});
    std::ranges::generate(logits.mutable_span<float>(), [&] { return normal(random); });
  }
  return heads;
}

std::vector<TensorView> views_of(const std::vector<Tensor>& tensors) {
  std::vector<TensorView> views;
  for (const Tensor& t : tensors) views.push_back(t.view());
  return views;
}

/// Rows `order` of each tensor.
std::vector<Tensor> rows_of(const std::vector<Tensor>& tensors, const std::vector<std::size_t>& order) {
  std::vector<Tensor> picked;
  for (const Tensor& t : tensors) {
    Tensor& rows = picked.emplace_back(TensorType{DType::f32, {static_cast<std::int64_t>(order.size()), 3}});
    for (std::size_t i = 0; i < order.size(); ++i)
      std::ranges::copy(t.span<float>().subspan(order[i] * 3, 3),
                        rows.mutable_span<float>().begin() + static_cast<std::ptrdiff_t>(i * 3));
  }
  return picked;
}

struct Way {
  int exit = 0;
  std::vector<float> scores;  ///< NaN as -1
  bool operator==(const Way&) const = default;
};

std::vector<Way> ways_of(const Results& results) {
  std::vector<Way> ways;
  for (std::int64_t i = 0; i < results.size(); ++i) {
    Way& way = ways.emplace_back(Way{results.exit(i), {}});
    for (const float s : results.scores(i)) way.scores.push_back(std::isnan(s) ? -1 : s);
  }
  return ways;
}

const std::vector<std::vector<ExitSettings>> kChoices = {
    all(CriterionKind::max_prob, 0.8F),
    all(CriterionKind::max_prob, 0.6F, 2),
    all(CriterionKind::margin, 0.5F),
    all(CriterionKind::entropy, 0.4F),
    all(CriterionKind::patience, 1),
    {{CriterionKind::max_prob, 0.95F}, {CriterionKind::patience, 1.5F}, {CriterionKind::margin, 0.3F, 0.5F}},
    {{CriterionKind::max_prob, 0, 1, false}, {CriterionKind::patience, 1}, {CriterionKind::entropy, 0.2F}},
};

TEST(ExitSettings, ComeFromTheModel) {
  const Plan plan = plan_of(R"(
    input %x f32[1,3] "x"
    output "y"
    decide margin(%x) > 0.25 logits temperature(2) disabled { exit(%x) exit(%x) }
  )");
  const ExitSettings expected{CriterionKind::margin, 0.25F, 2, false};
  EXPECT_EQ(plan.decisions()[0].settings(), expected);
  EXPECT_FALSE(plan.decisions()[0].probabilities);
  EXPECT_EQ(plan.decisions()[0].classes, 3);
  Session session(plan);
  EXPECT_THAT(session.exit_settings(), ElementsAre(expected));
  EXPECT_EQ(session.run(f32({1, 3}, {9, 0, 0}).view()).exit(0), 1) << "nobody leaves at a disabled exit";
}

TEST(ExitSettings, EachCriterionScoresByItsOwnRule) {
  Session session(plan_of(kThreeHeads));
  // Probabilities 0.5, 0.25, 0.25 at all heads.
  const float ln2 = std::log(2.0F);
  const Tensor x = f32({1, 3}, {ln2, 0, 0});
  const std::vector<TensorView> inputs(4, x.view());
  const float entropy = 1 - 1.5F * ln2 / std::log(3.0F);
  for (const auto& [criterion, score] :
       {std::pair(CriterionKind::max_prob, 0.5F), std::pair(CriterionKind::margin, 0.25F),
        std::pair(CriterionKind::entropy, entropy)}) {
    SCOPED_TRACE(criterion_kind_name(criterion));
    session.set_exit_settings(all(criterion, score - 0.001F));
    EXPECT_EQ(session.run(inputs).exit(0), 0);
    session.set_exit_settings(all(criterion, score + 0.001F));
    const Results& results = session.run(inputs);
    EXPECT_EQ(results.exit(0), 3);
    for (const float s : results.scores(0)) EXPECT_NEAR(s, score, 1e-6);
  }
}

TEST(ExitSettings, PatienceLeavesWhereEnoughExitsInARowAgree) {
  Session session(plan_of(kThreeHeads));
  session.set_exit_settings(all(CriterionKind::patience, 1));
  const Tensor first = f32({1, 3}, {3, 0, 0});
  const Tensor second = f32({1, 3}, {0, 1, 0});
  const auto exit_of = [&](const Tensor& a, const Tensor& b, const Tensor& c) {
    const std::vector<TensorView> inputs = {a.view(), b.view(), c.view(), a.view()};
    return session.run(inputs).exit(0);
  };
  EXPECT_EQ(exit_of(first, first, second), 1);
  EXPECT_EQ(exit_of(second, first, first), 2);
  EXPECT_EQ(exit_of(first, second, first), 3);
  session.set_exit_settings(all(CriterionKind::patience, 2));
  EXPECT_EQ(exit_of(first, first, first), 2);
  EXPECT_EQ(exit_of(first, first, second), 3);
}

TEST(ExitSettings, ABatchDoesWhatItsSamplesDoOneByOne) {
  constexpr std::int64_t kSamples = 40;
  const Plan plan = plan_of(kThreeHeads);
  Session batched(plan, {.max_batch = kSamples});
  Session single(plan);
  const std::vector<Tensor> heads = random_heads(kSamples);
  for (const std::vector<ExitSettings>& choice : kChoices) {
    batched.set_exit_settings(choice);
    single.set_exit_settings(choice);
    const std::vector<Way> together = ways_of(batched.run(views_of(heads)));
    std::array<int, 4> exits{};
    for (std::size_t i = 0; i < together.size(); ++i) {
      const std::vector<Tensor> sample = rows_of(heads, {i});
      EXPECT_EQ(ways_of(single.run(views_of(sample))).front(), together[i]) << "sample " << i;
      ++exits[static_cast<std::size_t>(together[i].exit)];
    }
    EXPECT_GT(std::ranges::count_if(exits, [](int n) { return n > 0; }), 1) << "the samples take several ways";
  }
}

TEST(ExitSettings, AnotherOrderOfSamplesGivesTheSameInThatOrder) {
  constexpr std::size_t kSamples = 33;
  Session session(plan_of(kThreeHeads), {.max_batch = kSamples});
  const std::vector<Tensor> heads = random_heads(kSamples);
  std::vector<std::size_t> order(kSamples);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::shuffle(order, std::mt19937(3));
  const std::vector<Tensor> shuffled = rows_of(heads, order);
  for (const std::vector<ExitSettings>& choice : kChoices) {
    session.set_exit_settings(choice);
    const std::vector<Way> before = ways_of(session.run(views_of(heads)));
    const std::vector<Way> after = ways_of(session.run(views_of(shuffled)));
    for (std::size_t i = 0; i < kSamples; ++i) EXPECT_EQ(after[i], before[order[i]]) << i;
  }
}

TEST(ExitSettings, OfACallHoldForThatCallOnly) {
  Session session(plan_of(kThreeHeads));
  const Tensor sure = f32({1, 3}, {20, 0, 0});
  const std::vector<TensorView> inputs(4, sure.view());
  EXPECT_EQ(session.run(inputs).exit(0), 0);
  EXPECT_EQ(session.run(inputs, all(CriterionKind::patience, 2)).exit(0), 2);
  EXPECT_EQ(session.run(inputs).exit(0), 0);
  EXPECT_EQ(session.exit_settings()[0].criterion, CriterionKind::max_prob);
}

TEST(ExitSettings, ADisabledExitIsNeverTakenButByForce) {
  Session session(plan_of(kThreeHeads), {.max_batch = 2});
  std::vector<ExitSettings> settings = all(CriterionKind::max_prob, -kNever);
  settings[0].enabled = settings[1].enabled = false;
  session.set_exit_settings(settings);
  const std::vector<Tensor> heads = random_heads(2);
  for (const Way& way : ways_of(session.run(views_of(heads)))) EXPECT_EQ(way.exit, 2);
  session.force_exit(0);
  EXPECT_EQ(session.run(views_of(heads)).exit(1), 0);
  EXPECT_EQ(session.run(views_of(heads), settings).exit(1), 0) << "settings of a call leave the force as it is";
  session.force_exit({});
  EXPECT_EQ(session.run(views_of(heads)).exit(1), 2);
}

TEST(ExitSettings, TheHeadOfADisabledExitCountsForPatience) {
  Session session(plan_of(kThreeHeads));
  std::vector<ExitSettings> settings = all(CriterionKind::patience, 1);
  settings[0].enabled = false;
  session.set_exit_settings(settings);
  const Tensor x = f32({1, 3}, {3, 0, 0});
  EXPECT_EQ(session.run(std::vector<TensorView>(4, x.view())).exit(0), 1);
}

TEST(ExitSettings, ABatchThatDecidesAsOneFollowsThem) {
  SessionOptions options{.max_batch = 2, .decision_scope = DecisionScope::batch};
  Session session(plan_of(kThreeHeads), options);
  session.set_exit_settings(all(CriterionKind::margin, 0.5F));
  const Tensor x = f32({2, 3}, {9, 0, 0, 0, 0, 0});
  EXPECT_THAT(ways_of(session.run(std::vector<TensorView>(4, x.view())))[1].exit, 0) << "the surest decides";
}

TEST(ExitSettings, WhatCannotBeIsRefusedAndChangesNothing) {
  Session session(plan_of(kMixed));
  const std::vector<ExitSettings> own = session.exit_settings();
  const ExitSettings gate{CriterionKind::predicate, 0.5F};
  const std::vector<std::pair<std::vector<ExitSettings>, const char*>> bad = {
      {{}, "settings of 0 exits were given; the model has 2 decisions"},
      {{own[0]}, "settings of 1 exit were given"},
      {{own[0], {CriterionKind::margin, 0.5F}}, "decision 1 ('gate'): looks at a bool"},
      {{gate, gate}, "decision 0 ('sure'): looks at class scores"},
      {{{CriterionKind::margin, kNaN}, gate}, "decision 0 ('sure'): the threshold is no number"},
      {{{CriterionKind::margin, 0.5F, 0}, gate}, "the temperature is 0"},
      {{{CriterionKind::margin, 0.5F, kNever}, gate}, "the temperature is inf"},
      {{{CriterionKind::margin, 0.5F, -1}, gate}, "the temperature is -1"},
      {{own[0], {CriterionKind::predicate, 1}}, "no threshold to set"},
  };
  const Tensor p = f32({1, 4}, {1, 0, 0, 0});
  const Tensor g = boolean({1}, {true});
  const std::vector<TensorView> inputs = {p.view(), g.view()};
  for (const auto& [settings, message] : bad) {
    expect_error(ErrorCode::argument, message, [&] { session.set_exit_settings(settings); });
    expect_error(ErrorCode::argument, message, [&] { session.run(inputs, settings); });
    EXPECT_EQ(session.exit_settings(), own);
  }
}

TEST(ExitSettings, ProbabilitiesTakeATemperatureToo) {
  Session session(plan_of(kMixed));
  const Tensor p = f32({1, 4}, {0.64F, 0.16F, 0.16F, 0.04F});
  const Tensor g = boolean({1}, {false});
  const std::vector<TensorView> inputs = {p.view(), g.view()};
  std::vector<ExitSettings> settings = session.exit_settings();
  settings[0].temperature = 2;
  // Square roots: 0.8, 0.4, 0.4, 0.2 of 1.8.
  EXPECT_NEAR(session.run(inputs, settings).scores(0)[0], 0.8 / 1.8, 1e-6);
}

TEST(ExitSettings, SetThresholdKeepsTheRest) {
  Session session(plan_of(kThreeHeads));
  session.set_exit_settings(all(CriterionKind::entropy, 0.5F, 3));
  session.set_threshold(1, 0.25F);
  const ExitSettings expected{CriterionKind::entropy, 0.25F, 3};
  EXPECT_EQ(session.exit_settings()[1], expected);
  EXPECT_EQ(session.threshold(1), 0.25F);
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/verdict.h>

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Exits after 40 and 100 us, 4 us of which are the first head.
PathCosts two_exits() {
  PathCosts costs;
  costs.exits = {{40, {38, 40, 42, 60}}, {100, {98, 100, 102, 150}}};
  costs.heads_us = {4};
  costs.off_saves_us = {4};
  return costs;
}

Evidence half_leave(double accuracy, std::vector<double> heads) {
  return {accuracy, {0.5, 0.5}, {true}, std::move(heads)};
}

TEST(PathCosts, OfTheMixAreThoseOfThePathsByTheirShares) {
  const PathCosts costs = two_exits();
  EXPECT_DOUBLE_EQ(costs.mix_mean_us(std::vector{0.25, 0.75}, {true}), 0.25 * 40 + 0.75 * 100);
  EXPECT_DOUBLE_EQ(costs.mix_mean_us(std::vector{0.0, 1.0}, {false}), 96) << "switched off, the head is saved";
  EXPECT_DOUBLE_EQ(costs.alone_us(1), 96);
  EXPECT_DOUBLE_EQ(costs.alone_us(0), 40) << "its own head is needed";
}

TEST(PathCosts, AHeadThatRunsAnywaySavesNothingButIsNoPartOfAPlainNetwork) {
  PathCosts costs = two_exits();
  costs.off_saves_us = {0};
  EXPECT_DOUBLE_EQ(costs.mean_us(1, {false}), 100);
  EXPECT_DOUBLE_EQ(costs.alone_us(1), 96);
}

TEST(PathCosts, The99thPercentileIsThatOfTheMixture) {
  const PathCosts costs = two_exits();
  EXPECT_DOUBLE_EQ(costs.mix_p99_us(std::vector{1.0, 0.0}, {true}), 60);
  EXPECT_DOUBLE_EQ(costs.mix_p99_us(std::vector{0.5, 0.5}, {true}), 150);
  EXPECT_DOUBLE_EQ(costs.mix_p99_us(std::vector{0.97, 0.03}, {true}), 102) << "a quarter of 3 % takes 150 us";
  EXPECT_DOUBLE_EQ(costs.mix_p99_us(std::vector{0.0, 1.0}, {false}), 146);
  EXPECT_DOUBLE_EQ(costs.share_within(0, {true}, 42), 0.75);
  EXPECT_DOUBLE_EQ(costs.share_within(1, {false}, 98), 0.75);
}

ExitBench measured(int exit, double mean, PathTimes steps) {
  ExitBench bench;
  bench.exit = exit;
  bench.report.latency_us.mean = mean;
  bench.report.latency_us.percentiles = {mean, mean + 1};
  bench.profile = Profile{};
  bench.profile->median_us = steps;
  return bench;
}

TEST(PathCosts, OfABenchSplitOffHeadsAndScores) {
  Bench bench;
  bench.exits = {measured(0, 40, {0, 39, 0, 0.5}), measured(1, 70, {0, 68, 4, 1.25}),
                 measured(2, 100, {0, 97, 9, 1.25})};
  const PathCosts costs = path_costs(bench);
  EXPECT_THAT(costs.heads_us, ::testing::ElementsAre(::testing::DoubleEq(4 + 0.5), ::testing::DoubleEq(5.75)));
  EXPECT_EQ(costs.exits[2].quantiles_us, (std::vector<double>{100, 101}));
  bench.exits[1].profile.reset();
  EXPECT_THAT(path_costs(bench).heads_us, ::testing::ElementsAre(0, 0)) << "nothing is known of them";
  bench.exits.erase(bench.exits.begin() + 1);
  expect_error(ErrorCode::argument, "exit 1 was not measured", [&] { path_costs(bench); });
  expect_error(ErrorCode::argument, "no exit was measured", [] { path_costs({}); });
}

TEST(PathCosts, OfABenchHaveNoPartInInterruptions) {
  Bench bench;
  bench.exits = {measured(0, 500, {})};
  std::vector<double>& quantiles = bench.exits[0].report.latency_us.percentiles;
  quantiles.assign(1000, 40);
  quantiles.back() = 1e6;
  EXPECT_DOUBLE_EQ(path_costs(bench).exits[0].mean_us, 40);
  EXPECT_EQ(path_costs(bench).exits[0].quantiles_us.back(), 1e6) << "the distribution is whole";
}

TEST(PathPercentiles, GoUpToTheSlowest) {
  const std::vector<double> all = path_percentiles();
  EXPECT_GT(all.front(), 0);
  EXPECT_TRUE(std::ranges::is_sorted(all));
  EXPECT_DOUBLE_EQ(all.back(), 100);
  EXPECT_NE(std::ranges::find(all, 99.0), all.end());
}

TEST(Judge, ExitsThatSaveTimePay) {
  const Verdict verdict = judge(half_leave(0.89, {0.8, 0.9}), two_exits());
  EXPECT_EQ(verdict.advice, Verdict::Advice::use_exits);
  EXPECT_DOUBLE_EQ(verdict.latency_us, 70);
  for (const char* part : {"The exits pay", "70.0 us", "1.37 times as fast", "96.0 us", "1.0 points less accurate",
                           "50.0 % of the samples leave at exit 0", "6.7 % would pay for its head"})
    EXPECT_THAT(verdict.sentence, HasSubstr(part));
}

TEST(Judge, BreakEvenIsWhereWithAndWithoutTheHeadTakeTheSameTime) {
  const PathCosts costs = two_exits();
  const double needed = judge(half_leave(0.89, {0.8, 0.9}), costs).break_even[0].needed_share;
  EXPECT_NEAR(needed * 40 + (1 - needed) * 100, costs.alone_us(1), 1e-9);
}

TEST(Judge, BreakEvenOfLaterExitsIsAmongThoseThatComeBy) {
  PathCosts costs = two_exits();
  costs.exits.push_back({200, {200}});
  costs.heads_us = {4, 10};
  costs.off_saves_us = {0, 0};
  const Verdict verdict = judge({0.9, {0.2, 0.4, 0.4}, {true, true}, {0.7, 0.8, 0.95}}, costs);
  ASSERT_EQ(verdict.break_even.size(), 2U);
  EXPECT_DOUBLE_EQ(verdict.break_even[0].reached, 1);
  EXPECT_DOUBLE_EQ(verdict.break_even[0].needed_share, 4.0 / (150 - 40));
  EXPECT_DOUBLE_EQ(verdict.break_even[1].reached, 0.8);
  EXPECT_DOUBLE_EQ(verdict.break_even[1].share, 0.5);
  EXPECT_DOUBLE_EQ(verdict.break_even[1].needed_share, 0.1);
}

TEST(Judge, AnEarlyHeadThatIsAsGoodIsEnough) {
  const Verdict verdict = judge({0.72, {0.6, 0.4}, {true}, {0.72, 0.703}}, two_exits());
  EXPECT_EQ(verdict.advice, Verdict::Advice::stop_at_exit);
  EXPECT_EQ(verdict.exit, 0);
  EXPECT_THAT(verdict.sentence, HasSubstr("Stop at exit 0 always: 72.0 % right in 40.0 us, 1.7 points more accurate "
                                          "than the full network and 2.40 times as fast as it"));
}

TEST(Judge, ExitsThatTooFewTakeDoNotPay) {
  const Verdict verdict = judge({0.9, {0.05, 0.95}, {true}, {0.8, 0.9}}, two_exits());
  EXPECT_EQ(verdict.advice, Verdict::Advice::no_exits);
  EXPECT_THAT(verdict.sentence, HasSubstr("The exits do not pay: 97.0 us on average, the network without exits takes "
                                          "96.0 us and is as accurate as the mix"));
  EXPECT_THAT(verdict.sentence, HasSubstr("6.7 % would pay"));
}

TEST(Judge, AHeadThatSavesNothingNeverPays) {
  PathCosts costs = two_exits();
  costs.exits[0].mean_us = 120;
  const Verdict verdict = judge(half_leave(0.9, {0.8, 0.9}), costs);
  EXPECT_EQ(verdict.advice, Verdict::Advice::no_exits);
  EXPECT_TRUE(std::isinf(verdict.break_even[0].needed_share));
  EXPECT_THAT(verdict.sentence, HasSubstr("no share would pay for its head"));
}

TEST(Judge, RefusesEvidenceOfAnotherModel) {
  expect_error(ErrorCode::argument, "not of 2 exits", [] { judge({0.9, {1}, {}, {0.9}}, two_exits()); });
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/versus.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace exeunt {

namespace {

/// Ratios of pairs as a busy machine gives them: noise, some pairs in which one side was stopped for long, and spells
/// in which all of them are noisier. Drift of the machine cancels in a pair but for a little.
std::vector<double> busy_machine(std::uint64_t seed, double ratio, std::size_t pairs = 800) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::uniform_real_distribution<double> uniform;
  std::vector<double> ratios;
  double spell = 0;
  for (std::size_t i = 0; i < pairs; ++i) {
    spell = 0.98 * spell + 0.2 * normal(random);
    const double drift = 0.002 * std::sin(static_cast<double>(i) / 200);
    double log = std::log(ratio) + drift + 0.03 * (1 + std::abs(spell)) * normal(random) + 0.002 * spell;
    if (uniform(random) < 0.15) log += (uniform(random) < 0.5 ? 1 : -1) * 3 * uniform(random);
    ratios.push_back(std::exp(log));
  }
  return ratios;
}

int found(double ratio, RatioVerdict verdict) {
  int count = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    count += judge_ratio(ratio_interval(busy_machine(seed, ratio), seed), 0.01) == verdict ? 1 : 0;
  return count;
}

TEST(Ratio, TheSameAgainstItselfIsNoDifference) { EXPECT_GE(found(1, RatioVerdict::no_difference), 19); }

TEST(Ratio, ThreePercentAreFound) {
  EXPECT_EQ(found(1.03, RatioVerdict::a_faster), 20);
  EXPECT_EQ(found(1 / 1.03, RatioVerdict::b_faster), 20);
}

TEST(Ratio, TheIntervalHoldsTheTruth) {
  int held = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const RatioInterval interval = ratio_interval(busy_machine(seed, 1.5), seed);
    EXPECT_LE(interval.low, interval.median);
    EXPECT_LE(interval.median, interval.high);
    held += interval.low <= 1.5 && interval.high >= 1.5 ? 1 : 0;
  }
  EXPECT_GE(held, 38);
}

TEST(Ratio, NeighboursAreNotIndependentWitnesses) {
  // Ten independent ratios, each seen a hundred times in a row.
  const std::vector<double> ten = busy_machine(1, 1, 10);
  std::vector<double> repeated;
  for (const double ratio : ten) repeated.insert(repeated.end(), 100, ratio);
  std::vector<double> mixed;
  for (std::size_t i = 0; i < repeated.size(); ++i) mixed.push_back(ten[i % ten.size()]);
  const auto width = [](const RatioInterval& interval) { return interval.high / interval.low; };
  EXPECT_GT(width(ratio_interval(repeated)), width(ratio_interval(mixed)));
}

TEST(Ratio, OutliersDoNotMoveIt) {
  std::vector<double> ratios(100, 1.0);
  for (std::size_t i = 0; i < 100; i += 10) ratios[i] = 1000;
  const RatioInterval interval = ratio_interval(ratios);
  EXPECT_EQ(interval.median, 1);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 1);
}

TEST(Ratio, FewTellNothing) {
  EXPECT_EQ(judge_ratio(ratio_interval({}), 0), RatioVerdict::no_difference);
  const std::vector<double> five(5, 2.0);
  const RatioInterval interval = ratio_interval(five);
  EXPECT_DOUBLE_EQ(interval.median, 2);
  EXPECT_EQ(interval.low, 0);
  EXPECT_TRUE(std::isinf(interval.high));
}

TEST(Ratio, TheSameSeedGivesTheSame) {
  const std::vector<double> ratios = busy_machine(3, 1.1);
  const RatioInterval one = ratio_interval(ratios, 7);
  const RatioInterval two = ratio_interval(ratios, 7);
  EXPECT_EQ(one.low, two.low);
  EXPECT_EQ(one.high, two.high);
}

TEST(Judge, NeedsBothTheIntervalAndTheMargin) {
  EXPECT_EQ(judge_ratio({1.02, 1.01, 1.03}, 0.01), RatioVerdict::a_faster);
  EXPECT_EQ(judge_ratio({0.98, 0.97, 0.985}, 0.01), RatioVerdict::b_faster);
  EXPECT_EQ(judge_ratio({1.02, 0.99, 1.05}, 0.01), RatioVerdict::no_difference) << "the interval holds 1";
  EXPECT_EQ(judge_ratio({1.008, 1.005, 1.01}, 0.01), RatioVerdict::no_difference) << "within the margin";
  EXPECT_EQ(judge_ratio({0.995, 0.99, 0.998}, 0.01), RatioVerdict::no_difference);
  EXPECT_EQ(verdict_text(RatioVerdict::no_difference), "no difference");
}

}  // namespace

}  // namespace exeunt

#include "tune/search.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace exeunt {

namespace {

using ::testing::ElementsAre;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Paths of 10, 20, 30, ... us; a head takes 3 us, which switching it off saves if `saves`.
PathCosts even_costs(std::size_t exits, bool saves = false) {
  PathCosts costs;
  for (std::size_t e = 0; e < exits; ++e) {
    const double us = 10 * static_cast<double>(e + 1);
    costs.exits.push_back({us, {us, us + 1}});
  }
  costs.heads_us.assign(exits - 1, 3);
  costs.off_saves_us.assign(exits - 1, saves ? 3 : 0);
  return costs;
}

/// Later heads are right more often, scores tell something, and some are equal.
SearchSamples random_samples(std::size_t decisions, std::size_t count, unsigned seed, int levels = 6) {
  std::minstd_rand random(seed);
  SearchSamples samples{std::vector(decisions, std::vector<float>(count)),
                        std::vector(decisions + 1, std::vector<std::uint8_t>(count))};
  for (std::size_t n = 0; n < count; ++n) {
    for (std::size_t d = 0; d < decisions; ++d)
      samples.scores[d][n] = static_cast<float>(random() % static_cast<unsigned>(levels)) / static_cast<float>(levels);
    for (std::size_t e = 0; e <= decisions; ++e) {
      const double chance = 0.4 + 0.15 * static_cast<double>(e) + (e < decisions ? 0.3 * samples.scores[e][n] : 0.1);
      samples.right[e][n] = static_cast<double>(random() % 1000) / 1000 < chance ? 1 : 0;
    }
  }
  return samples;
}

FrontPoint measure(const SearchSamples& samples, const PathCosts& costs, const Thresholds& thresholds) {
  FrontPoint point{thresholds, 0, 0};
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const std::size_t exit = exit_of(samples, thresholds, n);
    point.right += samples.right[exit][n];
    point.latency_us += costs.mean_us(exit, enabled_of(thresholds)) / static_cast<double>(samples.size());
  }
  return point;
}

double share_within(const SearchSamples& samples, const PathCosts& costs, const Thresholds& thresholds, double limit) {
  double within = 0;
  for (std::size_t n = 0; n < samples.size(); ++n)
    within += costs.share_within(exit_of(samples, thresholds, n), enabled_of(thresholds), limit);
  return within / static_cast<double>(samples.size());
}

/// Every combination of all thresholds that differ, and of switching off.
void for_all(const SearchSamples& samples, Thresholds& thresholds, std::size_t d,
             const std::function<void(const Thresholds&)>& f) {
  if (d == samples.decisions()) return f(thresholds);
  thresholds[d].reset();
  for_all(samples, thresholds, d + 1, f);
  std::vector<float> tried = {-1};
  for (const float score : samples.scores[d]) {
    if (!std::isnan(score)) tried.push_back(score);
  }
  std::ranges::sort(tried);
  tried.erase(std::unique(tried.begin(), tried.end()), tried.end());
  for (const float threshold : tried) {
    thresholds[d] = threshold;
    for_all(samples, thresholds, d + 1, f);
  }
  thresholds[d].reset();
}

/// By number of right answers: the least time that reaches it.
std::vector<double> brute_force(const SearchSamples& samples, const PathCosts& costs, double p99_limit = 1e9) {
  std::vector<double> best(samples.size() + 1, std::numeric_limits<double>::infinity());
  Thresholds thresholds(samples.decisions());
  for_all(samples, thresholds, 0, [&](const Thresholds& t) {
    if (share_within(samples, costs, t, p99_limit) < 0.99 - 1e-9) return;
    const FrontPoint point = measure(samples, costs, t);
    for (std::size_t right = 0; right <= static_cast<std::size_t>(point.right); ++right)
      best[right] = std::min(best[right], point.latency_us);
  });
  return best;
}

std::vector<double> best_of(const std::vector<FrontPoint>& front, std::size_t samples) {
  std::vector<double> best(samples + 1, std::numeric_limits<double>::infinity());
  for (const FrontPoint& point : front) {
    for (std::size_t right = 0; right <= static_cast<std::size_t>(point.right); ++right)
      best[right] = std::min(best[right], point.latency_us);
  }
  return best;
}

void expect_as_good(const std::vector<double>& ours, const std::vector<double>& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (std::isinf(theirs[i])) {
      EXPECT_TRUE(std::isinf(ours[i])) << i;
    } else {
      EXPECT_NEAR(ours[i], theirs[i], 1e-9) << "for " << i << " right answers";
    }
  }
}

TEST(ThresholdCandidates, LieBetweenTheDistinctScores) {
  EXPECT_THAT(threshold_candidates({0.5F, 0.25F, 0.5F, kNan, 1}, 100), ElementsAre(kAllLeave, 0.375F, 0.75F));
  EXPECT_THAT(threshold_candidates({}, 100), ElementsAre(kAllLeave));
  EXPECT_THAT(threshold_candidates({kNan}, 100), ElementsAre(kAllLeave));
  EXPECT_THAT(threshold_candidates({0.3F, 0.3F}, 100), ElementsAre(kAllLeave));
}

TEST(ThresholdCandidates, SeparateEvenNeighboursAmongFloats) {
  const float next = std::nextafter(0.5F, 1.0F);
  const std::vector<float> candidates = threshold_candidates({0.5F, next}, 100);
  ASSERT_EQ(candidates.size(), 2U);
  EXPECT_FALSE(0.5F > candidates[1]);
  EXPECT_TRUE(next > candidates[1]);
}

TEST(ThresholdCandidates, OfTooManyScoresHaveAsManySamplesBetweenThem) {
  std::vector<float> scores;
  for (int i = 0; i < 1000; ++i) scores.push_back(static_cast<float>(i * i) / 1e6F);
  const std::vector<float> candidates = threshold_candidates(scores, 10);
  ASSERT_EQ(candidates.size(), 10U);
  for (std::size_t c = 1; c < candidates.size(); ++c) {
    const auto below = std::ranges::count_if(scores, [&](float s) { return s <= candidates[c]; });
    EXPECT_EQ(below, static_cast<std::ptrdiff_t>(100 * c));
  }
}

TEST(ThresholdCandidates, OfMostlyEqualScoresAreStillDifferent) {
  std::vector<float> scores(1000, 1.0F);
  for (int i = 0; i < 100; ++i) scores[static_cast<std::size_t>(i)] = static_cast<float>(i) / 100;
  const std::vector<float> candidates = threshold_candidates(scores, 20);
  EXPECT_TRUE(std::ranges::is_sorted(candidates, std::less_equal<>())) << "strictly ascending";
  EXPECT_LT(candidates.back(), 1.0F);
}

TEST(SearchGrid, IsAsGoodAsTryingEverything) {
  for (const std::size_t decisions : {1, 2, 3}) {
    for (unsigned seed = 1; seed <= 8; ++seed) {
      for (const bool saves : {false, true}) {
        const SearchSamples samples = random_samples(decisions, 24, seed);
        const PathCosts costs = even_costs(decisions + 1, saves);
        SCOPED_TRACE(::testing::Message() << decisions << " decisions, seed " << seed);
        expect_as_good(best_of(search_grid(samples, costs, {}), samples.size()), brute_force(samples, costs));
      }
    }
  }
}

TEST(SearchGrid, IsExactForOneDecisionOfManySamples) {
  const SearchSamples samples = random_samples(1, 800, 7, 100000);
  const PathCosts costs = even_costs(2);
  expect_as_good(best_of(search_grid(samples, costs, {}), samples.size()), brute_force(samples, costs));
}

TEST(SearchGrid, PointsAreWhatTheirThresholdsGive) {
  const SearchSamples samples = random_samples(3, 200, 3, 1000);
  const PathCosts costs = even_costs(4, true);
  const std::vector<FrontPoint> front = search_grid(samples, costs, {});
  ASSERT_GT(front.size(), 5U);
  for (const FrontPoint& point : front) {
    const FrontPoint again = measure(samples, costs, point.thresholds);
    EXPECT_EQ(again.right, point.right);
    EXPECT_NEAR(again.latency_us, point.latency_us, 1e-9);
  }
}

TEST(SearchGrid, NoPointIsBeatenByAnother) {
  const std::vector<FrontPoint> front = search_grid(random_samples(2, 300, 5, 1000), even_costs(3), {});
  for (std::size_t i = 1; i < front.size(); ++i) {
    EXPECT_GT(front[i].right, front[i - 1].right);
    EXPECT_GT(front[i].latency_us, front[i - 1].latency_us);
  }
}

TEST(SearchGrid, ACoarserGridIsNeverBetter) {
  const SearchSamples samples = random_samples(2, 300, 11, 1000);
  const std::vector<double> fine = best_of(search_grid(samples, even_costs(3), {}), samples.size());
  const std::vector<double> coarse =
      best_of(search_grid(samples, even_costs(3), {.p99_limit_us = {}, .most_cells = 100}), samples.size());
  for (std::size_t i = 0; i < fine.size(); ++i) EXPECT_LE(fine[i], coarse[i] + 1e-9);
}

TEST(SearchGrid, KeepsTheLimitOfThe99thPercentile) {
  for (const std::size_t decisions : {1, 2}) {
    for (const double limit : {5.0, 10.5, 11.0, 20.5, 21.0, 31.0}) {
      const SearchSamples samples = random_samples(decisions, 40, 2);
      const PathCosts costs = even_costs(decisions + 1, true);
      SCOPED_TRACE(::testing::Message() << decisions << " decisions, limit " << limit);
      expect_as_good(best_of(search_grid(samples, costs, {.p99_limit_us = limit}), samples.size()),
                     brute_force(samples, costs, limit));
    }
  }
}

TEST(SearchGrid, SamplesWithoutAScoreNeverLeave) {
  SearchSamples samples = random_samples(1, 20, 4);
  samples.scores[0].assign(20, kNan);
  const std::vector<FrontPoint> front = search_grid(samples, even_costs(2), {});
  ASSERT_EQ(front.size(), 1U);
  EXPECT_DOUBLE_EQ(front[0].latency_us, 20);
  samples.scores[0][0] = 0.9F;
  expect_as_good(best_of(search_grid(samples, even_costs(2), {}), samples.size()), brute_force(samples, even_costs(2)));
}

TEST(SearchGrid, AnExitThatOnlyCostsIsSwitchedOff) {
  SearchSamples samples = random_samples(1, 50, 4);
  samples.right[0].assign(50, 0);
  samples.right[1].assign(50, 1);
  const std::vector<FrontPoint> front = search_grid(samples, even_costs(2, true), {});
  EXPECT_EQ(front.back().right, 50);
  EXPECT_FALSE(front.back().thresholds[0].has_value());
  EXPECT_DOUBLE_EQ(front.back().latency_us, 17) << "without the 3 us of its head";
}

TEST(SearchCoordinates, IsNearTheExactFront) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const SearchSamples samples = random_samples(3, 200, seed, 1000);
    const PathCosts costs = even_costs(4, seed % 2 == 0);
    const std::vector<FrontPoint> exact = search_grid(samples, costs, {});
    const std::vector<double> best = best_of(search_coordinates(samples, costs, {}), samples.size());
    double extra = 0;
    for (const FrontPoint& point : exact) {
      // One sample in a hundred less must be reached in the same time and a little.
      const auto right = static_cast<std::size_t>(std::max<std::int64_t>(0, point.right - 2));
      extra += (best[right] / point.latency_us - 1) / static_cast<double>(exact.size());
    }
    EXPECT_LT(extra, 0.03) << "seed " << seed;
  }
}

TEST(SearchCoordinates, PointsAreWhatTheirThresholdsGive) {
  SearchSamples samples = random_samples(6, 300, 3, 1000);
  samples.scores[2][5] = kNan;
  const PathCosts costs = even_costs(7, true);
  const std::vector<FrontPoint> front = search_coordinates(samples, costs, {});
  ASSERT_GT(front.size(), 5U);
  for (const FrontPoint& point : front) {
    const FrontPoint again = measure(samples, costs, point.thresholds);
    EXPECT_EQ(again.right, point.right);
    EXPECT_NEAR(again.latency_us, point.latency_us, 1e-6);
  }
}

TEST(SearchCoordinates, KeepsTheLimitOfThe99thPercentile) {
  const SearchSamples samples = random_samples(6, 200, 9, 1000);
  const PathCosts costs = even_costs(7);
  const std::vector<FrontPoint> front = search_coordinates(samples, costs, {.p99_limit_us = 45});
  ASSERT_FALSE(front.empty());
  for (const FrontPoint& point : front) EXPECT_GE(share_within(samples, costs, point.thresholds, 45), 0.99 - 1e-9);
}

TEST(SearchFront, TakesAnyNumberOfDecisions) {
  for (const std::size_t decisions : {1, 4, 5, 12}) {
    const SearchSamples samples = random_samples(decisions, 60, 6, 20);
    const std::vector<FrontPoint> front = search_front(samples, even_costs(decisions + 1), {.most_cells = 1 << 16});
    ASSERT_FALSE(front.empty());
    EXPECT_LE(front.front().latency_us, 10 + 1e-9) << "all of them at the first exit";
  }
}

}  // namespace

}  // namespace exeunt

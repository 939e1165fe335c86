#include <exeunt/tools/drift.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Statistics seen(std::vector<std::int64_t> exits, std::vector<std::vector<std::int64_t>> scores = {}) {
  Statistics statistics;
  for (const std::int64_t samples : exits) statistics.exits.push_back({.samples = samples});
  for (auto& counts : scores) statistics.decisions.push_back({.highest = 1, .scores = std::move(counts)});
  return statistics;
}

Tuning tuned(std::vector<double> shares, std::vector<std::vector<std::int64_t>> scores = {}) {
  Tuning tuning;
  tuning.shares = std::move(shares);
  for (auto& counts : scores) tuning.scores.push_back({0, 1, std::move(counts)});
  return tuning;
}

TEST(FindDrift, ComparesTheSharesOfTheExits) {
  const std::vector<Drift> drift = find_drift(seen({80'000, 20'000}), tuned({.5, .5}));
  ASSERT_THAT(drift, SizeIs(1));
  EXPECT_EQ(drift[0].of, "exit shares");
  EXPECT_EQ(drift[0].level, DriftLevel::much);
}

TEST(FindDrift, OfManySamplesHasTheTextbookValue) {
  const auto then = tuned({}, {{500'000, 500'000}});
  const std::vector<Drift> drift = find_drift(seen({1, 0}, {{800'000, 200'000}}), then);
  ASSERT_THAT(drift, SizeIs(1));
  EXPECT_EQ(drift[0].of, "scores of decision 0");
  EXPECT_NEAR(drift[0].psi, .3 * std::log(.8 / .5) - .3 * std::log(.2 / .5), 1e-4);
  EXPECT_EQ(drift[0].level, DriftLevel::much);
}

TEST(FindDrift, HasLevels) {
  const auto then = tuned({}, {{50'000, 50'000}});
  const auto level = [&](std::int64_t first) {
    return find_drift(seen({1, 0}, {{first, 100'000 - first}}), then).front().level;
  };
  EXPECT_EQ(level(50'000), DriftLevel::none);
  EXPECT_EQ(level(60'000), DriftLevel::none);
  EXPECT_EQ(level(68'000), DriftLevel::some);
  EXPECT_EQ(level(80'000), DriftLevel::much);
}

TEST(FindDrift, FewSamplesProveNothing) {
  const std::vector<std::int64_t> even(20, 500);
  const auto then = tuned({}, {even});
  std::vector<std::int64_t> lucky(20, 8);
  std::fill_n(lucky.begin(), 10, 3);
  const std::vector<Drift> drift = find_drift(seen({1, 0}, {lucky}), then);
  ASSERT_THAT(drift, SizeIs(1));
  EXPECT_GT(drift.front().psi, .1);
  EXPECT_EQ(drift.front().level, DriftLevel::none);
}

TEST(FindDrift, OfTooFewSamplesIsNotTold) {
  const auto then = tuned({.5, .5}, {{5'000, 5'000}});
  EXPECT_THAT(find_drift(seen({99, 0}, {{99, 0}}), then), IsEmpty());
  EXPECT_THAT(find_drift(seen({100, 0}, {{100, 0}}), then), SizeIs(2));
  EXPECT_THAT(find_drift(seen({1'000, 0}, {{1'000, 0}}), tuned({.5, .5}, {{50, 49}})), IsEmpty());
}

TEST(FindDrift, EmptyBinsStayFinite) {
  const auto drift = find_drift(seen({1, 0}, {{1'000, 0, 0}}), tuned({}, {{0, 1'000, 0}}));
  EXPECT_TRUE(std::isfinite(drift.front().psi));
  EXPECT_EQ(drift.front().level, DriftLevel::much);
}

TEST(FindDrift, LeavesOutWhatIsNotKnown) {
  EXPECT_THAT(find_drift(seen({10, 10}, {{10, 10}}), Tuning{}), IsEmpty());
  EXPECT_THAT(find_drift(seen({0, 0}, {{0, 0}}), tuned({.5, .5}, {{5, 5}})), IsEmpty());
}

TEST(FindDrift, RefusesTheTuningOfAnotherModel) {
  const Statistics now = seen({10, 10}, {{10, 10}});
  expect_error(ErrorCode::argument, "the tuning is for 3 exits; the model has 2", [&] {
    find_drift(now, tuned({.2, .2, .6}));
  });
  expect_error(ErrorCode::argument, "2 decisions; the model has 1", [&] { find_drift(now, tuned({}, {{1}, {1}})); });
  expect_error(ErrorCode::argument, "3 bins of scores", [&] { find_drift(now, tuned({}, {{1, 1, 1}})); });
}

}  // namespace

}  // namespace exeunt

#include <exeunt/session.h>
#include <gmock/gmock.h>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

/// The largest of %x is the score of both decisions.
const std::string kThreeExits = R"(
  input %x f32[1,3] "x"
  const %ten f32[] = {10}
  %y = Mul(%x, %ten)
  output "answer"
  decide max_prob(%x) > 0.9 "first" {
    exit(%x) predicts(0, 0, 3, true)
    decide max_prob(%x) > 0.5 "second" {
      exit(%x)
      exit(%y)
    }
  }
)";

void run(Session& session, std::initializer_list<float> largest) {
  for (const float value : largest) session.run(f32({1, 3}, {value, 0, 0}).view());
}

std::vector<std::int64_t> samples_of(const Statistics& statistics) {
  std::vector<std::int64_t> samples;
  for (const ExitStatistics& exit : statistics.exits) samples.push_back(exit.samples);
  return samples;
}

TEST(SessionStatistics, CountExits) {
  Session session(plan_of(kThreeExits));
  run(session, {.95F, .6F, .7F, .1F, .2F, .3F});
  EXPECT_THAT(samples_of(session.statistics()), ::testing::ElementsAre(1, 2, 3));
}

TEST(SessionStatistics, CountScoresInTwentiethsOfThoseWhoCameBy) {
  Session session(plan_of(kThreeExits));
  run(session, {.95F, .96F, .6F, .11F, .12F, -1, 3});
  const Statistics statistics = session.statistics();
  ASSERT_EQ(statistics.decisions[0].scores.size(), kScoreBins);
  EXPECT_EQ(statistics.decisions[0].scores[19], 3) << "what is above is in the last bin";
  EXPECT_EQ(statistics.decisions[0].scores[12], 1);
  EXPECT_EQ(statistics.decisions[0].scores[2], 2);
  EXPECT_EQ(statistics.decisions[0].scores[0], 1);
  EXPECT_EQ(statistics.decisions[1].scores[19], 0);
  EXPECT_EQ(statistics.decisions[1].scores[2], 2);
}

TEST(SessionStatistics, ScoresThatAreNoNumberAreCountedApart) {
  Session session(plan_of(kThreeExits));
  run(session, {std::numeric_limits<float>::quiet_NaN()});
  const Statistics statistics = session.statistics();
  EXPECT_EQ(statistics.decisions[0].not_a_number, 1);
  EXPECT_EQ(statistics.decisions[1].not_a_number, 1);
  EXPECT_THAT(statistics.decisions[0].scores, ::testing::Each(0));
}

TEST(SessionStatistics, TimeTheRunsOfSingleSamples) {
  Session session(plan_of(kThreeExits), {.max_batch = 2});
  run(session, {.6F, .6F, .95F});
  session.run(f32({2, 3}, {.6F, 0, 0, .6F, 0, 0}).view());
  const Statistics statistics = session.statistics();
  EXPECT_EQ(statistics.exits[0].timed_runs, 1);
  EXPECT_EQ(statistics.exits[1].timed_runs, 2);
  EXPECT_EQ(statistics.exits[1].samples, 4);
  EXPECT_EQ(statistics.exits[2].timed_runs, 0);
  EXPECT_EQ(statistics.exits[2].percentile_us(50), 0);
  EXPECT_GT(statistics.exits[1].mean_us, 0);
  EXPECT_LE(statistics.exits[1].percentile_us(50), statistics.exits[1].percentile_us(100));
  // Bins are up to an eighth wide and named by their upper end.
  EXPECT_GE(statistics.exits[0].percentile_us(100), statistics.exits[0].mean_us * .999);
  EXPECT_LE(statistics.exits[0].percentile_us(100), statistics.exits[0].mean_us * 1.13);
}

TEST(SessionStatistics, BeginAnewWhenReset) {
  Session session(plan_of(kThreeExits));
  run(session, {.95F, .6F});
  session.reset_statistics();
  run(session, {.1F});
  const Statistics statistics = session.statistics();
  EXPECT_THAT(samples_of(statistics), ::testing::ElementsAre(0, 0, 1));
  EXPECT_EQ(statistics.exits[0].timed_runs, 0);
  EXPECT_EQ(statistics.decisions[0].scores[19], 0);
  EXPECT_EQ(statistics.decisions[0].scores[2], 1);
}

TEST(SessionStatistics, ADecisionThatScoresOtherwiseBeginsItsScoresAnew) {
  Session session(plan_of(kThreeExits));
  run(session, {.6F, .6F});
  std::vector<ExitSettings> settings = session.exit_settings();
  settings[0].criterion = CriterionKind::margin;
  settings[1].threshold = .8F;
  session.set_exit_settings(settings);
  const Statistics statistics = session.statistics();
  EXPECT_THAT(statistics.decisions[0].scores, ::testing::Each(0));
  EXPECT_EQ(statistics.decisions[1].scores[12], 2) << "another threshold gives the same scores";
}

TEST(SessionStatistics, PatienceIsCountedInItsOwnUnit) {
  Session session(plan_of(kThreeExits));
  std::vector<ExitSettings> settings = session.exit_settings();
  for (ExitSettings& setting : settings) setting = {CriterionKind::patience, 5};
  session.set_exit_settings(settings);
  run(session, {.6F});
  const Statistics statistics = session.statistics();
  EXPECT_EQ(statistics.decisions[0].highest, 2);
  EXPECT_EQ(statistics.decisions[0].scores[10], 1) << "1 of 2";
  EXPECT_EQ(statistics.decisions[1].scores[19], 1) << "2 of 2";
}

}  // namespace

}  // namespace exeunt

// How exits are taken, in C: thresholds, criteria, deadlines, and what was seen of them.
#include <cmath>
#include <string>
#include <vector>

#include "c_api_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

TEST(CApiSettings, ThresholdsAndForcedExitsHold) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  const exeunt_tensor input = batch_of_pictures(0, 1);
  const auto exit_taken = [&] {
    EXPECT_EQ(exeunt_session_run(session.get(), &input, 1), EXEUNT_OK) << exeunt_last_error();
    return exeunt_result_exit(session.get(), 0);
  };
  float threshold = 0;
  ASSERT_EQ(exeunt_session_threshold(session.get(), 0, &threshold), EXEUNT_OK);
  EXPECT_NEAR(threshold, 0.8, 1e-6);

  EXPECT_EQ(exeunt_session_set_threshold(session.get(), 0, 0), EXEUNT_OK);
  EXPECT_EQ(exit_taken(), 0);
  const float never = 1;
  EXPECT_EQ(exeunt_session_set_thresholds(session.get(), &never, 1), EXEUNT_OK);
  EXPECT_EQ(exit_taken(), 1);
  EXPECT_EQ(exeunt_session_force_exit(session.get(), 0), EXEUNT_OK);
  EXPECT_EQ(exit_taken(), 0);
  EXPECT_EQ(exeunt_session_force_exit(session.get(), -1), EXEUNT_OK);
  EXPECT_EQ(exit_taken(), 1);

  EXPECT_FAILS(exeunt_session_set_threshold(session.get(), 1, 0), EXEUNT_ERROR_ARGUMENT, "there is no decision 1");
  EXPECT_FAILS(exeunt_session_threshold(session.get(), std::size_t{1} << 40, &threshold), EXEUNT_ERROR_ARGUMENT,
               "there is no decision");
  const float two[] = {0, 0};
  EXPECT_FAILS(exeunt_session_set_thresholds(session.get(), two, 2), EXEUNT_ERROR_ARGUMENT, "2 thresholds");
  EXPECT_FAILS(exeunt_session_force_exit(session.get(), 2), EXEUNT_ERROR_ARGUMENT, "there is no exit 2");
}

TEST(CApiSettings, AnotherCriterionMayBeChosen) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  exeunt_exit_settings settings;
  ASSERT_EQ(exeunt_session_exit_settings(session.get(), 0, &settings), EXEUNT_OK);
  EXPECT_EQ(settings.criterion, EXEUNT_CRITERION_MAX_PROB);
  EXPECT_NEAR(settings.threshold, 0.8, 1e-6);
  EXPECT_EQ(settings.temperature, 1);
  EXPECT_EQ(settings.enabled, 1);

  const exeunt_tensor input = batch_of_pictures(0, 1);
  ASSERT_EQ(exeunt_session_run(session.get(), &input, 1), EXEUNT_OK);
  ASSERT_EQ(exeunt_result_exit(session.get(), 0), 0);
  const float largest = exeunt_result_score(session.get(), 0);
  const auto run_with = [&] {
    ASSERT_EQ(exeunt_session_set_exit_settings(session.get(), &settings, 1), EXEUNT_OK) << exeunt_last_error();
    ASSERT_EQ(exeunt_session_run(session.get(), &input, 1), EXEUNT_OK);
  };
  settings.criterion = EXEUNT_CRITERION_MARGIN;
  settings.threshold = 2;
  run_with();
  EXPECT_EQ(exeunt_result_exit(session.get(), 0), 1) << "no margin is above 2";
  EXPECT_LT(exeunt_result_score(session.get(), 0), largest);
  settings.threshold = 0;
  settings.enabled = 0;
  run_with();
  EXPECT_EQ(exeunt_result_exit(session.get(), 0), 1) << "nobody leaves at an exit that is off";
  EXPECT_TRUE(std::isnan(exeunt_result_score(session.get(), 0))) << "its head did not run";
}

TEST(CApiSettings, SettingsThatCannotBeChangeNothing) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  const auto refused = [&](const std::string& text, auto change) {
    exeunt_exit_settings settings = {EXEUNT_CRITERION_MARGIN, 0.5F, 1, 1};
    change(settings);
    EXPECT_FAILS(exeunt_session_set_exit_settings(session.get(), &settings, 1), EXEUNT_ERROR_ARGUMENT, text);
    ASSERT_EQ(exeunt_session_exit_settings(session.get(), 0, &settings), EXEUNT_OK);
    EXPECT_EQ(settings.criterion, EXEUNT_CRITERION_MAX_PROB);
  };
  refused("criterion 9", [](auto& settings) { settings.criterion = 9; });
  refused("temperature", [](auto& settings) { settings.temperature = 0; });
  refused("threshold", [](auto& settings) { settings.threshold = NAN; });
  refused("predicate", [](auto& settings) { settings.criterion = EXEUNT_CRITERION_PREDICATE; });
  EXPECT_FAILS(exeunt_session_set_exit_settings(session.get(), nullptr, 1), EXEUNT_ERROR_ARGUMENT, "null");
  EXPECT_EQ(exeunt_session_set_exit_settings(session.get(), nullptr, 0), EXEUNT_ERROR_ARGUMENT);
}

TEST(CApiSettings, ARunWithoutTimeEndsAtTheFirstExit) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  const float never = 1;
  ASSERT_EQ(exeunt_session_set_thresholds(session.get(), &never, 1), EXEUNT_OK);
  const exeunt_tensor input = batch_of_pictures(0, 1);
  ASSERT_EQ(exeunt_session_run_within(session.get(), &input, 1, 0), EXEUNT_OK) << exeunt_last_error();
  EXPECT_EQ(exeunt_result_exit(session.get(), 0), 0);
  EXPECT_EQ(exeunt_result_cut_short(session.get(), 0), 1);
  ASSERT_EQ(exeunt_session_run_within(session.get(), &input, 1, 1e30), EXEUNT_OK) << exeunt_last_error();
  EXPECT_EQ(exeunt_result_exit(session.get(), 0), 1);
  EXPECT_EQ(exeunt_result_cut_short(session.get(), 0), 0);
  EXPECT_FAILS(exeunt_session_run_within(session.get(), &input, 1, NAN), EXEUNT_ERROR_ARGUMENT, "nan");
}

TEST(CApiSettings, StatisticsCountWhatWasRun) {
  const PlanHandle plan = build();
  const SessionHandle session = open(plan);
  const auto statistics_of = [&](std::size_t exit) {
    exeunt_exit_statistics statistics = {-1, -1, -1, -1, -1, -1};
    EXPECT_EQ(exeunt_session_exit_statistics(session.get(), exit, &statistics), EXEUNT_OK) << exeunt_last_error();
    return statistics;
  };
  for (std::int64_t i = 0; i < 10; ++i) {
    const exeunt_tensor input = batch_of_pictures(i, 1);
    ASSERT_EQ(exeunt_session_run(session.get(), &input, 1), EXEUNT_OK);
  }
  EXPECT_EQ(statistics_of(0).samples + statistics_of(1).samples, 10);
  EXPECT_GT(statistics_of(0).mean_us, 0);
  EXPECT_LE(statistics_of(0).p50_us, statistics_of(0).p99_us);
  exeunt_session_reset_statistics(session.get());
  EXPECT_EQ(statistics_of(0).samples, 0);
  exeunt_exit_statistics none;
  EXPECT_FAILS(exeunt_session_exit_statistics(session.get(), 2, &none), EXEUNT_ERROR_ARGUMENT, "there is no exit 2");
}

}  // namespace
}  // namespace exeunt::testing

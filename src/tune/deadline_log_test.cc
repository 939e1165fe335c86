#include "tune/deadline_log.h"

#include <gmock/gmock.h>

#include <limits>

#include "support/expect_error.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(DeadlineLog, CountsWhatWasCutShortAndWhatWasLate) {
  DeadlineLog log(100, 3);
  log.add(2, false, 90);
  log.add(0, true, 100);
  log.add(1, true, 103);
  log.add(1, true, 110);
  const DeadlineReport report = log.report();
  EXPECT_EQ(report.deadline_us, 100);
  EXPECT_EQ(report.runs, 4);
  EXPECT_EQ(report.cut_short, 3);
  EXPECT_THAT(report.cut_short_by_exit, ElementsAre(1, 2, 0));
  EXPECT_EQ(report.missed, 2) << "100 of 100 are in time";
  EXPECT_EQ(report.missed_clearly, 1) << "103 is less than a twentieth late";
  EXPECT_EQ(report.missed_clearly_share(), .25);
  EXPECT_EQ(report.cut_short_share(), .75);
  EXPECT_EQ(report.missed_share(), .5);
  EXPECT_EQ(report.overrun_p50_us, 3);
  EXPECT_EQ(report.overrun_p99_us, 10);
  EXPECT_EQ(report.overrun_max_us, 10);
}

TEST(DeadlineLog, AddsUpStreams) {
  DeadlineLog log(0, 2);
  log.add(0, true, 1);
  DeadlineLog other(0, 2);
  other.add(0, true, 2);
  other.add(1, false, 5);
  log.add(other);
  EXPECT_EQ(log.report().runs, 3);
  EXPECT_THAT(log.report().cut_short_by_exit, ElementsAre(2, 0));
  EXPECT_EQ(log.report().missed, 3);
  EXPECT_EQ(log.report().missed_clearly, 3);
  EXPECT_EQ(log.report().overrun_max_us, 5);
}

TEST(DeadlineLog, WithoutRunsHasNoShares) {
  const DeadlineReport report = DeadlineLog(10, 1).report();
  EXPECT_EQ(report.cut_short_share(), 0);
  EXPECT_EQ(report.missed_share(), 0);
  EXPECT_EQ(report.overrun_p99_us, 0);
}

TEST(DeadlineLog, RefusesWhatIsNoDuration) {
  for (const double us : {-1.0, 1e13, std::numeric_limits<double>::quiet_NaN()})
    expect_error(ErrorCode::argument, "0 to", [&] { DeadlineLog(us, 1); });
}

}  // namespace

}  // namespace exeunt

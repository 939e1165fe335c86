#include "tune/trust.h"

#include <gtest/gtest.h>

#include <vector>

#include "tune/perf_counters.h"

namespace exeunt {

namespace {

TEST(Trust, TheClockHasAResolutionAndACost) {
  const ClockFacts clock = look_at_clock();
  EXPECT_GT(clock.resolution_us, 0);
  EXPECT_GE(clock.cost_us, 0);
}

TEST(Trust, ALoopHasASpeed) { EXPECT_GT(loop_speed(), 0); }

TEST(Trust, SystemEventsAreDifferences) {
  const SystemEvents before{1, 2, 3, 4};
  SystemEvents sum = SystemEvents{11, 22, 33, 44} - before;
  EXPECT_EQ(sum.waits, 10);
  EXPECT_EQ(sum.preemptions, 20);
  EXPECT_EQ(sum.minor_faults, 30);
  EXPECT_EQ(sum.major_faults, 40);
  sum += before;
  EXPECT_EQ(sum.preemptions, 22);
}

TEST(Trust, NewMemoryIsFaultedInAndCountsAsResident) {
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  const SystemEvents before = system_events();
  const std::vector<char> memory(kBytes, 1);
  EXPECT_GT((system_events() - before).minor_faults, 0);
  EXPECT_GE(peak_resident_bytes(), kBytes);
  EXPECT_EQ(memory.back(), 1);
}

// Most containers and many systems do not give them.
TEST(PerfCounters, AreThereOrSayWhyNot) {
  const PerfCounters counters;
  if (counters) {
    const PerfCounters::Counts before = counters.read();
    EXPECT_GT(loop_speed(), 0);
    EXPECT_GT(counters.read()[0], before[0]);
  } else {
    EXPECT_FALSE(counters.refusal().empty());
    EXPECT_EQ(counters.read()[0], 0);
  }
}

}  // namespace

}  // namespace exeunt

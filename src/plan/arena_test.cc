#include "plan/arena.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

namespace exeunt {

namespace {

using ::testing::ElementsAre;

std::size_t rounded(std::size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

/// What is wrong with a plan; empty if nothing is.
std::string fault_of(const std::vector<BufferUse>& buffers, const ArenaPlan& plan) {
  if (plan.offsets.size() != buffers.size()) return "wrong number of offsets";
  for (std::size_t i = 0; i < buffers.size(); ++i) {
    if (plan.offsets[i] % kArenaAlignment != 0) return "unaligned buffer";
    if (plan.offsets[i] + buffers[i].bytes > plan.bytes) return "buffer beyond the end";
    for (std::size_t j = 0; j < i; ++j) {
      const bool together = buffers[i].first <= buffers[j].last && buffers[j].first <= buffers[i].last;
      const bool overlap =
          plan.offsets[i] < plan.offsets[j] + buffers[j].bytes && plan.offsets[j] < plan.offsets[i] + buffers[i].bytes;
      if (together && overlap) return "buffers " + std::to_string(j) + " and " + std::to_string(i) + " overlap";
    }
  }
  return "";
}

std::size_t peak_of(const std::vector<BufferUse>& buffers) {
  std::size_t peak = 0;
  for (int at = 0; at < 200; ++at) {
    std::size_t live = 0;
    for (const BufferUse& b : buffers) live += b.first <= at && at <= b.last ? rounded(b.bytes) : 0;
    peak = std::max(peak, live);
  }
  return peak;
}

TEST(Arena, NothingTakesNothing) {
  const ArenaPlan plan = plan_arena({});
  EXPECT_EQ(plan.bytes, 0U);
  EXPECT_EQ(plan.peak_live_bytes, 0U);
}

TEST(Arena, OneAfterTheOtherShareTheirPlace) {
  const std::vector<BufferUse> buffers = {{100, 0, 1}, {128, 2, 3}, {64, 4, 4}};
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_THAT(plan.offsets, ElementsAre(0, 0, 0));
  EXPECT_EQ(plan.bytes, 128U);
  EXPECT_EQ(plan.peak_live_bytes, 128U);
}

TEST(Arena, OnesThatMeetInOneStepDoNot) {
  // A step must not write over what it reads.
  const std::vector<BufferUse> buffers = {{64, 0, 1}, {64, 1, 2}};
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 128U);
}

TEST(Arena, AChainTakesItsTwoLargestNeighbours) {
  std::vector<BufferUse> buffers;
  for (const std::size_t bytes : {640, 1280, 320, 960, 64}) {
    const int step = static_cast<int>(buffers.size());
    buffers.push_back({bytes, step, step + 1});
  }
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 640U + 1280U);
  EXPECT_EQ(plan.peak_live_bytes, 640U + 1280U);
}

TEST(Arena, AVeryLongChainTakesTwoPlacesInTurn) {
  std::vector<BufferUse> buffers;
  for (int step = 0; step < 200'000; ++step) buffers.push_back({64, step, step + 1});
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(plan.bytes, 128U);
  for (std::size_t i = 1; i < buffers.size(); ++i) ASSERT_NE(plan.offsets[i], plan.offsets[i - 1]) << i;
}

TEST(Arena, ShortLivesDoNotMeetButLongOnesMeetAll) {
  // A chain, every tenth value of which is needed to the end.
  std::vector<BufferUse> buffers;
  for (int step = 0; step < 2'000; ++step) buffers.push_back({64, step, step % 10 == 0 ? 2'000 : step + 1});
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, plan.peak_live_bytes);
}

TEST(Arena, LivesOfAllLengthsAreKeptApart) {
  // Around the lengths at which the planner begins to look for them elsewhere.
  std::vector<BufferUse> buffers;
  for (int step = 0; step < 1'000; ++step) buffers.push_back({64, step, step + 37 * (step % 17)});
  EXPECT_EQ(fault_of(buffers, plan_arena(buffers)), "");
}

TEST(Arena, ALifeWithoutEndMeetsAllLaterOnes) {
  constexpr int kEver = std::numeric_limits<int>::max();
  const std::vector<BufferUse> buffers = {{64, 0, 0}, {64, 1, kEver}, {64, 3, kEver}};
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 128U);
}

TEST(Arena, NestedLivesTakeTheirSum) {
  std::vector<BufferUse> buffers;
  for (int depth = 0; depth < 6; ++depth)
    buffers.push_back({static_cast<std::size_t>(64 * (depth + 1)), depth, 20 - depth});
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 64U * 21);
  EXPECT_EQ(plan.peak_live_bytes, plan.bytes);
}

TEST(Arena, TwoArmsShareWhatTheWaitingOneDoesNotNeed) {
  // Common value, arm one, arm two; the first lives through both.
  const std::vector<BufferUse> buffers = {{256, 0, 6}, {512, 1, 2}, {512, 2, 3}, {512, 4, 5}, {512, 5, 6}};
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 256U + 1024U);
}

TEST(Arena, EmptyBuffersHaveAPlaceToo) {
  const std::vector<BufferUse> buffers = {{0, 0, 3}, {10, 1, 2}, {0, 2, 2}};
  const ArenaPlan plan = plan_arena(buffers);
  EXPECT_EQ(fault_of(buffers, plan), "");
  EXPECT_EQ(plan.bytes, 64U);
}

TEST(Arena, TheSameBuffersGiveTheSamePlaces) {
  const std::vector<BufferUse> buffers = {{64, 0, 2}, {64, 1, 3}, {64, 2, 5}, {128, 4, 5}, {64, 3, 4}};
  EXPECT_EQ(plan_arena(buffers).offsets, plan_arena(buffers).offsets);
}

TEST(Arena, NoTwoLiveBuffersOverlapWhateverTheyAre) {
  std::mt19937 random(2020);
  const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
  for (int round = 0; round < 500; ++round) {
    std::vector<BufferUse> buffers(static_cast<std::size_t>(below(40)));
    const int longest = 1 + below(30);
    for (BufferUse& b : buffers) {
      b.bytes = static_cast<std::size_t>(below(4) == 0 ? below(64) : below(20) * 64);
      b.first = below(60);
      b.last = b.first + below(longest);
    }
    const ArenaPlan plan = plan_arena(buffers);
    ASSERT_EQ(fault_of(buffers, plan), "") << "round " << round;
    ASSERT_EQ(plan.peak_live_bytes, peak_of(buffers)) << "round " << round;
    ASSERT_GE(plan.bytes, plan.peak_live_bytes) << "round " << round;
    ASSERT_LE(plan.bytes, 2 * plan.peak_live_bytes) << "far from the lower bound, round " << round;
  }
}

}  // namespace

}  // namespace exeunt

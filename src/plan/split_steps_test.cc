#include "plan/split_steps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exeunt {

namespace {

using ::testing::ElementsAre;

constexpr double kMuch = 1e9;
constexpr double kLittle = 1e3;

/// One candidate that can be split and one that cannot, with those that split the first one. @return "KERNEL/PARTS"
std::vector<std::string> split(double macs, int threads) {
  Candidate whole;
  whole.kernel = "a";
  whole.run_part = [](const StepArgs&, StepState*, std::byte* const*, int, int) noexcept {};
  whole.scratch_bytes = 64;
  Candidate fixed;
  fixed.kernel = "b";
  std::vector<Candidate> candidates = {whole, fixed};
  add_split_candidates(candidates, macs, threads);
  std::vector<std::string> names;
  for (const Candidate& candidate : candidates) {
    EXPECT_TRUE(candidate.parts == 1 || candidate.run_part == whole.run_part);
    names.push_back(candidate.kernel + "/" + std::to_string(candidate.parts));
  }
  return names;
}

TEST(SplitSteps, OneThreadSplitsNothing) { EXPECT_THAT(split(kMuch, 1), ElementsAre("a/1", "b/1")); }

TEST(SplitSteps, MuchWorkIsRatherSplit) {
  EXPECT_THAT(split(kMuch, 2), ElementsAre("a x2/2", "a/1", "b/1"));
  EXPECT_THAT(split(kMuch, 4), ElementsAre("a x4/4", "a x2/2", "a/1", "b/1"));
  EXPECT_THAT(split(kMuch, 6), ElementsAre("a x6/6", "a x2/2", "a x4/4", "a/1", "b/1"));
}

TEST(SplitSteps, LittleWorkIsRatherNot) { EXPECT_THAT(split(kLittle, 2), ElementsAre("a/1", "a x2/2", "b/1")); }

}  // namespace

}  // namespace exeunt

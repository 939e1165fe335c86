#include "exec/step_ranges.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

PlanData plan_with(const std::string& nodes, const std::string& tree) {
  return build_plan(parse_graph("input %x f32[1,2] \"x\"\n" + nodes + "output \"y\"\n" + tree),
                    std::array{&ref_backend()});
}

/// Names of the steps of the first segment that run without its decision's head.
std::vector<std::string> left_of_first(const PlanData& plan) {
  std::vector<std::string> names;
  const std::vector<SegmentSteps> steps = find_segment_steps(plan);
  for (const StepRange& range : steps.front().without_head) {
    for (std::size_t i = range.first; i < range.end; ++i) names.push_back(plan.steps[i].name);
  }
  return names;
}

const std::string kOneDecision = "decide max_prob(%head) > 0.5 { exit(%head) exit(%late) }";

TEST(StepRanges, WithoutItsHeadASegmentRunsItsTrunk) {
  const PlanData plan = plan_with(R"(
    %trunk = Abs(%x) "trunk"
    %low = Exp(%trunk) "low"
    %head = Neg(%low) "head"
    %late = Exp(%trunk) "late"
  )",
                                  kOneDecision);
  EXPECT_THAT(left_of_first(plan), ElementsAre("trunk"));
  const std::vector<SegmentSteps> steps = find_segment_steps(plan);
  EXPECT_EQ(steps.front().all.end, 3U);
  EXPECT_TRUE(steps.front().is_decision);
  for (const int exit : plan.exit_segments) {
    EXPECT_FALSE(steps[static_cast<std::size_t>(exit)].is_decision);
    EXPECT_THAT(steps[static_cast<std::size_t>(exit)].without_head, IsEmpty());
  }
}

TEST(StepRanges, HeadAndTrunkMayBeInterleaved) {
  const PlanData plan = plan_with(R"(
    %t1 = Abs(%x) "t1"
    %h1 = Neg(%t1) "h1"
    %t2 = Exp(%t1) "t2"
    %head = Add(%h1, %t2) "head"
    %t3 = Neg(%t2) "t3"
    %late = Exp(%t3) "late"
  )",
                                  "decide max_prob(%head) > 0.5 { exit(%t3) exit(%late) }");
  EXPECT_THAT(left_of_first(plan), ElementsAre("t1", "t2", "t3"));
  EXPECT_EQ(plan.steps[1].name, "h1") << "the order of the file";
  EXPECT_EQ(find_segment_steps(plan).front().without_head.size(), 3U);
}

TEST(StepRanges, AHeadThatALaterOneBuildsOnStays) {
  const std::string nodes = R"(
    %trunk = Abs(%x) "trunk"
    %low = Exp(%trunk) "low"
    %head = Neg(%low) "head"
    %late = Add(%trunk, %low) "late"
  )";
  EXPECT_THAT(left_of_first(plan_with(nodes, kOneDecision)), ElementsAre("trunk", "low"));
}

TEST(StepRanges, WhatOnlyALaterDecisionLooksAtStays) {
  const PlanData plan = plan_with(R"(
    %seen = Abs(%x) "seen"
    %head = Neg(%seen) "head"
  )",
                                  R"(decide max_prob(%head) > 0.5 {
    exit(%head)
    decide max_prob(%seen) > 0.5 { exit(%x) exit(%x) }
  })");
  EXPECT_THAT(left_of_first(plan), ElementsAre("seen"));
}

TEST(StepRanges, AHeadMayBeAllThereIsOrNothing) {
  EXPECT_THAT(
      left_of_first(plan_with("%head = Abs(%x) \"head\"\n", "decide max_prob(%head) > 0.5 { exit(%x) exit(%x) }")),
      IsEmpty());
  EXPECT_THAT(left_of_first(plan_with("%t = Abs(%x) \"t\"\n", "decide max_prob(%t) > 0.5 { exit(%t) exit(%t) }")),
              ElementsAre("t"));
}

TEST(StepRanges, BothArmsOfARouterCount) {
  const PlanData plan = plan_with(R"(
    %both = Abs(%x) "both"
    %gate = Neg(%both) "gate"
    %a = Exp(%both) "a"
    %b = Neg(%both) "b"
  )",
                                  R"(decide max_prob(%gate) > 0.5 {
    exit(%a)
    decide max_prob(%x) > 0.5 { exit(%b) exit(%x) }
  })");
  EXPECT_THAT(left_of_first(plan), ElementsAre("both"));
}

// Values without bytes may lie where others do.
TEST(StepRanges, EmptyValuesHideNoOther) {
  PlanData plan = plan_with(R"(
    %trunk = Abs(%x) "trunk"
    %none = Neg(%trunk) "none"
    %head = Exp(%trunk) "head"
    %late = Exp(%trunk) "late"
  )",
                            "decide max_prob(%head) > 0.5 { exit(%none) exit(%late) }");
  const auto step = [&](const std::string& name) -> Step& { return *std::ranges::find(plan.steps, name, &Step::name); };
  Segment& first = plan.segments.front();
  ASSERT_EQ(plan.steps[static_cast<std::size_t>(first.first_step)].name, "trunk");
  step("head").result.shape = Shape{1, 0};
  step("head").operands[step("head").result_at].offset = step("trunk").operands[step("trunk").result_at].offset;
  EXPECT_THAT(left_of_first(plan), ::testing::Contains("trunk"));
}

}  // namespace

}  // namespace exeunt

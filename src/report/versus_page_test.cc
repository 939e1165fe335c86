#include <exeunt/tools/report.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "report/versus_align.h"
#include "support/plan_example.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::two_exit_report;

PlanReport with_other_names(double times) {
  PlanReport report = two_exit_report();
  report.model = "other.onnx";
  for (StepInfo& step : report.inspection.steps) {
    step.name = "other/" + step.name;
    step.us *= times;
  }
  return report;
}

TEST(AlignSteps, TwoExportersStepsStandTogetherByTheirWork) {
  const PlanReport a = two_exit_report();
  const PlanReport b = with_other_names(1);
  const std::vector<StepPair> pairs = align_steps(a.inspection, b.inspection);
  ASSERT_EQ(pairs.size(), a.inspection.steps.size());
  for (int i = 0; i < std::ssize(pairs); ++i) EXPECT_EQ(pairs[static_cast<std::size_t>(i)], (StepPair{i, i}));
}

TEST(AlignSteps, WhatOneSideLacksStandsAlone) {
  const PlanReport a = two_exit_report();
  PlanReport b = two_exit_report();
  b.inspection.steps.erase(b.inspection.steps.begin() + 4);
  EXPECT_THAT(align_steps(a.inspection, b.inspection),
              ElementsAre(StepPair{0, 0}, StepPair{1, 1}, StepPair{2, 2}, StepPair{3, 3}, StepPair{4, -1},
                          StepPair{5, 4}, StepPair{6, 5}, StepPair{7, 6}));
  b.inspection.steps.clear();
  EXPECT_EQ(align_steps(a.inspection, b.inspection).size(), a.inspection.steps.size());
  EXPECT_EQ(align_steps(b.inspection, a.inspection).back(), (StepPair{-1, 7}));
}

TEST(AlignSteps, AQuantisedStepStandsBesideTheOneOnFloats) {
  const PlanReport a = two_exit_report();
  PlanReport b = with_other_names(1);
  b.inspection.steps[1].op = "QuantizedConv";
  b.inspection.steps[4].op = "QuantizedConv";
  b.inspection.steps[4].name = a.inspection.steps[4].name;
  const std::vector<StepPair> pairs = align_steps(a.inspection, b.inspection);
  EXPECT_THAT(pairs, ::testing::Contains(StepPair{1, 1}));
  EXPECT_THAT(pairs, ::testing::Contains(StepPair{4, 4})) << "of one name, whatever the op";
}

TEST(AlignSteps, AnOpIsNeverPairedWithAnotherOfAnotherName) {
  const PlanReport a = two_exit_report();
  PlanReport b = with_other_names(1);
  b.inspection.steps[0].op = "Gemm";
  const std::vector<StepPair> pairs = align_steps(a.inspection, b.inspection);
  EXPECT_THAT(pairs, ::testing::Contains(StepPair{0, -1}));
  EXPECT_THAT(pairs, ::testing::Contains(StepPair{-1, 0}));
}

TEST(AlignSteps, ACopyIsNotTheStepWhoseResultItCopies) {
  const PlanReport a = two_exit_report();
  PlanReport b = two_exit_report();
  b.inspection.steps[0].op = "Reorder";
  EXPECT_THAT(align_steps(a.inspection, b.inspection), ::testing::Contains(StepPair{0, -1}));
}

TEST(VersusPage, HasBothGraphsAndEveryStepOfBoth) {
  const PlanReport a = two_exit_report();
  const PlanReport b = with_other_names(2);
  const std::string page = plan_versus_page(a, b, {});
  for (std::size_t id = 0; id < a.inspection.steps.size(); ++id) {
    for (const char* side : {"a", "b"}) {
      EXPECT_THAT(page, HasSubstr(fmt::format("<a id=\"node-{}-{}\"", side, id)));
      EXPECT_THAT(page, HasSubstr(fmt::format("id=\"step-{}-{}\"", side, id)));
    }
  }
  EXPECT_THAT(page, HasSubstr(">2.00<svg")) << "B takes twice as long";
}

TEST(VersusPage, TellsWhatIsSureFromWhatIsNot) {
  const PlanReport a = two_exit_report();
  const std::string page = plan_versus_page(a, a, {{0, {0.5, 0.49, 0.51}}, {1, {1.001, 0.99, 1.01}}});
  EXPECT_THAT(page, HasSubstr("<span class=\"better\">B is faster</span>, 0.500 (0.490 to 0.510)"));
  EXPECT_THAT(page, HasSubstr("<span class=\"soft\">no difference</span>"));
}

TEST(VersusPage, NamesAreText) {
  const std::string page = plan_versus_page(two_exit_report(), with_other_names(1), {});
  for (const char* harmful : {"<script>alert", "<m>", "<data>"}) EXPECT_THAT(page, Not(HasSubstr(harmful)));
}

TEST(VersusPage, PlansWithOtherExitsHaveAPage) {
  PlanReport one;
  one.inspection.exits.resize(1);
  one.inspection.costs.resize(1);
  one.inspection.segments = {{-1, 0, -1, -1, {}}};
  EXPECT_THAT(plan_versus_page(two_exit_report(), one, {}), HasSubstr("<td class=\"text soft\">-</td>"));
}

}  // namespace

}  // namespace exeunt

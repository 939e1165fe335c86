#include <exeunt/tools/report.h>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "report/html.h"
#include "support/plan_example.h"

namespace exeunt {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::two_exit_report;

std::size_t times_in(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(PlanPage, EveryStepHasItsBoxItsRowAndItsBarUnderItsId) {
  const PlanReport report = two_exit_report();
  const std::string page = plan_page(report);
  for (std::size_t id = 0; id < report.inspection.steps.size(); ++id) {
    const StepInfo& step = report.inspection.steps[id];
    EXPECT_EQ(times_in(page, fmt::format("<a id=\"node-{}\"", id)), 1U);
    EXPECT_EQ(times_in(page, fmt::format("<tr id=\"step-{0}\" data-step=\"{0}\" data-op=\"{1}\" data-kernel=\"{2}\">",
                                         id, step.op, step.kernel)),
              1U);
    EXPECT_EQ(times_in(page, fmt::format("<li data-step=\"{}\">", id)), 1U);
    EXPECT_THAT(page, HasSubstr(fmt::format("title=\"{}\"", escaped(step.name))));
  }
  EXPECT_EQ(times_in(page, "class=\"decision\""), 1U);
  EXPECT_EQ(times_in(page, "class=\"exit\""), 2U);
}

TEST(PlanPage, IsWholeByItself) {
  const std::string page = plan_page(two_exit_report());
  EXPECT_THAT(page, ::testing::StartsWith("<!doctype html>"));
  for (const char* outside : {"href=\"http", "src=", "@import", "url(http", "fetch(", "XMLHttpRequest", "innerHTML"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  EXPECT_EQ(times_in(page, "<script"), 1U) << "its own";
  EXPECT_EQ(times_in(page, "</script"), 1U);
}

TEST(PlanPage, NamesAreText) {
  const std::string page = plan_page(two_exit_report());
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  for (const char* harmful : {"<script>alert", "<odd>", "<b>\"", "<data>", "<m>"})
    EXPECT_THAT(page, Not(HasSubstr(harmful)));
  EXPECT_THAT(page, HasSubstr("a note &amp; more"));
}

TEST(PlanPage, TablesNeedNoScript) {
  const std::string page = plan_page(two_exit_report());
  EXPECT_EQ(times_in(page, "class=\"sortable\""), 2U) << "exits and steps";
  EXPECT_THAT(page, HasSubstr("9.00")) << "a step's time, of the build as nothing was profiled";
  EXPECT_THAT(page, HasSubstr("kernel_of_Conv")) << "the kernel without the instruction set";
  EXPECT_THAT(page, HasSubstr("<td class=\"text\">slower</td>"));
  EXPECT_THAT(page, HasSubstr("<li title=\"main_conv\">main_conv</li><li title=\"main\">main</li>"))
      << "what was fused";
}

TEST(PlanPage, SharesAreThoseOfTheDataElseOfTheCalibrationElseUnknown) {
  PlanReport report = two_exit_report();
  EXPECT_THAT(plan_page(report), HasSubstr("exit 0: 60.0 %"));
  report.data.clear();
  EXPECT_THAT(plan_page(report), HasSubstr("How many samples take each exit is not known"));
  EXPECT_THAT(plan_page(report), Not(HasSubstr("60.0 %"))) << "of noise";
  report.calibration_shares = {0.25, 0.75};
  EXPECT_THAT(plan_page(report), HasSubstr("exit 1: 75.0 %"));
  EXPECT_THAT(plan_page(report), HasSubstr("it was calibrated with"));
}

TEST(PlanPage, LatenciesAreDrawnForEachExitAndTheMix) {
  PlanReport report = two_exit_report();
  EXPECT_THAT(plan_page(report), HasSubstr("Every sample to exit 1"));
  EXPECT_THAT(plan_page(report), HasSubstr("With the decisions at work"));
  EXPECT_THAT(plan_page(report), HasSubstr("p50 22.00, p99 23.96 us; 200 runs, 1 not shown"));
}

TEST(PlanPage, HoldsNoNumbersThatAreNone) {
  PlanReport report = two_exit_report();
  for (StepInfo& step : report.inspection.steps) step.us = 0;
  for (ExitBench& exit : report.bench.exits) exit = {exit.exit, {}, Profile{0, std::vector<StepTimes>(8), {}, {}, {}}};
  report.bench.mix.reset();
  const std::string page = plan_page(report);
  for (const char* none : {"nan", "inf\"", "inf ", "-inf"})
    EXPECT_THAT(page.substr(0, page.find("<script>")), Not(HasSubstr(none)));
  EXPECT_THAT(page, HasSubstr("not timed"));
}

TEST(PlanPage, ANetworkWithoutExitsOrStepsHasAPage) {
  PlanReport report;
  report.inspection.exits.resize(1);
  report.inspection.costs.resize(1);
  report.inspection.segments = {{-1, 0, -1, -1, {}}};
  const std::string page = plan_page(report);
  EXPECT_THAT(page, Not(HasSubstr("is not known"))) << "nobody decides anything";
  EXPECT_THAT(page, HasSubstr("class=\"exit\""));
}

}  // namespace

}  // namespace exeunt

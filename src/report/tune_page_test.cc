#include <exeunt/tools/report.h>

#include <gmock/gmock.h>

#include <cmath>

namespace exeunt {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What tuning a model of three exits may give, with everything odd that may come.
Tuned three_exits() {
  Tuned tuned;
  for (int i = 0; i < 5; ++i) {
    TunePoint point;
    point.settings = {{CriterionKind::max_prob, i == 0 ? -1.0F : 0.2F * static_cast<float>(i), 1, true},
                      {CriterionKind::max_prob, 2, 1, false}};
    point.fitted = {500, 0.8 + 0.02 * i, 0.9, 0.1 - 0.02 * i, 0.01, 20.0 + 10 * i, 80, {0.5, 0.2, 0.3}};
    point.held_out = point.fitted;
    point.held_out.accuracy -= 0.01;
    tuned.points.push_back(point);
  }
  tuned.chosen = tuned.points[2];
  tuned.heads.resize(3);
  for (HeadReliability& head : tuned.heads) {
    head.temperature = 1.5;
    head.ece_before = 0.08;
    head.ece_after = 0.01;
    head.before[14] = {300, 0.98, 0.9};
    head.before[7] = {200, 0.5, 0.4};
    head.after[12] = {500, 0.85, 0.86};
  }
  tuned.curves.resize(2);
  for (ThresholdCurve& curve : tuned.curves) {
    curve.thresholds = {0, 0.5, 1};
    curve.shares = {1, 0.4, 0};
    curve.accuracies = {0.8, 0.95, std::nan("")};
  }
  tuned.verdict.sentence = "The exits pay & <that> is that.";
  tuned.verdict.accuracy = 0.83;
  tuned.verdict.latency_us = 40;
  tuned.verdict.alternatives = {{0, 0.7, 20}, {1, 0.8, 50}, {2, 0.9, 70}};
  tuned.verdict.break_even = {{0, true, 1, 0.5, 0.05}, {1, false, 0.5, 0, std::numeric_limits<double>::infinity()}};
  tuned.notes = {"few samples"};
  return tuned;
}

TuneReportInfo info_of(TuneBudget limit = {}) {
  return {"<m>.onnx", "npz:data", "avx512, fp32, 1 thread", "budget", limit};
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(TunePage, DrawsEveryChartOnceForEachExit) {
  const std::string page = tune_page(three_exits(), info_of());
  EXPECT_EQ(count_of(page, "data-chart"), 2U + 2U + 3U) << "the curve for wide and narrow, thresholds, reliability";
  EXPECT_EQ(count_of(page, "class=\"ring s-chosen\""), 2U + 1U) << "and in the legend";
  EXPECT_THAT(page, HasSubstr("switched off"));
  EXPECT_THAT(page, HasSubstr("all leave"));
  EXPECT_THAT(page, HasSubstr("few samples"));
  EXPECT_THAT(page, HasSubstr("never"));
}

TEST(TunePage, IsWholeByItself) {
  const std::string page = tune_page(three_exits(), info_of());
  EXPECT_THAT(page, ::testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("href=\"http")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
}

TEST(TunePage, HoldsNoNumbersThatAreNone) {
  Tuned tuned = three_exits();
  const std::string page = tune_page(tuned, info_of());
  EXPECT_THAT(page, Not(HasSubstr("nan")));
  EXPECT_THAT(page, Not(HasSubstr("inf ")));
  EXPECT_THAT(page, Not(HasSubstr("\"inf")));
  tuned.points.resize(1);
  for (HeadReliability& head : tuned.heads) head = {};
  EXPECT_THAT(tune_page(tuned, info_of()), Not(HasSubstr("nan"))) << "of one point and empty bins";
}

TEST(TunePage, NamesAreText) {
  const std::string page = tune_page(three_exits(), info_of());
  EXPECT_THAT(page, HasSubstr("&lt;m&gt;.onnx"));
  EXPECT_THAT(page, HasSubstr("The exits pay &amp; &lt;that&gt; is that."));
  EXPECT_THAT(page, Not(HasSubstr("<that>")));
}

TEST(TunePage, ShowsTheBudgetWhereItIsOnTheCurve) {
  using Kind = TuneBudget::Kind;
  for (const TuneBudget limit :
       {TuneBudget{Kind::accuracy_drop, 0.05}, {Kind::min_accuracy, 0.82}, {Kind::mean_latency_us, 45}})
    EXPECT_EQ(count_of(tune_page(three_exits(), info_of(limit)), ">the budget<"), 2U);
  EXPECT_EQ(count_of(tune_page(three_exits(), info_of({Kind::p99_latency_us, 45})), ">the budget<"), 0U);
}

}  // namespace

}  // namespace exeunt

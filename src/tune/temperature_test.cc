#include "tune/temperature.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "tune/scores.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

/// A head that gives softmax(logits) while the labels are drawn from softmax(logits / temperature).
HeadAnswers synthetic(double temperature, std::int64_t samples, unsigned seed = 1) {
  constexpr std::int64_t kClasses = 5;
  HeadAnswers answers{samples, 1, kClasses, {}, {}};
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 3);
  std::vector<float> p(kClasses);
  for (std::int64_t n = 0; n < samples; ++n) {
    float sum = 0;
    for (float& value : p) sum += value = std::exp(normal(random));
    for (float& value : p) value /= sum;
    answers.probabilities.insert(answers.probabilities.end(), p.begin(), p.end());
    apply_temperature(p, static_cast<float>(temperature));
    answers.labels.push_back(std::discrete_distribution<std::int32_t>(p.begin(), p.end())(random));
  }
  return answers;
}

TEST(FitTemperature, FindsTheOneThatTheLabelsWereDrawnWith) {
  for (const double temperature : {0.5, 1.0, 2.0, 4.0})
    EXPECT_NEAR(fit_temperature(synthetic(temperature, 20000), 0) / temperature, 1, 0.05) << temperature;
}

TEST(FitTemperature, MakesConfidenceTellTheAccuracy) {
  const HeadAnswers answers = synthetic(3, 20000);
  const double before = calibration_error(reliability_bins(answers, 0, 1));
  const double after = calibration_error(reliability_bins(answers, 0, fit_temperature(answers, 0)));
  EXPECT_GT(before, 0.15);
  EXPECT_LT(after, 0.02);
  EXPECT_LT(head_nll(answers, 0, 3), head_nll(answers, 0, 1));
}

TEST(FitTemperature, OfCertaintiesIsFinite) {
  HeadAnswers sure{3, 1, 2, {1, 0, 1, 0, 0, 1}, {0, 0, 1}};
  const double right = fit_temperature(sure, 0);
  EXPECT_GE(right, 0.05);
  EXPECT_LE(right, 20);
  sure.labels = {1, 1, 0};
  const double wrong = fit_temperature(sure, 0);
  EXPECT_NEAR(wrong, 20, 0.1) << "as unsure as can be";
  EXPECT_TRUE(std::isfinite(head_nll(sure, 0, 1)));
  EXPECT_EQ(fit_temperature({0, 1, 2, {}, {}}, 0), 1) << "of nothing";
}

TEST(ReliabilityBins, HoldEverySampleByItsConfidence) {
  const HeadAnswers answers{4, 1, 2, {0.51F, 0.49F, 0.9F, 0.1F, 0.08F, 0.92F, 0, 1}, {0, 0, 0, 1}};
  const auto bins = reliability_bins(answers, 0, 1);
  EXPECT_EQ(bins[7].samples, 1);  // 7 / 15 .. 8 / 15
  EXPECT_NEAR(bins[13].confidence, 0.91, 1e-6);
  EXPECT_DOUBLE_EQ(bins[13].accuracy, 0.5);
  EXPECT_EQ(bins[14].samples, 1) << "a confidence of 1 is in the last bin";
  EXPECT_NEAR(calibration_error(bins), (0.49 + 2 * 0.41 + 0) / 4, 1e-6);
  EXPECT_EQ(calibration_error(std::array<ReliabilityBin, 15>{}), 0);
}

TEST(ReliabilityBins, LeaveOutWhatIsNoNumber) {
  const HeadAnswers answers{1, 1, 2, {std::nanf(""), std::nanf("")}, {0}};
  for (const ReliabilityBin& bin : reliability_bins(answers, 0, 1)) EXPECT_EQ(bin.samples, 0);
}

TEST(ApplyTemperature, IsThePowerOfItsInverse) {
  std::vector<float> p = {0.64F, 0.32F, 0.04F};
  apply_temperature(p, 2);
  const float sum = 0.8F + std::sqrt(0.32F) + 0.2F;
  EXPECT_THAT(p, Pointwise(FloatNear(1e-6F), {0.8F / sum, std::sqrt(0.32F) / sum, 0.2F / sum}));
  std::vector<float> extreme = {1, 1e-38F, 0};
  apply_temperature(extreme, 0.05F);
  EXPECT_THAT(extreme, ElementsAre(1, 0, 0));
}

TEST(ScoreOf, IsSurestForCertainty) {
  for (const CriterionKind kind : {CriterionKind::max_prob, CriterionKind::margin, CriterionKind::entropy}) {
    EXPECT_FLOAT_EQ(score_of(kind, std::array{0.0F, 1.0F, 0.0F}), 1);
    EXPECT_LT(score_of(kind, std::array{0.3F, 0.4F, 0.3F}), 0.5F);
    EXPECT_TRUE(std::isnan(score_of(kind, std::array{0.3F, std::nanf(""), 0.3F})));
    EXPECT_TRUE(std::isnan(score_of(kind, {})));
    EXPECT_FLOAT_EQ(score_of(kind, std::array{1.0F}), 1) << "a single class";
  }
}

TEST(ScoreOf, HasTheDefinitionsOfTheDocs) {
  const std::array p = {0.2F, 0.5F, 0.3F};
  EXPECT_FLOAT_EQ(score_of(CriterionKind::max_prob, p), 0.5F);
  EXPECT_FLOAT_EQ(score_of(CriterionKind::margin, p), 0.2F);
  const double h = -(0.2 * std::log(0.2) + 0.5 * std::log(0.5) + 0.3 * std::log(0.3));
  EXPECT_NEAR(score_of(CriterionKind::entropy, p), 1 - h / std::log(3.0), 1e-6);
  EXPECT_NEAR(score_of(CriterionKind::entropy, std::array{0.25F, 0.25F, 0.25F, 0.25F}), 0, 1e-6);
}

}  // namespace

}  // namespace exeunt

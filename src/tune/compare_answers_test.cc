#include <exeunt/tools/compare.h>

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

Tensor exits(const std::vector<std::int8_t>& values) { return i8({static_cast<std::int64_t>(values.size())}, values); }

/// Answers of two samples and one decision at 0.9; the second one leaves late.
Arrays answers(const std::vector<std::int8_t>& exit = {0, 1}, const std::vector<float>& score = {0.95F, 0.5F},
               const std::vector<float>& probabilities = {0.95F, 0.05F, 0.4F, 0.6F},
               const std::vector<std::int32_t>& top1 = {0, 1}) {
  Arrays arrays;
  arrays["exit"] = exits(exit);
  arrays["score"] = f32({2, 1}, score);
  arrays["probabilities"] = f32({2, 2}, probabilities);
  arrays["top1"] = i32({2}, top1);
  return arrays;
}

constexpr float kThresholds[] = {0.9F};

Comparison compare(const Arrays& ours, const Arrays& theirs) { return compare_answers(ours, theirs, kThresholds); }

TEST(CompareAnswers, EqualOnesDoNotDiffer) {
  const Comparison result = compare(answers(), answers());
  EXPECT_EQ(result.samples, 2);
  std::vector<std::string> names;
  for (const StepDifference& step : result.steps) names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("exit", "top1", "score", "probabilities"));
  EXPECT_EQ(result.first_past, -1);
  EXPECT_EQ(result.other_exits, 0);
}

TEST(CompareAnswers, AnotherExitIsPastTheTolerance) {
  const Comparison result = compare(answers({0, 0}), answers());
  EXPECT_EQ(result.first_past, 0);
  EXPECT_EQ(result.other_exits, 1);
  EXPECT_EQ(result.close_calls, 0);
}

TEST(CompareAnswers, OfASampleAtTheThresholdEitherExitIsRight) {
  const Comparison result =
      compare(answers({1, 1}, {0.89999F, 0.5F}, {0.6F, 0.4F, 0.4F, 0.6F}), answers({0, 1}, {0.90001F, 0.5F}));
  EXPECT_EQ(result.first_past, -1);
  EXPECT_EQ(result.other_exits, 1);
  EXPECT_EQ(result.close_calls, 1);
}

TEST(CompareAnswers, AnotherClassIsPastUnlessBothAreAsLikely) {
  EXPECT_EQ(compare(answers({0, 1}, {0.95F, 0.5F}, {0.95F, 0.05F, 0.4F, 0.6F}, {0, 0}), answers()).first_past, 1);
  const std::vector<float> tie = {0.95F, 0.05F, 0.5F, 0.5F};
  EXPECT_EQ(
      compare(answers({0, 1}, {0.95F, 0.5F}, tie, {0, 0}), answers({0, 1}, {0.95F, 0.5F}, tie, {0, 1})).first_past, -1);
}

TEST(CompareAnswers, ScoresOfDecisionsNotMetDoNotCount) {
  EXPECT_EQ(compare(answers({0, 1}, {kNaN, 0.5F}), answers()).first_past, -1);
  EXPECT_EQ(compare(answers({0, 1}, {0.94F, 0.5F}), answers()).first_past, 2);
}

TEST(CompareAnswers, AsManySamplesAsBothHave) {
  Arrays expected = answers();
  expected["probabilities"] = f32({1, 2}, {0.95F, 0.05F});
  EXPECT_EQ(compare(answers({0, 1}, {0.95F, 0.5F}, {0.95F, 0.05F, 9, 9}), expected).first_past, -1);
}

TEST(CompareAnswers, KeysThatAreMissingAreLeftOut) {
  Arrays expected;
  expected["top1"] = u8({2}, {0, 1});
  const Comparison result = compare(answers(), expected);
  ASSERT_EQ(result.steps.size(), 1U);
  EXPECT_EQ(result.first_past, -1);
  expected.clear();
  expect_error(ErrorCode::format, "none of the arrays exit, top1, score and probabilities",
               [&] { compare(answers(), expected); });
  expected["probabilities"] = f32({2, 3}, {1, 0, 0, 1, 0, 0});
  expect_error(ErrorCode::shape, "array 'probabilities' is f32[2,3]; f32[2,2] was computed",
               [&] { compare(answers(), expected); });
}

}  // namespace

}  // namespace exeunt

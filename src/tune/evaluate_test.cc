#include <exeunt/tools/evaluate.h>

#include <cmath>
#include <cstring>

#include "data/source.h"
#include "support/expect_error.h"
#include "support/labelled_vectors.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

Dataset data_of(std::vector<std::vector<float>> samples, std::vector<std::int32_t> labels) {
  return Dataset(std::make_shared<LabelledVectors>(std::move(samples), std::move(labels)));
}

/// Leaves above 0.5 with x as probabilities; else turns the classes round and answers logits.
const std::string kEvaluatedModel = R"(
  input %x f32[1,3] "x"
  %late = Slice(%x){axes=[1], starts=[2], ends=[-4], steps=[-1]}
  output "scores"
  decide max_prob(%x) > 0.5 {
    exit(%x) predicts(0, 0, 3, true)
    exit(%late) predicts(0, 0, 3, false)
  }
)";

/// Early: classes 0, 1, 2 (right, right, wrong). Late: 2 (right), 0 (wrong).
Dataset five_samples(std::vector<std::int32_t> labels = {0, 1, 0, 2, 1}) {
  return data_of({{0.9F, 0, 0}, {0, 0.8F, 0}, {0, 0, 0.7F}, {0.4F, 0.3F, 0.2F}, {0.1F, 0.2F, 0.3F}}, std::move(labels));
}

TEST(Evaluate, MeasuresAccuracyAndShareOfEachExit) {
  Session session(plan_of(kEvaluatedModel));
  const Evaluation e = evaluate(session, five_samples());
  EXPECT_EQ(e.samples, 5);
  EXPECT_DOUBLE_EQ(e.accuracy.value(), 3.0 / 5);
  ASSERT_EQ(e.exits.size(), 2U);
  EXPECT_EQ(e.exits[0].samples, 3);
  EXPECT_DOUBLE_EQ(e.exits[0].share, 0.6);
  EXPECT_DOUBLE_EQ(e.exits[0].accuracy.value(), 2.0 / 3);
  EXPECT_EQ(e.exits[1].samples, 2);
  EXPECT_DOUBLE_EQ(e.exits[1].accuracy.value(), 0.5);
  EXPECT_GT(e.latency_us.mean, 0);
  EXPECT_FALSE(e.against.has_value());
  EXPECT_TRUE(e.heads.empty());
}

TEST(Evaluate, ConfusionIsByLabelThenAnswer) {
  Session session(plan_of(kEvaluatedModel));
  const Evaluation e = evaluate(session, five_samples());
  EXPECT_THAT(e.confusion, ElementsAre(ElementsAre(1, 0, 1), ElementsAre(1, 1, 0), ElementsAre(0, 0, 1)));
}

TEST(Evaluate, WritesDownEverySample) {
  Session session(plan_of(kEvaluatedModel));
  const Evaluation e = evaluate(session, five_samples());
  EXPECT_THAT(values<std::int8_t>(e.by_sample.at("exit")), ElementsAre(0, 0, 0, 1, 1));
  EXPECT_THAT(values<std::int32_t>(e.by_sample.at("top1")), ElementsAre(0, 1, 2, 2, 0));
  EXPECT_EQ(e.by_sample.at("score").shape(), (Shape{5, 1}));
  EXPECT_THAT(values<float>(e.by_sample.at("score")), ElementsAre(0.9F, 0.8F, 0.7F, 0.4F, 0.3F));
  const Tensor& probabilities = e.by_sample.at("probabilities");
  EXPECT_EQ(probabilities.shape(), (Shape{5, 3}));
  EXPECT_EQ(probabilities.span<float>()[0], 0.9F) << "probabilities stay as they are";
  const auto logits = probabilities.span<float>().subspan(9, 3);
  EXPECT_NEAR(logits[0] + logits[1] + logits[2], 1, 1e-6F) << "logits go through a softmax";
  EXPECT_NEAR(logits[2] / logits[0], std::exp(0.2F), 1e-5F);
}

TEST(Evaluate, SamplesWithANanAreToldOnceHoweverOftenTheyRun) {
  const float nan = std::nanf("");
  const Dataset data = data_of({{0.9F, 0, 0}, {0, nan, 0}, {nan, nan, nan}}, {0, 1, 2});
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.all_exits = true;
  const NanSamples seen = evaluate(session, data, options).nan_samples;
  EXPECT_EQ(seen.count, 2);
  EXPECT_EQ(seen.first, 1);
  EXPECT_EQ(evaluate(session, five_samples()).nan_samples.count, 0);
}

TEST(Evaluate, BatchesAnswerAsSingleSamples) {
  for (const std::int64_t batch : {2, 5, 64}) {
    Session session(plan_of(kEvaluatedModel), {.max_batch = batch});
    EvaluateOptions options;
    options.batch = batch;
    const Evaluation e = evaluate(session, five_samples(), options);
    EXPECT_THAT(values<std::int32_t>(e.by_sample.at("top1")), ElementsAre(0, 1, 2, 2, 0));
    EXPECT_DOUBLE_EQ(e.accuracy.value(), 3.0 / 5);
  }
}

TEST(Evaluate, HandsOutWhatTheSessionCountedOfTheMix) {
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.all_exits = true;
  const Statistics statistics = evaluate(session, five_samples(), options).statistics;
  EXPECT_EQ(statistics.exits[0].samples, 3);
  EXPECT_EQ(statistics.exits[1].samples, 2);
}

TEST(Evaluate, ADeadlineInTheFarFutureChangesNothing) {
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.deadline_us = 3.6e9;
  const Evaluation e = evaluate(session, five_samples(), options);
  EXPECT_EQ(e.exits[0].samples, 3);
  ASSERT_TRUE(e.deadline.has_value());
  EXPECT_EQ(e.deadline->runs, 5);
  EXPECT_EQ(e.deadline->cut_short, 0);
  EXPECT_FALSE(e.deadline->cut_short_accuracy.has_value());
  EXPECT_THAT(values<std::uint8_t>(e.by_sample.at("cut_short")), ElementsAre(0, 0, 0, 0, 0));
}

TEST(Evaluate, WithADeadlineOfNothingTheFirstExitAnswers) {
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.deadline_us = 0;
  const Evaluation e = evaluate(session, five_samples({0, 1, 0, 0, 1}), options);
  EXPECT_EQ(e.exits[0].samples, 5);
  EXPECT_THAT(values<std::uint8_t>(e.by_sample.at("cut_short")), ElementsAre(0, 0, 0, 1, 1));
  EXPECT_THAT(e.deadline.value().cut_short_by_exit, ElementsAre(2, 0));
  EXPECT_DOUBLE_EQ(e.deadline->cut_short_accuracy.value(), .5) << "class 0 is right, class 2 is not";
  EXPECT_EQ(e.deadline->missed, 5);
}

TEST(Evaluate, ADeadlineIsForOneSample) {
  Session session(plan_of(kEvaluatedModel), {.max_batch = 2});
  EvaluateOptions options;
  options.batch = 2;
  options.deadline_us = 5;
  expect_error(ErrorCode::argument, "a deadline is for one sample",
               [&] { evaluate(session, five_samples(), options); });
}

TEST(Evaluate, ABatchBeyondTheSessionsIsCutToIt) {
  Session session(plan_of(kEvaluatedModel), {.max_batch = 2});
  EvaluateOptions options;
  options.batch = 100;
  EXPECT_EQ(evaluate(session, five_samples(), options).exits[0].samples, 3);
  options.batch = 0;
  expect_error(ErrorCode::argument, "a batch of 0", [&] { evaluate(session, five_samples(), options); });
}

TEST(Evaluate, AllExitsRunsEveryHeadOnEverySample) {
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.all_exits = true;
  const Evaluation e = evaluate(session, five_samples(), options);
  ASSERT_EQ(e.heads.size(), 2U);
  EXPECT_DOUBLE_EQ(e.heads[0].accuracy.value(), 2.0 / 5);  // answers 0 1 2 0 2
  EXPECT_DOUBLE_EQ(e.heads[1].accuracy.value(), 3.0 / 5);  // answers 2 1 0 2 0
  EXPECT_GT(e.heads[0].latency_us.mean, 0);
  EXPECT_EQ(e.exits[0].samples, 3) << "the mix is not touched by it";
  const Tensor unsure = f32({1, 3}, {0, 0, 0});
  EXPECT_EQ(session.run(unsure.view()).exit(0), 1) << "nor is what the session does next";
}

TEST(Evaluate, AgainstAnotherModelOnTheSameSamples) {
  Session session(plan_of(kEvaluatedModel));
  Session plain(plan_of("input %x f32[1,3] \"x\"\noutput \"y\"\nexit(%x) predicts(0, 0, 3, true)"));
  EvaluateOptions options;
  options.against = &plain;
  const Evaluation e = evaluate(session, five_samples(), options);
  ASSERT_TRUE(e.against.has_value());
  EXPECT_DOUBLE_EQ(e.against->accuracy.value(), 2.0 / 5);
  EXPECT_NEAR(e.against->agreement, 3.0 / 5, 1e-12);
  EXPECT_TRUE(e.against->late_path_extra_us.has_value());
  EXPECT_GT(e.against->latency_us.mean, 0);
}

TEST(Evaluate, AgainstASessionOfSmallerBatches) {
  Session session(plan_of(kEvaluatedModel), {.max_batch = 5});
  Session plain(plan_of("input %x f32[1,3] \"x\"\noutput \"y\"\nexit(%x) predicts(0, 0, 3, true)"), {.max_batch = 2});
  EvaluateOptions options;
  options.batch = 5;
  options.against = &plain;
  EXPECT_NEAR(evaluate(session, five_samples(), options).against->agreement, 3.0 / 5, 1e-12);
}

TEST(Evaluate, WithoutLabelsThereIsNoAccuracy) {
  Session session(plan_of(kEvaluatedModel));
  const Evaluation e = evaluate(session, five_samples({}));
  EXPECT_FALSE(e.accuracy.has_value());
  EXPECT_FALSE(e.exits[0].accuracy.has_value());
  EXPECT_TRUE(e.confusion.empty());
  EXPECT_EQ(e.exits[0].samples, 3);
  EXPECT_THAT(values<std::int32_t>(e.by_sample.at("top1")), ElementsAre(0, 1, 2, 2, 0));
}

TEST(Evaluate, AnExitThatNobodyTookHasNoAccuracy) {
  Session session(plan_of(kEvaluatedModel));
  session.set_threshold(0, 2);
  const Evaluation e = evaluate(session, five_samples());
  EXPECT_EQ(e.exits[0].samples, 0);
  EXPECT_EQ(e.exits[0].share, 0);
  EXPECT_FALSE(e.exits[0].accuracy.has_value());
  EXPECT_EQ(e.exits[0].latency_us.mean, 0);
  EXPECT_EQ(e.exits[1].samples, 5);
}

TEST(Evaluate, NoSamplesAreNoError) {
  Session session(plan_of(kEvaluatedModel));
  const Evaluation e = evaluate(session, data_of({}, {}));
  EXPECT_EQ(e.samples, 0);
  EXPECT_FALSE(e.accuracy.has_value());
  EXPECT_EQ(e.exits[0].share, 0);
}

TEST(Evaluate, RefusesLabelsThatAreNoClass) {
  Session session(plan_of(kEvaluatedModel));
  expect_error(ErrorCode::argument, "the data has label 3; the model knows classes 0 to 2", [&] {
    evaluate(session, five_samples({0, 1, 2, 3, 0}));
  });
  expect_error(ErrorCode::argument, "the data has label -1", [&] {
    evaluate(session, five_samples({0, -1, 2, 0, 0}));
  });
}

TEST(Evaluate, RefusesModelsThatItCannotMeasure) {
  Session mute(plan_of("input %x f32[1,3] \"x\"\noutput \"y\"\nexit(%x)"));
  expect_error(ErrorCode::argument, "the model does not classify", [&] { evaluate(mute, five_samples()); });
  Session two(
      plan_of("input %x f32[1,3] \"x\"\ninput %z f32[1,3] \"z\"\n%s = Add(%x, %z)\noutput \"y\"\n"
              "exit(%s) predicts(0, 0, 3, true)"));
  expect_error(ErrorCode::argument, "the model has 2 inputs", [&] { evaluate(two, five_samples()); });
  Session whole(plan_of(
      "input %x f32[4,3] \"x\"\n%s = ReduceMax(%x){axes=[0]}\noutput \"y\"\nexit(%s) predicts(0, 0, 3, false)"));
  expect_error(ErrorCode::argument, "no batch axis", [&] { evaluate(whole, five_samples()); });
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.against = &two;
  expect_error(ErrorCode::argument, "the model has 2 inputs", [&] { evaluate(session, five_samples(), options); });
}

TEST(Evaluate, ReportsItsProgressUpToTheEnd) {
  Session session(plan_of(kEvaluatedModel));
  EvaluateOptions options;
  options.all_exits = true;
  std::int64_t last = 0;
  std::int64_t last_total = 0;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GE(done, last);
    EXPECT_LE(done, total);
    last = done;
    last_total = total;
  };
  evaluate(session, five_samples(), options);
  EXPECT_EQ(last, last_total);
  EXPECT_EQ(last_total, 15);
}

TEST(ClassProbabilities, AreEmptyWithoutClasses) {
  Session mute(plan_of("input %x f32[1,3] \"x\"\noutput \"y\"\nexit(%x)"));
  const Tensor x = f32({1, 3}, {1, 2, 3});
  EXPECT_TRUE(class_probabilities(mute.run(x.view()), 0).empty());
}

TEST(ClassProbabilities, OfOtherFloatTypesAndLargeLogits) {
  Session session(
      plan_of("input %x f32[1,3] \"x\"\n%h = Cast(%x){to=f64}\noutput \"y\"\nexit(%h) predicts(0, 0, 3, false)"));
  const Tensor x = f32({1, 3}, {10000, -10000, 10000});
  EXPECT_THAT(class_probabilities(session.run(x.view()), 0), ElementsAre(0.5F, 0, 0.5F));
}

TEST(TopClass, IsTheFirstOfTheLargest) {
  EXPECT_EQ(top_class(std::array{0.1F, 0.4F, 0.4F}), 1);
  EXPECT_EQ(top_class({}), -1);
}

}  // namespace

}  // namespace exeunt

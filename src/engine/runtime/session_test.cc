#include <exeunt/session.h>

#include <thread>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

/// Three exits in a row; the largest of %x is the score of both decisions. The answer is x times 1, 10 or 100.
const std::string kChain = R"(
  input %x f32[1,3] "picture"
  const %ten f32[] = {10}
  %b = Mul(%x, %ten)
  %c = Mul(%b, %ten)
  output "answer"
  decide max_prob(%x) > 0.9 "first" {
    exit(%x) predicts(0, 0, 3, true)
    decide max_prob(%x) > 0.5 "second" {
      exit(%b)
      exit(%c)
    }
  }
)";

/// A router whose two arms decide again: exits 0 to 3 answer 0 to 3. The route is decided by %g alone.
const std::string kTree = R"(
  input %x f32[1,2] "x"
  input %g bool[1] "gate"
  const %e0 f32[1] = {0}
  const %e1 f32[1] = {1}
  const %e2 f32[1] = {2}
  const %e3 f32[1] = {3}
  output "answer"
  decide predicate(%g) > 0.5 "route" {
    decide max_prob(%x) > 0.9 "left" { exit(%e0) exit(%e1) }
    decide max_prob(%x) > 0.7 "right" { exit(%e2) exit(%e3) }
  }
)";

std::vector<float> answer(const Results& results, std::int64_t i = 0) {
  const auto values = results.output(i).span<float>();
  return {values.begin(), values.end()};
}

int exit_of(Session& session, const std::vector<float>& x) {
  const Tensor input = f32({1, 3}, x);
  return session.run(input.view()).exit(0);
}

TEST(SessionThresholds, ComeFromTheModel) {
  Session session(plan_of(kChain));
  EXPECT_EQ(session.threshold(0), 0.9F);
  EXPECT_EQ(session.threshold(1), 0.5F);
  EXPECT_EQ(exit_of(session, {0.95F, 0, 0}), 0);
  EXPECT_EQ(exit_of(session, {0.9F, 0, 0}), 1) << "a score at the threshold stays";
  EXPECT_EQ(exit_of(session, {0.5F, 0, 0}), 2);
}

TEST(SessionThresholds, OneForAllDecisions) {
  Session session(plan_of(kChain));
  session.set_thresholds(std::array{0.2F});
  EXPECT_EQ(session.threshold(0), 0.2F);
  EXPECT_EQ(session.threshold(1), 0.2F);
  EXPECT_EQ(exit_of(session, {0.3F, 0, 0}), 0);
}

TEST(SessionThresholds, OneForEachDecision) {
  Session session(plan_of(kChain));
  session.set_thresholds(std::array{2.0F, 0.1F});
  EXPECT_EQ(exit_of(session, {0.95F, 0, 0}), 1);
  session.set_threshold(1, 3.0F);
  EXPECT_EQ(exit_of(session, {0.95F, 0, 0}), 2);
}

TEST(SessionThresholds, APredicateHasNone) {
  Session session(plan_of(kTree));
  expect_error(ErrorCode::argument, "decision 0 ('route') is a predicate", [&] { session.set_threshold(0, 0.1F); });
  session.set_thresholds(std::array{0.3F});
  EXPECT_EQ(session.threshold(0), kPredicateThreshold);
  EXPECT_EQ(session.threshold(1), 0.3F);
  EXPECT_EQ(session.threshold(2), 0.3F);
  session.set_thresholds(std::array{0.4F, 0.5F});
  EXPECT_EQ(session.threshold(0), kPredicateThreshold) << "a list counts the decisions that have a threshold";
  EXPECT_EQ(session.threshold(1), 0.4F);
  EXPECT_EQ(session.threshold(2), 0.5F);
}

TEST(SessionThresholds, ARefusedListChangesNothing) {
  Session session(plan_of(kTree));
  expect_error(ErrorCode::argument, "3 thresholds were given; the model has 2 decisions with a threshold", [&] {
    session.set_thresholds(std::array{0.1F, 0.2F, 0.3F});
  });
  expect_error(ErrorCode::argument, "0 thresholds", [&] { session.set_thresholds({}); });
  EXPECT_EQ(session.threshold(1), 0.9F);
  EXPECT_EQ(session.threshold(2), 0.7F);
}

TEST(SessionThresholds, OutOfRange) {
  Session session(plan_of(kChain));
  for (const int decision : {-1, 2, 100}) {
    expect_error(ErrorCode::argument, "there is no decision", [&] { session.set_threshold(decision, 0); });
    expect_error(ErrorCode::argument, "the model has 2", [&] { static_cast<void>(session.threshold(decision)); });
  }
  Session plain(plan_of("input %x f32[1,2] \"x\"\noutput \"y\"\nexit(%x)"));
  expect_error(ErrorCode::argument, "no decision with a threshold", [&] { plain.set_thresholds(std::array{0.5F}); });
}

TEST(SessionForceExit, OnAChain) {
  Session session(plan_of(kChain));
  for (const int exit : {2, 0, 1}) {
    session.force_exit(exit);
    for (const float score : {0.0F, 0.6F, 1.0F, kNaN}) EXPECT_EQ(exit_of(session, {score, 0, 0}), exit);
  }
  session.force_exit(std::nullopt);
  EXPECT_EQ(exit_of(session, {0.6F, 0, 0}), 1);
}

TEST(SessionForceExit, OnATree) {
  Session session(plan_of(kTree));
  const Tensor x = f32({1, 2}, {0.8F, 0});
  for (const bool gate : {false, true}) {
    const Tensor g = boolean({1}, {gate});
    const std::array inputs = {x.view(), g.view()};
    for (const int exit : {3, 0, 2, 1}) {
      session.force_exit(exit);
      const Results& results = session.run(inputs);
      EXPECT_EQ(results.exit(0), exit);
      EXPECT_THAT(answer(results), ElementsAre(static_cast<float>(exit)));
    }
    session.force_exit(std::nullopt);
    EXPECT_EQ(session.run(inputs).exit(0), gate ? 1 : 2);
  }
}

TEST(SessionForceExit, RefusesWhatIsNotThereAndKeepsWhatWas) {
  Session session(plan_of(kChain));
  session.force_exit(0);
  expect_error(ErrorCode::argument, "there is no exit 3; the model has 3", [&] { session.force_exit(3); });
  expect_error(ErrorCode::argument, "there is no exit -1", [&] { session.force_exit(-1); });
  EXPECT_EQ(exit_of(session, {0, 0, 0}), 0);
}

TEST(SessionForceExit, KeepsTheScoresThatASampleMeets) {
  Session session(plan_of(kChain));
  session.force_exit(2);
  const Tensor input = f32({1, 3}, {0.95F, 0, 0});
  EXPECT_THAT(session.run(input.view()).scores(0), ElementsAre(0.95F, 0.95F));
}

TEST(SessionScores, NaNWhereASampleDidNotComeBy) {
  Session session(plan_of(kTree));
  const Tensor x = f32({1, 2}, {0.8F, 0});
  const Tensor right = boolean({1}, {false});
  const Results& results = session.run(std::array{x.view(), right.view()});
  EXPECT_THAT(results.scores(0), ElementsAre(0, IsNaN(), 0.8F));
  EXPECT_EQ(results.score(0), 0.8F);
  const Tensor left = boolean({1}, {true});
  session.run(std::array{x.view(), left.view()});
  EXPECT_THAT(results.scores(0), ElementsAre(1, 0.8F, IsNaN()));
  EXPECT_EQ(results.score(0), 0.8F);
}

TEST(SessionScores, NaNIsTheScoreOfTheLastDecisionIfItIs) {
  const std::string text = R"(
    input %x f32[1,1] "x"
    input %z f32[1,1] "z"
    output "y"
    decide max_prob(%x) > 0.9 { exit(%x) decide max_prob(%z) > 0.9 { exit(%x) exit(%z) } }
  )";
  Session session(plan_of(text));
  const Tensor low = f32({1, 1}, {0.5F});
  const Tensor nan = f32({1, 1}, {kNaN});
  const Results& results = session.run(std::array{low.view(), nan.view()});
  EXPECT_EQ(results.exit(0), 2);
  EXPECT_THAT(results.score(0), IsNaN());
}

TEST(SessionScores, ThereIsNoneWithoutADecision) {
  Session session(plan_of("input %x f32[1,2] \"x\"\noutput \"y\"\nexit(%x)"));
  const Tensor x = f32({1, 2}, {1, 2});
  const Results& results = session.run(x.view());
  EXPECT_THAT(results.score(0), IsNaN());
  EXPECT_TRUE(results.scores(0).empty());
  EXPECT_FALSE(results.class_scores(0).has_value());
}

TEST(SessionInputs, SaysWhatDoesNotFit) {
  Session session(plan_of(kTree), {.max_batch = 4});
  const Tensor x = f32({1, 2}, {1, 2});
  const Tensor g = boolean({1}, {true});
  const auto run = [&](std::vector<TensorView> inputs) { session.run(inputs); };
  expect_error(ErrorCode::argument, "1 inputs were given; the model has 2", [&] { run({x.view()}); });
  expect_error(ErrorCode::argument, "3 inputs", [&] { run({x.view(), g.view(), g.view()}); });
  expect_error(ErrorCode::dtype, "input 'x' is bool; f32 is needed", [&] { run({g.view(), g.view()}); });
  const Tensor wide = f32({1, 3}, {1, 2, 3});
  expect_error(ErrorCode::shape, "input 'x' is [1,3]; [1,2] is needed", [&] { run({wide.view(), g.view()}); });
  const Tensor flat = f32({2}, {1, 2});
  expect_error(ErrorCode::shape, "input 'x' is [2]; [1,2] is needed", [&] { run({flat.view(), g.view()}); });
  const Tensor scalar = f32({}, {1});
  expect_error(ErrorCode::shape, "input 'x' is []", [&] { run({scalar.view(), g.view()}); });
  const Tensor two = boolean({2}, {true, false});
  expect_error(ErrorCode::shape, "input 'gate' has 2 samples, the first input 1", [&] { run({x.view(), two.view()}); });
  expect_error(ErrorCode::argument, "input 'x' has no data", [&] { run({TensorView{nullptr, x.type()}, g.view()}); });
}

TEST(SessionInputs, TakesOneToMaxBatchSamples) {
  Session session(plan_of(kChain), {.max_batch = 2});
  EXPECT_EQ(session.max_batch(), 2);
  const Tensor three = counting({3, 3});
  expect_error(ErrorCode::argument, "3 samples in one run; this session takes 1 to 2",
               [&] { session.run(three.view()); });
  const Tensor none = f32({0, 3}, {});
  expect_any_error([&] { session.run(none.view()); });
  for (const std::int64_t max_batch : {0, -1}) {
    expect_error(ErrorCode::argument, "at least 1 is needed",
                 [&] { Session(plan_of(kChain), {.max_batch = max_batch}); });
  }
}

TEST(SessionInputs, AFirstAxisOfAnotherSizeIsNoBatch) {
  Session session(plan_of("input %x f32[2,3] \"x\"\n%y = Relu(%x)\noutput \"y\"\nexit(%y)"), {.max_batch = 4});
  const Tensor x = f32({2, 3}, {-1, 2, -3, 4, -5, 6});
  const Results& results = session.run(x.view());
  EXPECT_EQ(results.size(), 1);
  EXPECT_EQ(results.output(0).shape(), (Shape{2, 3}));
  EXPECT_THAT(answer(results), ElementsAre(0, 2, 0, 4, 0, 6));
  const Tensor four = counting({4, 3});
  expect_error(ErrorCode::shape, "input 'x' is [4,3]; [2,3] is needed", [&] { session.run(four.view()); });
}

TEST(Session, MovesWithItsSettings) {
  Session first(plan_of(kChain));
  first.set_threshold(0, 0.1F);
  Session second = std::move(first);
  EXPECT_EQ(exit_of(second, {0.2F, 0, 0}), 0);
  Session third(plan_of(kTree));
  third = std::move(second);
  EXPECT_EQ(third.plan().outputs(), std::vector<std::string>{"answer"});
  EXPECT_EQ(exit_of(third, {0.2F, 0, 0}), 0);
}

TEST(Session, OutlivesThePlanItWasMadeOf) {
  std::optional<Plan> plan = plan_of(kChain);
  Session session(*plan);
  plan.reset();
  EXPECT_EQ(exit_of(session, {0.6F, 0, 0}), 1);
}

}  // namespace

}  // namespace exeunt

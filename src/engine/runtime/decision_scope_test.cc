#include <exeunt/session.h>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Two exits that answer 0 and 1; above 0.5 of x's larger value leaves.
std::string two_exits(const std::string& combine) {
  return "input %x f32[1,2] \"x\"\nconst %e f32[1,1] = {0}\nconst %l f32[1,1] = {1}\noutput \"y\"\n"
         "decide max_prob(%x) > 0.5 batch(" +
         combine + ") \"sure\" { exit(%e) exit(%l) }";
}

std::vector<int> exits_taken(const std::string& text, const SessionOptions& options, const Tensor& x) {
  Session session(plan_of(text), options);
  const Results& results = session.run(x.view());
  std::vector<int> exits;
  for (std::int64_t i = 0; i < results.size(); ++i) exits.push_back(results.exit(i));
  return exits;
}

const SessionOptions kSample = {.max_batch = 4};
const SessionOptions kWholeBatch = {.max_batch = 4, .decision_scope = DecisionScope::batch};

TEST(DecisionScope, EachSampleDecidesUnlessTheBatchIsAskedFor) {
  const Tensor x = f32({3, 2}, {0.9F, 0, 0.1F, 0, 0, 0.6F});
  for (const std::string combine : {"max", "min", "mean", "first", "none"}) {
    EXPECT_THAT(exits_taken(two_exits(combine), kSample, x), ElementsAre(0, 1, 0)) << combine;
  }
  EXPECT_THAT(exits_taken(two_exits("max"), kWholeBatch, x), ElementsAre(0, 0, 0));
  EXPECT_THAT(exits_taken(two_exits("min"), kWholeBatch, x), ElementsAre(1, 1, 1));
  EXPECT_THAT(exits_taken(two_exits("first"), kWholeBatch, x), ElementsAre(0, 0, 0));
}

TEST(DecisionScope, AThresholdAndForcedExitsHoldForTheBatch) {
  Session session(plan_of(two_exits("max")), kWholeBatch);
  const Tensor x = f32({2, 2}, {0.6F, 0, 0.1F, 0});
  EXPECT_EQ(session.run(x.view()).exit(1), 0);
  session.set_threshold(0, 0.7F);
  EXPECT_EQ(session.run(x.view()).exit(0), 1);
  session.force_exit(0);
  EXPECT_EQ(session.run(x.view()).exit(1), 0);
}

TEST(DecisionScope, AConditionThatDoesNotCombineSamplesTakesOneOnly) {
  Session session(plan_of(two_exits("none")), kWholeBatch);
  const Tensor two = f32({2, 2}, {0.9F, 0, 0.1F, 0});
  expect_error(ErrorCode::unsupported, "decision 'sure' cannot be taken for 2 samples at once",
               [&] { session.run(two.view()); });
  const Tensor one = f32({1, 2}, {0.9F, 0});
  EXPECT_EQ(session.run(one.view()).exit(0), 0);
}

TEST(CombineScores, AreThoseOfTheNames) {
  const std::array scores = {0.5F, 0.25F, 0.75F};
  EXPECT_EQ(combine_scores(Combine::max, scores), 0.75F);
  EXPECT_EQ(combine_scores(Combine::min, scores), 0.25F);
  EXPECT_EQ(combine_scores(Combine::mean, scores), 0.5F);
  EXPECT_EQ(combine_scores(Combine::first, scores), 0.5F);
  const std::array with_nan = {0.5F, kNaN, 0.75F};
  for (const Combine combine : {Combine::max, Combine::min, Combine::mean})
    EXPECT_THAT(combine_scores(combine, with_nan), IsNaN());
  EXPECT_EQ(combine_scores(Combine::first, with_nan), 0.5F);
}

TEST(CombineScores, NegatingTurnsSomeIntoAll) {
  EXPECT_EQ(negated(Combine::max), Combine::min);
  EXPECT_EQ(negated(Combine::min), Combine::max);
  EXPECT_EQ(negated(Combine::first), Combine::first);
  EXPECT_EQ(negated(Combine::mean), Combine::none);
}

}  // namespace

}  // namespace exeunt

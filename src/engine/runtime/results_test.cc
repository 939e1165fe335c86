#include <exeunt/session.h>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

/// Two exits with the outputs given for each, over %x f32[1,2] and what `nodes` makes of it; leaves above 0.5.
Plan two_exits(const std::string& nodes, const std::string& first, const std::string& second) {
  return plan_of("input %x f32[1,2] \"x\"\n" + nodes +
                 "\noutput \"a\"\noutput \"b\"\ndecide max_prob(%x) > 0.5 {\nexit" + first + "\nexit" + second + "\n}");
}

/// Samples 0 and 2 leave early.
Tensor three_samples() { return f32({3, 2}, {0.9F, 0.1F, 0.2F, 0.3F, 0.6F, 0.4F}); }

TEST(ResultsStacked, BatchedOutputsLieOneAfterAnother) {
  const Plan plan = two_exits("%n = Neg(%x)", "(%x, %x)", "(%n, %x)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  const std::optional<TensorView> all = results.stacked(0);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->type, (TensorType{DType::f32, {3, 2}}));
  EXPECT_THAT(all->span<float>(), ElementsAre(0.9F, 0.1F, -0.2F, -0.3F, 0.6F, 0.4F));
}

TEST(ResultsStacked, AFlagOfOneElementBecomesOneNumberASample) {
  const Plan plan = two_exits("const %e i64[1] = {0}\nconst %l i64[1] = {1}", "(%x, %e)", "(%x, %l)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const std::optional<TensorView> flags = session.run(x.view()).stacked(1);
  ASSERT_TRUE(flags.has_value());
  EXPECT_EQ(flags->type, (TensorType{DType::i64, {3}}));
  EXPECT_THAT(flags->span<std::int64_t>(), ElementsAre(0, 1, 0));
}

TEST(ResultsStacked, AScalarBecomesOneNumberASample) {
  const Plan plan = two_exits("const %e i32[] = {0}\nconst %l i32[] = {1}", "(%x, %e)", "(%x, %l)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  EXPECT_EQ(results.output(1, 1).shape(), Shape{});
  const std::optional<TensorView> flags = results.stacked(1);
  ASSERT_TRUE(flags.has_value());
  EXPECT_EQ(flags->type, (TensorType{DType::i32, {3}}));
  EXPECT_THAT(flags->span<std::int32_t>(), ElementsAre(0, 1, 0));
}

TEST(ResultsStacked, OutputsWithoutABatchAxisGetOne) {
  const Plan plan = two_exits("const %e u8[2] = {1, 2}\nconst %l u8[2] = {3, 4}", "(%x, %e)", "(%x, %l)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const std::optional<TensorView> all = session.run(x.view()).stacked(1);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->type, (TensorType{DType::u8, {3, 2}}));
  EXPECT_THAT(all->span<std::uint8_t>(), ElementsAre(1, 2, 3, 4, 1, 2));
}

TEST(ResultsStacked, ThereIsNoneWhereExitsDiffer) {
  const std::string nodes = "%w = Concat(%x, %x){axis=1}\n%d = Cast(%x){to=f64}";
  const Plan shapes = two_exits(nodes, "(%x, %x)", "(%w, %d)");
  Session session(shapes, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  EXPECT_FALSE(results.stacked(0).has_value());
  EXPECT_FALSE(results.stacked(1).has_value());
  EXPECT_EQ(results.output(0, 0).shape(), (Shape{1, 2}));
  EXPECT_EQ(results.output(1, 0).shape(), (Shape{1, 4}));
  EXPECT_THAT(results.output(1, 0).span<float>(), ElementsAre(0.2F, 0.3F, 0.2F, 0.3F));
  EXPECT_EQ(results.output(1, 1).dtype(), DType::f64);
  EXPECT_THAT(results.output(2, 0).span<float>(), ElementsAre(0.6F, 0.4F));
}

TEST(ResultsStacked, AnEmptyOutputIsEmpty) {
  const Plan plan = two_exits("%s = Slice(%x){axes=[1], starts=[2], ends=[2], steps=[1]}", "(%x, %s)", "(%x, %s)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  EXPECT_EQ(results.output(0, 1).shape(), (Shape{1, 0}));
  EXPECT_EQ(results.stacked(1)->shape(), (Shape{3, 0}));
}

TEST(ResultsClassScores, AreFoundBehindAnOffset) {
  const Plan plan = two_exits("const %f f32[1,1] = {7}\n%j = Concat(%f, %x){axis=1}",
                              "(%j, %x) predicts(0, 1, 2, true)", "(%x, %j) predicts(1, 1, 2, false)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  EXPECT_THAT(results.class_scores(0)->span<float>(), ElementsAre(0.9F, 0.1F));
  EXPECT_EQ(results.class_scores(0)->shape(), Shape{2});
  EXPECT_TRUE(results.are_probabilities(0));
  EXPECT_THAT(results.class_scores(1)->span<float>(), ElementsAre(0.2F, 0.3F));
  EXPECT_FALSE(results.are_probabilities(1));
}

TEST(ResultsClassScores, OnlySomeExitsMayHaveThem) {
  const Plan plan = two_exits("", "(%x, %x) predicts(0, 0, 2, true)", "(%x, %x)");
  Session session(plan, {.max_batch = 3});
  const Tensor x = three_samples();
  const Results& results = session.run(x.view());
  EXPECT_TRUE(results.class_scores(0).has_value());
  EXPECT_FALSE(results.class_scores(1).has_value());
}

}  // namespace

}  // namespace exeunt

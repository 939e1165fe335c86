#include "graph/criterion.h"

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr std::array kCriteria = {Criterion::max_prob, Criterion::margin, Criterion::entropy, Criterion::patience,
                                  Criterion::predicate};

float score(Criterion criterion, const Tensor& x) { return make_scorer(criterion, true, x.dtype())(x.view()); }

TEST(Criterion, IsKnownByItsName) {
  EXPECT_EQ(criterion_kind_name(Criterion::max_prob), "max_prob");
  EXPECT_EQ(criterion_kind_name(Criterion::predicate), "predicate");
  for (const Criterion& criterion : kCriteria)
    EXPECT_EQ(parse_criterion_kind(criterion_kind_name(criterion)), criterion);
  EXPECT_EQ(parse_criterion_kind("MaxProb"), std::nullopt);
  EXPECT_EQ(parse_criterion_kind(""), std::nullopt);
}

TEST(Criterion, OnlyAPredicateHasNoThresholdToTune) {
  EXPECT_TRUE(is_tunable(Criterion::max_prob));
  EXPECT_FALSE(is_tunable(Criterion::predicate));
}

TEST(CheckCriterion, MaxProbLooksAtFloatsAndPredicateAtBool) {
  for (const DType dtype : kAllTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const TensorType type{dtype, {1, 10}};
    if (is_float(dtype)) {
      EXPECT_NO_THROW(check_criterion(Criterion::max_prob, type));
    } else {
      expect_error(ErrorCode::dtype, "criterion max_prob cannot look at " + type.str(),
                   [&] { check_criterion(Criterion::max_prob, type); });
    }
    if (dtype == DType::boolean) {
      EXPECT_NO_THROW(check_criterion(Criterion::predicate, type));
    } else {
      expect_error(ErrorCode::dtype, "criterion predicate", [&] { check_criterion(Criterion::predicate, type); });
    }
  }
}

TEST(CheckCriterion, NothingDecidesOnAnEmptyTensor) {
  expect_error(ErrorCode::shape, "empty", [] { check_criterion(Criterion::max_prob, {DType::f32, {1, 0}}); });
  expect_error(ErrorCode::shape, "empty", [] { check_criterion(Criterion::predicate, {DType::boolean, {0}}); });
  EXPECT_NO_THROW(check_criterion(Criterion::predicate, {DType::boolean, {}}));
}

TEST(MaxProb, ScoresTheLargestElementInEveryFloatType) {
  for (const DType dtype : kFloats) {
    SCOPED_TRACE(dtype_name(dtype));
    EXPECT_EQ(score(Criterion::max_prob, tensor(dtype, {1, 3}, {0.25, 0.625, 0.125})), 0.625F);
    EXPECT_EQ(score(Criterion::max_prob, tensor(dtype, {}, {0.5})), 0.5F);
    EXPECT_EQ(score(Criterion::max_prob, tensor(dtype, {2}, {-3, -2})), -2.0F);
  }
}

TEST(MaxProb, PassesInfinitiesOn) {
  EXPECT_EQ(score(Criterion::max_prob, f32({3}, {-kInf, 1, kInf})), kInf);
  EXPECT_EQ(score(Criterion::max_prob, f32({2}, {-kInf, -kInf})), -kInf);
}

TEST(MaxProb, ANaNNeverLeaves) {
  for (const DType dtype : kFloats) {
    for (const std::size_t at : {0U, 1U, 2U}) {
      SCOPED_TRACE(fmt::format("{} at {}", dtype_name(dtype), at));
      std::vector<double> values(3, 1);
      values[at] = kNaN;
      const float s = score(Criterion::max_prob, tensor(dtype, {3}, values));
      EXPECT_THAT(s, IsNaN());
      for (const float threshold : {-kInf, 0.0F, kNaN}) EXPECT_FALSE(s > threshold);
    }
  }
}

TEST(Predicate, HoldsIfAnyElementIsTrue) {
  EXPECT_EQ(score(Criterion::predicate, boolean({}, {true})), 1.0F);
  EXPECT_EQ(score(Criterion::predicate, boolean({}, {false})), 0.0F);
  EXPECT_EQ(score(Criterion::predicate, boolean({1, 3}, {false, false, true})), 1.0F);
  EXPECT_EQ(score(Criterion::predicate, boolean({3}, {false, false, false})), 0.0F);
}

TEST(Predicate, ItsThresholdSeparatesTrueFromFalse) {
  EXPECT_GT(score(Criterion::predicate, boolean({}, {true})), kPredicateThreshold);
  EXPECT_LT(score(Criterion::predicate, boolean({}, {false})), kPredicateThreshold);
}

}  // namespace

}  // namespace exeunt

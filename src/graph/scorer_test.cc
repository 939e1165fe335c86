#include <cmath>
#include <numeric>

#include "graph/criterion.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr std::array kFloatTypes = {DType::f32, DType::f64, DType::f16, DType::bf16};
constexpr std::array kConfidences = {Criterion::max_prob, Criterion::margin, Criterion::entropy};

/// Scores as a textbook has them, from logits.
struct Textbook {
  explicit Textbook(std::vector<double> logits, double temperature = 1) : p(std::move(logits)) {
    for (double& value : p) value = std::exp(value / temperature);
    const double sum = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& value : p) value /= sum;
    std::ranges::sort(p, std::greater());
  }
  double score(Criterion criterion) const {
    if (criterion == Criterion::max_prob) return p[0];
    if (criterion == Criterion::margin) return p[0] - p[1];
    double h = 0;
    for (const double value : p) h -= value * std::log(value);
    return 1 - h / std::log(static_cast<double>(p.size()));
  }
  std::vector<double> p;
};

float score(Criterion criterion, bool probabilities, const Tensor& x, float temperature = 1) {
  return make_scorer(criterion, probabilities, x.dtype(), temperature)(x.view());
}

std::vector<double> softmax(std::vector<double> logits) {
  for (double& value : logits) value = std::exp(value);
  const double sum = std::accumulate(logits.begin(), logits.end(), 0.0);
  for (double& value : logits) value /= sum;
  return logits;
}

const std::vector<std::vector<double>> kLogits = {{2, -1, 0.5, 3}, {0, 0, 0, 0}, {-4, 60, 59.5, 3}, {1, 1, -2, 1}};

TEST(Scorer, AgreesWithTheTextbookOnLogitsAndProbabilitiesAtAnyTemperature) {
  for (const Criterion criterion : kConfidences) {
    for (const float temperature : {1.0F, 0.5F, 2.5F}) {
      for (const std::vector<double>& logits : kLogits) {
        SCOPED_TRACE(
            fmt::format("{} at {} of {}", criterion_kind_name(criterion), temperature, fmt::join(logits, " ")));
        const double expected = Textbook(logits, static_cast<double>(temperature)).score(criterion);
        EXPECT_NEAR(score(criterion, false, tensor(DType::f32, {1, 4}, logits), temperature), expected, 2e-6);
        // f32 keeps of probabilities near 0 what the temperature may bring back.
        EXPECT_NEAR(score(criterion, true, tensor(DType::f64, {1, 4}, softmax(logits)), temperature), expected, 2e-6);
      }
    }
  }
}

TEST(Scorer, LooksAtEveryFloatType) {
  for (const DType dtype : kFloatTypes) {
    SCOPED_TRACE(dtype_name(dtype));
    const Tensor logits = tensor(dtype, {1, 3}, {0.5, 2, -1});
    const Textbook expected({0.5, 2, -1});
    for (const Criterion criterion : kConfidences)
      EXPECT_NEAR(score(criterion, false, logits), expected.score(criterion), 1e-6);
  }
}

TEST(Scorer, ProbabilitiesAtTemperatureOneAreTakenAsTheyAre) {
  const Tensor p = f32({1, 4}, {0.125F, 0.5F, 0.25F, 0.125F});
  EXPECT_EQ(score(Criterion::max_prob, true, p), 0.5F);
  EXPECT_EQ(score(Criterion::margin, true, p), 0.25F);
  EXPECT_NEAR(score(Criterion::entropy, true, p), 1 - 1.75 / 2, 1e-6);
}

TEST(Scorer, EqualClassesAreTheLeastSureAndOneThatIsCertainTheMost) {
  const Tensor even = f32({1, 5}, {7, 7, 7, 7, 7});
  EXPECT_NEAR(score(Criterion::max_prob, false, even), 0.2, 1e-6);
  EXPECT_EQ(score(Criterion::margin, false, even), 0);
  EXPECT_NEAR(score(Criterion::entropy, false, even), 0, 1e-6);
  for (const Tensor& certain : {f32({1, 3}, {-1000, 1000, 0}), f32({1, 3}, {-kInf, 3, -kInf})}) {
    for (const Criterion criterion : kConfidences) EXPECT_EQ(score(criterion, false, certain), 1);
  }
  const Tensor one_hot = f32({1, 3}, {0, 1, 0});
  for (const Criterion criterion : kConfidences) {
    for (const float temperature : {1.0F, 3.0F}) EXPECT_EQ(score(criterion, true, one_hot, temperature), 1);
  }
}

TEST(Scorer, ASingleClassIsCertain) {
  for (const Criterion criterion : kConfidences) {
    EXPECT_EQ(score(criterion, false, f32({1, 1}, {-3})), 1);
    EXPECT_EQ(score(criterion, true, f32({1, 1}, {1})), 1);
  }
  EXPECT_EQ(score(Criterion::patience, false, f32({1, 1}, {-3})), 1);
}

TEST(Scorer, ANaNAmongTheClassScoresIsNoScore) {
  for (const Criterion criterion : {Criterion::max_prob, Criterion::margin, Criterion::entropy, Criterion::patience}) {
    for (const bool probabilities : {false, true}) {
      for (const float temperature : {1.0F, 2.0F}) {
        for (const std::size_t at : {0U, 1U, 2U}) {
          std::vector<float> values = {0.5F, 0.25F, 0.25F};
          values[at] = kNaN;
          EXPECT_THAT(score(criterion, probabilities, f32({3}, values), temperature), IsNaN())
              << criterion_kind_name(criterion) << " at " << at;
        }
      }
    }
  }
}

TEST(Scorer, AnInfiniteLogitIsNoScore) {
  for (const Criterion criterion : kConfidences) EXPECT_THAT(score(criterion, false, f32({3}, {0, kInf, 1})), IsNaN());
}

/// The scores of one sample's decisions in order.
std::vector<float> patience_of(const std::vector<const Tensor*>& seen) {
  Streak streak;
  std::vector<float> scores;
  for (const Tensor* x : seen) scores.push_back(make_scorer(Criterion::patience, false, x->dtype())(x->view(), streak));
  return scores;
}

TEST(Patience, CountsExitsInARowThatAgree) {
  const Tensor a = f32({1, 3}, {5, 1, 2});
  const Tensor b = f32({1, 3}, {0, 1, -1});
  const Tensor wide = tensor(DType::f64, {1, 3}, {9, 0, 0});
  EXPECT_THAT(patience_of({&a, &a, &a}), ElementsAre(1, 2, 3));
  EXPECT_THAT(patience_of({&a, &b, &b, &a, &b}), ElementsAre(1, 1, 2, 1, 1));
  EXPECT_THAT(patience_of({&a, &wide}), ElementsAre(1, 2));
}

TEST(Patience, TheFirstOfEqualClassesCounts) {
  const Tensor equal = f32({3}, {1, 2, 2});
  const Tensor second = f32({3}, {0, 1, 0});
  const Tensor third = f32({3}, {0, 0, 1});
  EXPECT_THAT(patience_of({&equal, &second, &third}), ElementsAre(1, 2, 1));
}

TEST(Patience, ANaNBreaksTheRow) {
  const Tensor a = f32({3}, {5, 1, 2});
  const Tensor nan = f32({3}, {5, kNaN, 2});
  EXPECT_THAT(patience_of({&a, &a, &nan, &a, &a}), ElementsAre(1, 2, IsNaN(), 1, 2));
}

TEST(Patience, CountsExitsThatAreScoredOtherwise) {
  const Tensor a = f32({3}, {5, 1, 2});
  Scorer other = make_scorer(Criterion::max_prob, false, DType::f32);
  other.follow = follower(DType::f32);
  Streak streak;
  other(a.view(), streak);
  EXPECT_EQ(make_scorer(Criterion::patience, false, DType::f32)(a.view(), streak), 2);
}

}  // namespace

}  // namespace exeunt

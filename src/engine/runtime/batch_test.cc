#include <exeunt/session.h>

#include <numeric>
#include <random>
#include <thread>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr std::int64_t kBatch = 16;
constexpr std::int64_t kSampleElements = 3 * 6 * 6;

/// A small network with exits behind a convolution, a pooling and a matrix product.
const std::string kNetwork = R"(
  input %x f32[1,3,6,6] "x"
  const %w f32[4,3,3,3] = fill(0.05)
  %c = Conv(%x, %w){strides=[1,1], pads=[1,1,1,1], dilations=[1,1], activation=relu}
  %p = Pool(%c){kernel=[3,3], strides=[3,3], pads=[0,0,0,0], dilations=[1,1]}
  %f = Reshape(%p){shape=[1,16]}
  const %g f32[16,3] = {
    0.9,-0.2,0.1, -0.3,0.8,0.2, 0.1,0.1,-0.7, 0.4,-0.5,0.6, -0.8,0.3,0.2, 0.5,0.7,-0.1, 0.2,-0.9,0.4, 0.1,0.6,-0.4,
    0.3,-0.1,0.5, -0.6,0.2,0.8, 0.7,-0.4,0.1, -0.2,0.9,0.3, 0.5,0.1,-0.6, -0.1,0.4,0.7, 0.8,-0.3,0.2, 0.1,0.2,0.3 }
  %l = Gemm(%f, %g)
  %s = Softmax(%l)
  const %q f32[3,3] = {2,0,1, 0,3,1, 1,1,2}
  %m = MatMul(%l, %q)
  %t = Softmax(%m)
  const %zero i64[1] = {0}
  const %one i64[1] = {1}
  output "probabilities"
  output "flag"
  decide max_prob(%s) > 0.45 {
    exit(%s, %zero) predicts(0, 0, 3, true)
    exit(%t, %one) predicts(0, 0, 3, true)
  }
)";

Tensor random_batch() {
  std::mt19937 random(11);
  Tensor batch({DType::f32, {kBatch, 3, 6, 6}});
  for (float& value : batch.mutable_span<float>()) {
    value = static_cast<float>(random()) / static_cast<float>(std::mt19937::max()) * 6 - 3;
  }
  return batch;
}

TensorView sample_of(const Tensor& batch, std::int64_t i) {
  return {batch.view().data + static_cast<std::size_t>(i * kSampleElements) * sizeof(float),
          {DType::f32, {1, 3, 6, 6}}};
}

struct Answer {
  int exit;
  float score;
  std::vector<float> probabilities;
  bool operator==(const Answer&) const = default;
};

Answer answer_of(const Results& results, std::int64_t i) {
  const auto values = results.class_scores(i)->span<float>();
  return {results.exit(i), results.score(i), {values.begin(), values.end()}};
}

std::vector<Answer> one_by_one(const Plan& plan, const Tensor& batch) {
  Session session(plan);
  std::vector<Answer> answers;
  for (std::int64_t i = 0; i < kBatch; ++i) answers.push_back(answer_of(session.run(sample_of(batch, i)), 0));
  return answers;
}

class Batch : public ::testing::TestWithParam<std::string> {};

TEST_P(Batch, AnswersAsOneByOneBitForBit) {
  const Plan plan = plan_of(kNetwork, GetParam());
  const Tensor batch = random_batch();
  const std::vector<Answer> wanted = one_by_one(plan, batch);
  Session session(plan, {.max_batch = kBatch + 3});
  const Results& results = session.run(batch.view());
  ASSERT_EQ(results.size(), kBatch);
  int early = 0;
  for (std::int64_t i = 0; i < kBatch; ++i) {
    EXPECT_EQ(answer_of(results, i), wanted[static_cast<std::size_t>(i)]) << "sample " << i;
    early += results.exit(i) == 0;
    EXPECT_THAT(results.output(i, 1).span<std::int64_t>(), ElementsAre(results.exit(i)));
  }
  EXPECT_GT(early, 0);
  EXPECT_LT(early, kBatch);
}

TEST_P(Batch, PermutingItPermutesTheAnswers) {
  const Plan plan = plan_of(kNetwork, GetParam());
  const Tensor batch = random_batch();
  const std::vector<Answer> wanted = one_by_one(plan, batch);
  std::vector<std::int64_t> order(kBatch);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(5));
  Tensor shuffled(batch.type());
  for (std::size_t i = 0; i < order.size(); ++i) {
    std::ranges::copy(sample_of(batch, order[i]).span<float>(),
                      shuffled.mutable_span<float>().begin() + static_cast<std::ptrdiff_t>(i * kSampleElements));
  }
  Session session(plan, {.max_batch = kBatch});
  const Results& results = session.run(shuffled.view());
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(answer_of(results, static_cast<std::int64_t>(i)), wanted[static_cast<std::size_t>(order[i])]);
  }
}

TEST_P(Batch, ASmallerOneAfterALargerOneIsAnsweredAlone) {
  const Plan plan = plan_of(kNetwork, GetParam());
  const Tensor batch = random_batch();
  Session session(plan, {.max_batch = kBatch});
  const Answer wanted = one_by_one(plan, batch)[7];
  session.run(batch.view());
  const Results& results = session.run(sample_of(batch, 7));
  EXPECT_EQ(results.size(), 1);
  EXPECT_EQ(answer_of(results, 0), wanted);
  EXPECT_EQ(results.stacked(0)->shape(), (Shape{1, 3}));
}

TEST_P(Batch, ForcedToTheLastExitItIsThePlainModel) {
  const Plan early = plan_of(kNetwork, GetParam());
  const Plan plain =
      plan_of(kNetwork.substr(0, kNetwork.find("decide")) + "exit(%t, %one) predicts(0, 0, 3, true)", GetParam());
  const Tensor batch = random_batch();
  Session forced(early, {.max_batch = kBatch});
  forced.force_exit(1);
  const Results& results = forced.run(batch.view());
  const std::vector<Answer> wanted = one_by_one(plain, batch);
  for (std::int64_t i = 0; i < kBatch; ++i) {
    EXPECT_EQ(answer_of(results, i).probabilities, wanted[static_cast<std::size_t>(i)].probabilities);
  }
}

TEST_P(Batch, TwoSessionsOfOnePlanRunAtOnce) {
  const Plan plan = plan_of(kNetwork, GetParam());
  const Tensor batch = random_batch();
  const std::vector<Answer> wanted = one_by_one(plan, batch);
  std::array<int, 2> wrong{};
  const auto work = [&](std::size_t thread) {
    Session session(plan, {.max_batch = kBatch});
    for (int round = 0; round < 50; ++round) {
      const Results& results = session.run(batch.view());
      for (std::int64_t i = 0; i < kBatch; ++i) {
        wrong[thread] += answer_of(results, i) != wanted[static_cast<std::size_t>(i)];
      }
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0));
}

INSTANTIATE_TEST_SUITE_P(Backends, Batch, ::testing::Values("ref", "cpu"),
                         [](const auto& backend) { return backend.param; });

}  // namespace

}  // namespace exeunt

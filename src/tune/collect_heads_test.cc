#include <exeunt/tools/tune.h>

#include <gmock/gmock.h>

#include <cmath>

#include "data/source.h"
#include "support/expect_error.h"
#include "support/labelled_vectors.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

Dataset vectors(std::int64_t count, std::vector<std::int32_t> labels) {
  std::vector<std::vector<float>> samples;
  for (std::int64_t n = 0; n < count; ++n) {
    std::vector<float> sample = {0.25F, 0.25F, 0.25F};
    sample[static_cast<std::size_t>(n % 3)] = 0.5F;
    samples.push_back(sample);
  }
  return Dataset(std::make_shared<LabelledVectors>(std::move(samples), std::move(labels)));
}

/// Exit 0 answers x, exit 1 x turned round.
const std::string kTwoHeads = R"(
  input %x f32[1,3] "x"
  %late = Slice(%x){axes=[1], starts=[2], ends=[-4], steps=[-1]}
  output "scores"
  decide max_prob(%x) > 0.5 {
    exit(%x) predicts(0, 0, 3, true)
    exit(%late) predicts(0, 0, 3, true)
  }
)";

std::vector<Session> sessions_of(const std::string& graph, std::size_t count, std::int64_t batch) {
  const Plan plan = plan_of(graph);
  std::vector<Session> sessions;
  for (std::size_t i = 0; i < count; ++i) sessions.emplace_back(plan, SessionOptions{.max_batch = batch});
  return sessions;
}

TEST(CollectHeads, AsksEveryHeadOfEverySample) {
  for (const auto& [streams, batch] : {std::pair{1, 1}, {1, 4}, {3, 2}, {2, 100}}) {
    std::vector<Session> sessions = sessions_of(kTwoHeads, static_cast<std::size_t>(streams), batch);
    const HeadAnswers answers = collect_heads(sessions, vectors(7, {0, 1, 2, 0, 1, 2, 0}));
    ASSERT_EQ(answers.samples, 7);
    ASSERT_EQ(answers.exits, 2);
    ASSERT_EQ(answers.classes, 3);
    EXPECT_EQ(answers.labels, (std::vector<std::int32_t>{0, 1, 2, 0, 1, 2, 0}));
    for (std::int64_t n = 0; n < 7; ++n) {
      EXPECT_EQ(answers.of(n, 0)[static_cast<std::size_t>(n % 3)], 0.5F);
      EXPECT_EQ(answers.of(n, 1)[static_cast<std::size_t>(2 - n % 3)], 0.5F);
    }
    const Tensor sure = f32({1, 3}, {0, 0, 1});
    EXPECT_EQ(sessions[0].run(sure.view()).exit(0), 0) << "the decisions are at work again";
  }
}

TEST(CollectHeads, CountsSamplesWithANanInAllStreams) {
  const float nan = std::nanf("");
  std::vector<std::vector<float>> samples(9, {0.25F, 0.25F, 0.5F});
  samples[2] = samples[3] = samples[8] = {nan, 0.5F, nan};
  const Dataset data(std::make_shared<LabelledVectors>(samples, std::vector<std::int32_t>(9, 2)));
  for (const std::size_t streams : {1U, 3U}) {
    std::vector<Session> sessions = sessions_of(kTwoHeads, streams, 2);
    const HeadAnswers answers = collect_heads(sessions, data);
    EXPECT_EQ(answers.nan_samples.count, 3);
    EXPECT_EQ(answers.nan_samples.first, 2);
  }
}

TEST(CollectHeads, RefusesDataThatItCannotLearnFrom) {
  std::vector<Session> sessions = sessions_of(kTwoHeads, 1, 4);
  expect_error(ErrorCode::argument, "the data has no samples", [&] { collect_heads(sessions, vectors(0, {})); });
  expect_error(ErrorCode::argument, "the data has no labels", [&] { collect_heads(sessions, vectors(3, {})); });
  expect_error(ErrorCode::argument, "the data has label 3; the model knows classes 0 to 2", [&] {
    collect_heads(sessions, vectors(3, {0, 3, 0}));
  });
  expect_error(ErrorCode::argument, "the data has label -1", [&] { collect_heads(sessions, vectors(3, {0, -1, 0})); });
}

TEST(CollectHeads, RefusesModelsWithoutThresholdsToTune) {
  const auto refuses = [](const std::string& graph, ErrorCode code, const std::string& text) {
    std::vector<Session> sessions = sessions_of(graph, 1, 4);
    expect_error(code, text, [&] { collect_heads(sessions, vectors(3, {0, 1, 2})); });
  };
  refuses("input %x f32[1,3] \"x\"\noutput \"y\"\nexit(%x) predicts(0, 0, 3, true)", ErrorCode::argument,
          "the model has no exits");
  refuses("input %x f32[1,3] \"x\"\noutput \"y\"\ndecide max_prob(%x) > 0.5 { exit(%x) exit(%x) }", ErrorCode::argument,
          "does not classify at exit 0");
  // The decision looks at something that exit 0 does not answer.
  refuses(R"(
    input %x f32[1,3] "x"
    %other = Softmax(%x){axis=1}
    output "scores"
    decide max_prob(%other) > 0.5 {
      exit(%x) predicts(0, 0, 3, true)
      exit(%x) predicts(0, 0, 3, true)
    }
  )",
          ErrorCode::unsupported, "is not about the class scores of exit 0");
}

}  // namespace

}  // namespace exeunt

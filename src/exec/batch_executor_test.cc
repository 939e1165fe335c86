#include "exec/batch_executor.h"

#include "graph/text.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::Pair;
using Mode = DecisionSetting::Mode;

/// Hands over the rows of one array and notes what comes back.
class Client : public BatchClient {
 public:
  explicit Client(const Tensor& rows) : rows_(rows), exits(size()), answers(size()), scores(size()) {}

  std::size_t size() const { return static_cast<std::size_t>(rows_.shape()[0]); }

  void open(std::int64_t sample, bool first, std::span<const std::byte*> inputs) noexcept override {
    opened.emplace_back(sample, first);
    inputs[0] = rows_.view().data + static_cast<std::size_t>(sample) * (rows_.bytes() / size());
  }
  void decided(std::int64_t sample, int decision, float score) noexcept override {
    scores[static_cast<std::size_t>(sample)].emplace_back(decision, score);
  }
  void done(std::int64_t sample, const Segment& exit, std::span<const std::byte* const> values) noexcept override {
    exits[static_cast<std::size_t>(sample)] = exit.exit;
    const auto* value = reinterpret_cast<const float*>(values[0]);
    answers[static_cast<std::size_t>(sample)].assign(value, value + exit.outputs[0].type.shape.elements());
  }

 private:
  const Tensor& rows_;

 public:
  std::vector<std::pair<std::int64_t, bool>> opened;
  std::vector<int> exits;
  std::vector<std::vector<float>> answers;
  std::vector<std::vector<std::pair<int, float>>> scores;
};

/// Runs all rows of `x` at once.
Client run_batch(const std::string& text, const Tensor& x, bool together = false, std::vector<Mode> modes = {}) {
  const auto plan = std::make_shared<const PlanData>(build_plan(parse_graph(text), std::array{&ref_backend()}));
  Executor executor(plan);
  BatchExecutor batch(executor, x.shape()[0] + 2);
  std::vector<DecisionSetting> settings = settings_of(*plan);
  for (std::size_t d = 0; d < modes.size(); ++d) settings[d].mode = modes[d];
  Client client(x);
  batch.run(x.shape()[0], settings, together, client);
  return client;
}

/// %common lives on beyond the first decision, %b beyond the second.
const std::string kTree = R"(
  input %x f32[1,1] "x"
  const %one f32[] = {1}
  const %two f32[] = {2}
  %common = Mul(%x, %two)
  %early = Abs(%common)
  %b = Add(%common, %one)
  %s = Add(%b, %common)
  %c = Add(%s, %x)
  output "y"
  decide max_prob(%x) > 0.7 {
    exit(%early)
    decide max_prob(%b) > 0.7 { exit(%b) exit(%c) }
  })";

TEST(BatchExecutor, EverySampleGoesItsOwnWay) {
  const Client client = run_batch(kTree, f32({5, 1}, {0.9F, -0.1F, -2, 0.8F, 0.1F}));
  EXPECT_THAT(client.exits, ElementsAre(0, 1, 2, 0, 1));
  EXPECT_EQ(client.answers[0], std::vector{1.8F});
  EXPECT_EQ(client.answers[1], std::vector{-0.2F + 1});
  EXPECT_EQ(client.answers[2], std::vector{-4.0F + 1 - 4 - 2}) << "values that crossed the decisions are its own";
  EXPECT_EQ(client.answers[3], std::vector{1.6F});
  EXPECT_EQ(client.answers[4], std::vector{0.2F + 1});
  EXPECT_THAT(client.scores[0], ElementsAre(Pair(0, 0.9F)));
  EXPECT_THAT(client.scores[2], ElementsAre(Pair(0, -2.0F), Pair(1, -3.0F)));
}

TEST(BatchExecutor, RunsSegmentBySegmentAndThoseWhoAreThereOnly) {
  const Client client = run_batch(kTree, f32({3, 1}, {0.9F, -2, 0.1F}));
  EXPECT_THAT(client.opened, ElementsAre(Pair(0, true), Pair(1, true), Pair(2, true),  // segment 0
                                         Pair(0, false),                               // exit 0
                                         Pair(1, false), Pair(2, false),               // second decision
                                         Pair(2, false), Pair(1, false)));             // exits 1 and 2
}

TEST(BatchExecutor, ForcedDecisionsHoldForAll) {
  const Client client = run_batch(kTree, f32({2, 1}, {0.9F, 0.1F}), false, {Mode::stay, Mode::leave});
  EXPECT_THAT(client.exits, ElementsAre(1, 1));
}

TEST(BatchExecutor, ANaNStaysAlone) {
  const Client client = run_batch(kTree, f32({2, 1}, {kNaN, 0.9F}));
  EXPECT_THAT(client.exits, ElementsAre(2, 0));
}

/// Two exits; the answer is the exit's index.
std::string together_text(const std::string& combine) {
  return "input %x f32[1,1] \"x\"\nconst %e f32[1] = {0}\nconst %l f32[1] = {1}\noutput \"y\"\n"
         "decide max_prob(%x) > 0.5 batch(" +
         combine + ") { exit(%e) exit(%l) }";
}

TEST(BatchExecutor, TogetherTheBatchTakesOneWay) {
  const Tensor mixed = f32({3, 1}, {0.4F, 0.9F, 0.1F});
  const std::vector<std::pair<std::string, int>> wanted = {{"max", 0}, {"min", 1}, {"mean", 1}, {"first", 1}};
  for (const auto& [combine, exit] : wanted) {
    EXPECT_THAT(run_batch(together_text(combine), mixed, true).exits, ElementsAre(exit, exit, exit)) << combine;
  }
  const Tensor mostly = f32({3, 1}, {0.6F, 0.9F, 0.1F});
  for (const std::string combine : {"max", "mean", "first"}) {
    EXPECT_THAT(run_batch(together_text(combine), mostly, true).exits, ElementsAre(0, 0, 0)) << combine;
  }
  EXPECT_THAT(run_batch(together_text("min"), f32({2, 1}, {0.6F, 0.7F}), true).exits, ElementsAre(0, 0));
}

TEST(BatchExecutor, TogetherTheScoreIsTheBatchs) {
  const Client client = run_batch(together_text("max"), f32({2, 1}, {0.4F, 0.9F}), true);
  EXPECT_THAT(client.scores[0], ElementsAre(Pair(0, 0.9F)));
  EXPECT_THAT(client.scores[1], ElementsAre(Pair(0, 0.9F)));
}

TEST(BatchExecutor, TogetherANaNKeepsAll) {
  EXPECT_THAT(run_batch(together_text("max"), f32({2, 1}, {0.9F, kNaN}), true).exits, ElementsAre(1, 1));
}

}  // namespace

}  // namespace exeunt

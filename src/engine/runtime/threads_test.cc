#include <exeunt/session.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Each;

constexpr std::size_t kWidth = 1000;

class MixArgs : public StepArgs {
 public:
  std::size_t count = 0;
};

/// Every result is made of several operands, so that a step that starts before all parts of the one before are done
/// gives other answers. Rounds differently in another order.
void mix_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  const std::size_t count = static_cast<const MixArgs&>(args).count;
  const auto* x = reinterpret_cast<const float*>(operands[0]);
  auto* y = reinterpret_cast<float*>(operands[1]);
  const std::size_t from = count * static_cast<std::size_t>(part) / static_cast<std::size_t>(parts);
  const std::size_t to = count * (static_cast<std::size_t>(part) + 1) / static_cast<std::size_t>(parts);
  for (std::size_t i = from; i < to; ++i) {
    y[i] = x[i] / 3;
    for (const std::size_t next : {i + 1, i + count / 2, i + count - 1}) y[i] += std::sin(x[next % count]) / 7;
  }
}

/// A chain of steps with an exit in the middle; all but the decision split into `parts`.
Plan plan_in(int parts) {
  std::string text =
      "input %a f32[1,1000] \"x\"\n%b = Neg(%a)\n%c = Neg(%b)\n%d = Neg(%c)\n%e = Neg(%d)\n%f = Neg(%e)\n";
  text += "output \"y\"\ndecide max_prob(%c) > 0.5 { exit(%d) exit(%f) }";
  return changed_plan_of(text, [parts](PlanData& data) {
    data.threads = parts;
    for (Step& step : data.steps) {
      auto args = std::make_shared<MixArgs>();
      args->count = kWidth;
      step.args = std::move(args);
      step.parts = parts;
      step.run_part = mix_part;
      step.run = [](const StepArgs& a, StepState* state, std::byte* const* operands) noexcept {
        mix_part(a, state, operands, 0, 1);
      };
    }
  });
}

Tensor samples(std::int64_t count) {
  Tensor x({DType::f32, {count, static_cast<std::int64_t>(kWidth)}});
  const auto values = x.mutable_span<float>();
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = std::sin(static_cast<float>(i * i)) * (i / kWidth % 2 == 0 ? 4.0F : 0.1F);
  return x;
}

/// Exit and answer of each sample, run at once or one by one.
std::vector<std::pair<int, std::vector<float>>> answers(const Plan& plan, std::int64_t count, bool at_once) {
  const Tensor all = samples(count);
  Session session(plan, {.max_batch = count});
  std::vector<std::pair<int, std::vector<float>>> list;
  const auto add = [&](const Results& results) {
    for (std::int64_t i = 0; i < results.size(); ++i) {
      const auto values = results.output(i).span<float>();
      list.push_back({results.exit(i), {values.begin(), values.end()}});
    }
  };
  if (at_once) {
    add(session.run(all.view()));
    return list;
  }
  for (std::int64_t i = 0; i < count; ++i)
    add(session.run({all.view().data + static_cast<std::size_t>(i) * kWidth * sizeof(float), {DType::f32, {1, 1000}}}));
  return list;
}

constexpr std::int64_t kSamples = 20;

TEST(Threads, AnswersAreTheSameBitForBit) {
  const auto wanted = answers(plan_in(1), kSamples, false);
  ASSERT_NE(wanted[0].first, wanted[1].first) << "both exits are taken";
  for (const int parts : {1, 2, 3, 5}) {
    const Plan plan = plan_in(parts);
    EXPECT_EQ(plan.threads(), parts);
    for (int round = 0; round < 10; ++round) {
      EXPECT_EQ(answers(plan, kSamples, false), wanted) << parts;
      EXPECT_EQ(answers(plan, kSamples, true), wanted) << parts;
    }
  }
}

TEST(Threads, SessionsRunSideBySide) {
  const Plan plan = plan_in(2);
  const auto wanted = answers(plan_in(1), kSamples, false);
  std::vector<int> wrong(4);
  std::vector<std::thread> users;
  for (std::size_t user = 0; user < wrong.size(); ++user) {
    users.emplace_back([&, user] {
      for (int round = 0; round < 10; ++round) wrong[user] += answers(plan, kSamples, round % 2 == 0) != wanted ? 1 : 0;
    });
  }
  for (std::thread& user : users) user.join();
  EXPECT_THAT(wrong, Each(0));
}

TEST(Threads, ASessionThatRestedRunsOn) {
  const Plan plan = plan_in(3);
  const auto wanted = answers(plan_in(1), 1, false);
  const Tensor x = samples(1);
  Session session(plan);
  for (const int ms : {0, 1, 5, 0, 2, 1, 1}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    const auto values = session.run(x.view()).output(0).span<float>();
    EXPECT_TRUE(std::ranges::equal(values, wanted[0].second)) << ms;
  }
}

TEST(Threads, ASessionMayMoveAndChangeItsThread) {
  const Plan plan = plan_in(2);
  const auto wanted = answers(plan_in(1), 1, false);
  const Tensor x = samples(1);
  Session first(plan);
  first.run(x.view());
  Session moved = std::move(first);
  std::thread other([&] { moved.run(x.view()); });
  other.join();
  EXPECT_TRUE(std::ranges::equal(moved.run(x.view()).output(0).span<float>(), wanted[0].second));
}

}  // namespace

}  // namespace exeunt

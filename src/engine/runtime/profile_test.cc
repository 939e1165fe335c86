#include <exeunt/tools/profile.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

/// A trunk, a head for exit 0 and two steps for exit 1.
const std::string kModel = R"(
  input %x f32[1,2] "x"
  %trunk = Abs(%x) "trunk"
  %head = Neg(%trunk) "head"
  %late = Exp(%trunk) "late"
  %last = Neg(%late) "last"
  output "y"
  decide max_prob(%head) > 0.5 { exit(%head) exit(%last) }
)";

class SleepArgs : public StepArgs {
 public:
  explicit SleepArgs(int ms) : ms_(ms) {}
  void sleep() const noexcept { std::this_thread::sleep_for(std::chrono::milliseconds(ms_)); }

 private:
  int ms_;
};

/// The plan of kModel, whose steps sleep for 1, 2, 4 and 8 ms.
Plan sleeping_plan() {
  return changed_plan_of(kModel, [](PlanData& data) {
    int ms = 1;
    for (Step& step : data.steps) {
      step.args = std::make_shared<SleepArgs>(std::exchange(ms, 2 * ms));
      step.run = [](const StepArgs& args, StepState*, std::byte* const*) noexcept {
        static_cast<const SleepArgs&>(args).sleep();
      };
    }
  });
}

// A sleep is never shorter than asked for, whatever else the machine does.
TEST(StepProfiler, TimesTheStepsOnThePath) {
  const Plan plan = sleeping_plan();
  StepProfiler profiler(plan);
  const Tensor x = f32({1, 2}, {1, 2});
  const TensorView view = x.view();
  const PathTimes early = profiler.run({&view, 1}, 0);
  EXPECT_GE(early.steps, 3000 - 1);
  EXPECT_EQ(early.heads, 0) << "what exit 0 answers, its head made";
  EXPECT_GE(early.scores, 0);
  ASSERT_EQ(profiler.steps_us().size(), 4U);
  EXPECT_GE(profiler.steps_us()[0], 1000 - 1);
  EXPECT_GE(profiler.steps_us()[1], 2000 - 1);
  EXPECT_TRUE(std::isnan(profiler.steps_us()[2]));
  EXPECT_TRUE(std::isnan(profiler.steps_us()[3]));
}

TEST(StepProfiler, TellsTheHeadsOfExitsNotTaken) {
  const Plan plan = sleeping_plan();
  StepProfiler profiler(plan);
  const Tensor x = f32({1, 2}, {1, 2});
  const TensorView view = x.view();
  const PathTimes late = profiler.run({&view, 1}, 1);
  const auto us = profiler.steps_us();
  EXPECT_DOUBLE_EQ(late.steps, us[0] + us[1] + us[2] + us[3]);
  EXPECT_EQ(late.heads, us[1]);
  EXPECT_GE(us[3], 8000 - 1);
}

TEST(StepProfiler, InputsThatDoNotFit) {
  StepProfiler profiler(plan_of(kModel));
  const auto refused = [&](ErrorCode code, const std::string& text, const Tensor& x, int exit = 0) {
    const TensorView view = x.view();
    expect_error(code, text, [&] { profiler.run({&view, 1}, exit); });
  };
  refused(ErrorCode::argument, "there is no exit 2; the model has 2", f32({1, 2}, {1, 2}), 2);
  refused(ErrorCode::argument, "2 samples", f32({2, 2}, {1, 2, 3, 4}));
  refused(ErrorCode::dtype, "input 'x' is i64", i64({1, 2}, {1, 2}));
  expect_error(ErrorCode::argument, "0 inputs were given; the model has 1", [&] { profiler.run({}, 0); });
  expect_error(ErrorCode::argument, "there is no decision 1; the model has 1", [&] { profiler.set_threshold(1, 0); });
}

TEST(StepProfiler, WithoutAnExitTheScoresLead) {
  const Plan plan = sleeping_plan();
  StepProfiler profiler(plan);
  const Tensor x = f32({1, 2}, {1, 2});
  const TensorView view = x.view();
  profiler.run({&view, 1});
  const int by_the_file = profiler.exit();
  profiler.set_threshold(0, -kInf);
  profiler.run({&view, 1});
  EXPECT_EQ(profiler.exit(), 0);
  EXPECT_TRUE(std::isnan(profiler.steps_us()[2]));
  profiler.set_threshold(0, kInf);
  const PathTimes late = profiler.run({&view, 1});
  EXPECT_EQ(profiler.exit(), 1);
  EXPECT_EQ(late.heads, profiler.steps_us()[1]);
  profiler.run({&view, 1}, 0);
  EXPECT_EQ(profiler.exit(), 0) << "an exit that is asked for overrules them";
  EXPECT_TRUE(by_the_file == 0 || by_the_file == 1);
}

TEST(StepProfiler, PartsOfACallAddUp) {
  StepProfiler profiler(sleeping_plan());
  const Tensor x = u8({1, 2}, {1, 2});
  const TensorView view = x.view();
  const PathTimes times = profiler.run({&view, 1}, 1);
  EXPECT_DOUBLE_EQ(times.all(), times.input + times.steps + times.scores + times.output);
  EXPECT_GE(times.input, 0);
  EXPECT_GE(times.output, 0);
  ASSERT_EQ(profiler.scores_us().size(), 1U);
  EXPECT_EQ(times.scores, profiler.scores_us()[0]);
}

TEST(StepProfiler, TheClockIsMeasuredOnEachPath) {
  StepProfiler profiler(plan_of(kModel));
  const Tensor x = f32({1, 2}, {1, 2});
  const TensorView view = x.view();
  const double alone = profiler.clock_us(0);
  EXPECT_GE(alone, 0);
  profiler.measure_clock({&view, 1}, 0);
  EXPECT_GE(profiler.clock_us(0), 0);
  EXPECT_LE(profiler.clock_us(0), alone) << "not more than it takes by itself";
  EXPECT_EQ(profiler.clock_us(1), alone) << "the other path was not measured";
  expect_error(ErrorCode::argument, "there is no exit 2", [&] { profiler.measure_clock({&view, 1}, 2); });
  expect_error(ErrorCode::argument, "there is no exit -1", [&] { profiler.clock_us(-1); });
}

TEST(MachinePeaks, AreThoseOfTheTypeThatAKernelMultipliesIn) {
  const MachinePeaks peaks{.f32 = 1, .bf16 = 2, .int8 = 4, .fp16 = 3};
  EXPECT_EQ(peaks.of_kernel("avx2_conv_direct_8x8"), 1);
  EXPECT_EQ(peaks.of_kernel("onednn:gemm:jit"), 1);
  EXPECT_EQ(peaks.of_kernel("avx512_bf16_conv_direct_16x16"), 2);
  EXPECT_EQ(peaks.of_kernel("neon_fp16_conv_direct_8x16"), 3);
  EXPECT_EQ(peaks.of_kernel("avx512_vnni_int8_conv_direct_16x16"), 4);
  EXPECT_EQ(peaks.of_kernel("int8_max_pool"), 4);
  EXPECT_GT(measure_machine_peaks().f32, 0);
}

}  // namespace

}  // namespace exeunt

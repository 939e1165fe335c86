#include <exeunt/tools/bench.h>

#include <atomic>
#include <set>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"
#include "tune/crew.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::SizeIs;

const std::string kBenchModel = R"(
  input %x f32[1,2] "x"
  %y = Neg(%x)
  output "y"
  decide max_prob(%x) > 0.5 { exit(%x) exit(%y) }
)";

/// Runs each thing exactly `iterations` times.
BenchOptions counted(std::int64_t iterations, std::vector<int> exits = {0, 1}) {
  BenchOptions options;
  options.exits = std::move(exits);
  options.warmup_ms = 0;
  options.duration_s = 0;
  options.iterations = iterations;
  return options;
}

/// Eight samples; three of them leave early.
Tensor eight() { return f32({8, 2}, {0.9F, 0, 0, 0, 0, 0.6F, 0, 0, 0, 0, 0.7F, 0, 0, 0, 0, 0}); }

std::vector<Session> sessions_of(const Plan& plan, int count = 1, const SessionOptions& options = {}) {
  std::vector<Session> sessions;
  for (int i = 0; i < count; ++i) sessions.emplace_back(plan, options);
  return sessions;
}

Bench run(const BenchOptions& options, const Tensor& samples = eight(), int streams = 1, std::int64_t max_batch = 1) {
  std::vector<Session> sessions = sessions_of(plan_of(kBenchModel), streams, {.max_batch = max_batch});
  return bench(sessions, {&samples, 1}, options);
}

TEST(Bench, MeasuresEachExitAndTheMix) {
  const Bench result = run(counted(16));
  ASSERT_EQ(result.exits.size(), 2U);
  for (std::size_t e = 0; e < 2; ++e) {
    const ExitBench& exit = result.exits[e];
    EXPECT_EQ(exit.exit, static_cast<int>(e));
    EXPECT_EQ(exit.report.latency_us.runs, 16);
    EXPECT_GT(exit.report.throughput_ips, 0);
    EXPECT_TRUE(exit.profile.has_value());
  }
  ASSERT_TRUE(result.mix.has_value());
  EXPECT_EQ(result.mix->report.latency_us.runs, 16);
}

TEST(Bench, OneRoundOfTheSamplesHasTheirShares) {
  const Bench result = run(counted(8, {}));
  EXPECT_TRUE(result.exits.empty());
  EXPECT_THAT(result.mix.value().shares, ElementsAre(3 / 8.0, 5 / 8.0));
}

TEST(Bench, ThresholdsOfTheSessionAreAtWork) {
  std::vector<Session> sessions = sessions_of(plan_of(kBenchModel));
  sessions[0].set_threshold(0, 0.65F);
  const Tensor samples = eight();
  EXPECT_THAT(bench(sessions, {&samples, 1}, counted(8)).mix.value().shares, ElementsAre(2 / 8.0, 6 / 8.0));
  EXPECT_EQ(sessions[0].run(f32({1, 2}, {0.9F, 0}).view()).exit(0), 0) << "no exit is forced any more";
}

TEST(Bench, ADeadlineIsForTheMix) {
  BenchOptions options = counted(8);
  options.deadline_us = 0;
  const Bench result = run(options);
  EXPECT_THAT(result.mix.value().shares, ElementsAre(1, 0));
  EXPECT_EQ(result.mix->deadline.value().runs, 8);
  EXPECT_EQ(result.mix->deadline->cut_short, 5);
  EXPECT_FALSE(result.mix->profile.has_value());
  EXPECT_EQ(result.exits[1].report.latency_us.runs, 8);
  options.deadline_us = 3.6e9;
  EXPECT_THAT(run(options).mix.value().shares, ElementsAre(3 / 8.0, 5 / 8.0));
  options.mix = false;
  expect_error(ErrorCode::argument, "a deadline is for the mix", [&] { run(options); });
}

TEST(Bench, StreamsShareTheIterations) {
  const Bench result = run(counted(7), eight(), 2);
  EXPECT_EQ(result.mix.value().report.latency_us.runs, 8);
  EXPECT_FALSE(result.exits[0].profile.has_value());
}

TEST(Bench, ABatchIsOneRun) {
  BenchOptions options = counted(5);
  options.batch = 4;
  const Bench result = run(options, eight(), 1, 4);
  EXPECT_EQ(result.mix.value().report.latency_us.runs, 5);
  EXPECT_DOUBLE_EQ(result.mix->shares[0] + result.mix->shares[1], 1);
  EXPECT_FALSE(result.exits[0].profile.has_value());
}

TEST(Bench, NumbersOfAReportAreInOrder) {
  BenchOptions options = counted(100);
  options.percentiles = {1, 99.9, 100};
  const LatencyReport latency = run(options).mix.value().report.latency_us;
  ASSERT_THAT(latency.percentiles, SizeIs(3));
  EXPECT_EQ(latency.percentiles[0], latency.min);
  EXPECT_EQ(latency.percentiles[1], latency.max);
  EXPECT_EQ(latency.percentiles[2], latency.max);
  EXPECT_LE(latency.min, latency.p50);
  EXPECT_LE(latency.p50, latency.p90);
  EXPECT_LE(latency.p90, latency.p95);
  EXPECT_LE(latency.p95, latency.p99);
  EXPECT_LE(latency.p99, latency.max);
}

TEST(Bench, RunsForTheDurationAndSaysHowFarItIs) {
  BenchOptions options = counted(1, {0});
  options.duration_s = 0.05;
  std::int64_t last = -1;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GE(done, last);
    EXPECT_EQ(total, 50);
    last = done;
  };
  EXPECT_GT(run(options).mix.value().report.latency_us.runs, 1);
  EXPECT_GE(last, 0);
}

TEST(Bench, AModelWithoutBatchAxisRunsOnItsOwnShape) {
  std::vector<Session> sessions = sessions_of(plan_of("input %x f32[3] \"x\"\n%y = Neg(%x)\noutput \"y\"\nexit(%y)"));
  const std::vector<Tensor> samples = noise_samples(sessions[0].plan(), 10);
  ASSERT_EQ(samples[0].shape(), (Shape{3}));
  EXPECT_THAT(bench(sessions, samples, counted(3, {0})).mix.value().shares, ElementsAre(1));
}

TEST(Bench, WrongArguments) {
  const auto refused = [](const std::string& text, const BenchOptions& options, const Tensor& samples = eight()) {
    expect_error(ErrorCode::argument, text, [&] { run(options, samples); });
  };
  refused("there is no exit 2; the model has 2", counted(1, {2}));
  refused("there is no exit -1", counted(1, {-1}));
  refused("0 iterations", counted(0));
  BenchOptions options = counted(1, {});
  options.mix = false;
  refused("neither exits nor the mix", options);
  options = counted(1);
  options.batch = 2;
  refused("a batch of 2; the session takes 1 to 1", options);
  options = counted(1);
  options.percentiles = {0};
  refused("percentile 0", options);
  options = counted(1);
  options.duration_s = kInf;
  refused("inf is no duration", options);
  expect_error(ErrorCode::shape, "input 'x' is [8,3]; [8,2] is needed", [&] {
    run(counted(1), Tensor({DType::f32, {8, 3}}));
  });
  expect_error(ErrorCode::dtype, "input 'x' is u8; f32 is needed", [&] {
    run(counted(1), Tensor({DType::u8, {8, 2}}));
  });
  options = counted(1);
  options.batch = 9;
  expect_error(ErrorCode::argument, "a batch of 9 needs as many samples; there are 8",
               [&] { run(options, eight(), 1, 9); });
}

SampleFormat format_of_three() {
  SampleFormat format;
  format.sample = {DType::f32, {3}};
  return format;
}

TEST(BenchSamples, AsManyAsThereIsRoomForEvenlySpread) {
  const Plan plan = plan_of("input %x f32[1,3] \"x\"\n%y = Neg(%x)\noutput \"y\"\nexit(%y)");
  const Dataset data = Dataset::open("random", format_of_three(), 10);
  const Tensor all = bench_samples(data, plan);
  ASSERT_EQ(all.shape(), (Shape{10, 3}));
  const Tensor some = bench_samples(data, plan, 5 * 12 + 11);
  ASSERT_EQ(some.shape(), (Shape{5, 3}));
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_TRUE(std::ranges::equal(some.span<float>().subspan(i * 3, 3), all.span<float>().subspan(i * 6, 3)));
  }
  EXPECT_EQ(bench_samples(data, plan, 0).shape(), (Shape{1, 3}));
}

TEST(BenchSamples, ModelsThatADataSetCannotFeed) {
  const Dataset data = Dataset::open("random", format_of_three(), 10);
  expect_error(ErrorCode::argument, "2 inputs", [&] {
    bench_samples(
        data, plan_of("input %a f32[1,3] \"a\"\ninput %b f32[1,3] \"b\"\n%y = Add(%a, %b)\noutput \"y\"\nexit(%y)"));
  });
  expect_error(ErrorCode::argument, "no batch axis",
               [&] { bench_samples(data, plan_of("input %x f32[2,3] \"x\"\n%y = Neg(%x)\noutput \"y\"\nexit(%y)")); });
}

TEST(NoiseSamples, FeedEveryInput) {
  const Plan plan = plan_of(R"(
    input %x f32[1,50] "x"
    input %i i64[1,50] "i"
    input %b bool[1,50] "b"
    output "x"
    output "i"
    output "b"
    exit(%x, %i, %b))");
  const std::vector<Tensor> samples = noise_samples(plan, 2);
  ASSERT_THAT(samples, SizeIs(3));
  const auto x = samples[0].span<float>();
  ASSERT_THAT(x, SizeIs(100));
  for (const float value : x) EXPECT_TRUE(value >= -1 && value <= 1) << value;
  EXPECT_GT((std::set<float>{x.begin(), x.end()}.size()), 50U);
  const auto i = samples[1].span<std::int64_t>();
  EXPECT_EQ((std::set<std::int64_t>{i.begin(), i.end()}), (std::set<std::int64_t>{0, 1}));
  EXPECT_EQ(samples[2].type(), (TensorType{DType::boolean, {2, 50}}));
}

TEST(Crew, AllRunOnceAtATime) {
  for (const std::size_t size : {1U, 2U, 5U}) {
    Crew crew(size);
    std::vector<int> calls(size);
    std::atomic<int> sum = 0;
    for (int round = 0; round < 100; ++round) {
      crew.run([&](std::size_t i) {
        ++calls[i];
        ++sum;
      });
      ASSERT_EQ(sum, (round + 1) * static_cast<int>(size));
    }
    EXPECT_THAT(calls, Each(100));
  }
}

TEST(Crew, WhatOneThrowsComesBack) {
  Crew crew(3);
  const auto fail_in_last = [](std::size_t i) {
    if (i == 2) throw Error(ErrorCode::argument, "in 2");
  };
  expect_error(ErrorCode::argument, "in 2", [&] { crew.run(fail_in_last); });
  std::atomic<int> sum = 0;
  crew.run([&](std::size_t) { ++sum; });
  EXPECT_EQ(sum, 3) << "and it works on";
}

}  // namespace

}  // namespace exeunt

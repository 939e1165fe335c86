#include "exec/worker_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace exeunt {

namespace {

using ::testing::Each;

constexpr std::size_t kMostParts = 8;

/// Counts the runs of each part; a part writes nothing that another one reads.
class PartCountArgs : public StepArgs {
 public:
  mutable std::array<int, kMostParts> runs{};
  mutable std::array<std::thread::id, kMostParts> threads{};
};

void count_part(const StepArgs& args, StepState*, std::byte* const*, int part, int parts) noexcept {
  const auto& counting = static_cast<const PartCountArgs&>(args);
  const auto p = static_cast<std::size_t>(part);
  ++counting.runs[p];
  counting.threads[p] = std::this_thread::get_id();
  EXPECT_LT(part, parts);
}

StepCall call_of(const PartCountArgs& args, int parts) { return {nullptr, count_part, &args, nullptr, nullptr, parts}; }

TEST(WorkerPool, EveryPartRunsOnceAndIsDoneBeforeTheNextStep) {
  for (const int threads : {2, 3, 8}) {
    WorkerPool pool(threads);
    EXPECT_EQ(pool.threads(), threads);
    const PartCountArgs args;
    for (int round = 1; round <= 2000; ++round) {
      pool.run(call_of(args, threads));
      for (int part = 0; part < threads; ++part) ASSERT_EQ(args.runs[static_cast<std::size_t>(part)], round);
    }
  }
}

TEST(WorkerPool, FewerPartsThanThreads) {
  WorkerPool pool(4);
  const PartCountArgs args;
  for (int round = 0; round < 100; ++round) pool.run(call_of(args, 2));
  EXPECT_THAT(args.runs, ::testing::ElementsAre(100, 100, 0, 0, 0, 0, 0, 0));
}

/// Runs until another thread than this one has taken part 1. Part 0 takes its time, so that it comes to that.
void expect_a_worker_takes_part(WorkerPool& pool) {
  const PartCountArgs args;
  const auto run_slowly = [](const StepArgs& a, StepState*, std::byte* const*, int part, int parts) noexcept {
    if (part == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    count_part(a, nullptr, nullptr, part, parts);
  };
  do {
    pool.run({nullptr, run_slowly, &args, nullptr, nullptr, 2});
  } while (args.threads[1] == std::this_thread::get_id());
  EXPECT_EQ(args.threads[0], std::this_thread::get_id()) << "the caller does part 0";
}

TEST(WorkerPool, WorkersTakePart) {
  WorkerPool pool(2);
  expect_a_worker_takes_part(pool);
}

TEST(WorkerPool, ParkedWorkersWakeUp) {
  WorkerPool pool(2);
  for (int round = 0; round < 5; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (round % 2 == 0) pool.wake();
    expect_a_worker_takes_part(pool);
  }
}

TEST(WorkerPool, StepsRightAfterParkingAreNotLost) {
  WorkerPool pool(3);
  const PartCountArgs args;
  // Around the time at which workers park.
  for (int us = 900; us < 1300; us += 4) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds(us);
    while (std::chrono::steady_clock::now() < until) continue;
    pool.run(call_of(args, 3));
  }
  EXPECT_THAT((std::array{args.runs[0], args.runs[1], args.runs[2]}), Each(100));
}

TEST(WorkerPool, EndsWhetherItsWorkersSpinOrSleep) {
  for (const int ms : {0, 0, 0, 1, 1, 1, 3}) {
    WorkerPool pool(3);
    std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  }
}

TEST(WorkerPool, PoolsRunSideBySide) {
  const auto work = [] {
    WorkerPool pool(2);
    const PartCountArgs args;
    for (int round = 0; round < 500; ++round) pool.run(call_of(args, 2));
    EXPECT_EQ(args.runs[0], 500);
    EXPECT_EQ(args.runs[1], 500);
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace

}  // namespace exeunt

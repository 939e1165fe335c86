#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#include "plan/step.h"

namespace exeunt {

/// A step with everything that it needs to run.
struct StepCall {
  StepFn run = nullptr;
  PartFn run_part = nullptr;
  const StepArgs* args = nullptr;
  StepState* state = nullptr;
  std::byte* const* operands = nullptr;
  int parts = 1;
};

/// Threads that run the parts of a step beside the caller's.
///
/// A worker waits for its part in a loop, so that handing it over costs a few hundred nanoseconds; after about a
/// millisecond without work it parks, and the next call wakes it. Nobody waits for a worker that has not begun: what is
/// left when the caller has done its own part, the caller does as well, so a worker that is parked or has lost its core
/// costs time only.
/// Thread rule: one caller at a time.
class WorkerPool {
 public:
  /// @param threads  at least 2, the caller's among them  @throws Error device if the system gives no thread
  explicit WorkerPool(int threads);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int threads() const noexcept { return static_cast<int>(workers_.size()) + 1; }

  /// Wakes workers that are parked: so they are there when the first part comes.
  void wake() noexcept;

  /// Runs a step in its parts, at most as many as there are threads. Allocates nothing.
  void run(const StepCall& call) noexcept;

 private:
  enum class State : std::uint32_t { idle, posted, taken, stopped };

  // On cache lines of their own: the first one goes to and fro with every part, the second one only when parked.
  struct Worker {
    alignas(64) std::atomic<State> state{State::idle};
    int part = 0;
    StepCall call;  ///< read by who takes the part
    alignas(64) std::atomic<std::uint32_t> parked{0};
    std::thread thread;
  };

  static void work(Worker& worker) noexcept;
  static bool await_work(Worker& worker) noexcept;
  static void wake(Worker& worker) noexcept;
  void stop() noexcept;

  std::vector<std::unique_ptr<Worker>> workers_;
};

/// Runs a step, in its parts if it has several. @param pool  null if no step of the plan has
inline void run_step(const StepCall& call, WorkerPool* pool) noexcept {
  if (call.parts == 1) {
    call.run(*call.args, call.state, call.operands);
  } else {
    pool->run(call);
  }
}

}  // namespace exeunt

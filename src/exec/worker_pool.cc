#include "exec/worker_pool.h"

#include <chrono>
#include <csignal>
#include <system_error>

#include "base/cpu_pause.h"
#include "base/error.h"

namespace exeunt {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kSpinning = std::chrono::microseconds(100);
constexpr auto kBeforeParking = std::chrono::milliseconds(1);

/// Passes the time of a loop that waits for another thread: at first as quickly as can be, then leaving the core to
/// others, for that thread may need it.
class Patience {
 public:
  /// @return how long it has been, as of the last look at the clock
  Clock::duration wait() noexcept {
    constexpr unsigned kPollsALook = 64;
    if (waited_ < kSpinning) {
      cpu_pause();
    } else {
      std::this_thread::yield();
    }
    if (++polls_ % kPollsALook != 0) return waited_;
    const Clock::time_point now = Clock::now();
    if (polls_ == kPollsALook) start_ = now;
    return waited_ = now - start_;
  }

 private:
  unsigned polls_ = 0;
  Clock::time_point start_;
  Clock::duration waited_{};
};

/// While it lives, threads that start take no signals: those are the program's.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

WorkerPool::WorkerPool(int threads) {
  require(threads >= 2, ErrorCode::internal, "a pool of {} threads", threads);
  const NoSignals no_signals;
  try {
    for (int i = 1; i < threads; ++i) {
      Worker& worker = *workers_.emplace_back(std::make_unique<Worker>());
      worker.thread = std::thread([&worker] { work(worker); });
    }
  } catch (const std::system_error& error) {
    stop();
    fail(ErrorCode::device, "the system gives no {} threads: {}; ask for fewer (--threads)", threads, error.what());
  } catch (...) {
    // Threads that run must be joined before they are destroyed.
    stop();
    throw;
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::stop() noexcept {
  for (const auto& worker : workers_) {
    if (!worker->thread.joinable()) continue;
    // In this order for all threads alike: a worker that parks after that sees that it is to stop.
    worker->state.store(State::stopped, std::memory_order_seq_cst);
    worker->parked.store(0, std::memory_order_seq_cst);
    worker->parked.notify_one();
    worker->thread.join();
  }
}

/// @return false: the worker is to stop
bool WorkerPool::await_work(Worker& worker) noexcept {
  Patience patience;
  for (;;) {
    const State state = worker.state.load(std::memory_order_acquire);
    if (state == State::posted) return true;
    if (state == State::stopped) return false;
    if (patience.wait() < kBeforeParking) continue;
    worker.parked.store(1, std::memory_order_seq_cst);
    // A part that is posted right now may be missed. Its poster does it then, and wakes with the next one.
    if (worker.state.load(std::memory_order_seq_cst) == State::idle) worker.parked.wait(1, std::memory_order_acquire);
    worker.parked.store(0, std::memory_order_relaxed);
    patience = {};
  }
}

void WorkerPool::work(Worker& worker) noexcept {
  while (await_work(worker)) {
    State expected = State::posted;
    if (!worker.state.compare_exchange_strong(expected, State::taken, std::memory_order_acquire)) continue;
    const StepCall& call = worker.call;
    call.run_part(*call.args, call.state, call.operands, worker.part, call.parts);
    worker.state.store(State::idle, std::memory_order_release);
  }
}

void WorkerPool::wake(Worker& worker) noexcept {
  if (worker.parked.load(std::memory_order_relaxed) == 0) return;
  worker.parked.store(0, std::memory_order_release);
  worker.parked.notify_one();
}

void WorkerPool::wake() noexcept {
  for (const auto& worker : workers_) wake(*worker);
}

void WorkerPool::run(const StepCall& call) noexcept {
  const auto used = static_cast<std::size_t>(call.parts) - 1;
  for (std::size_t i = 0; i < used; ++i) {
    Worker& worker = *workers_[i];
    worker.call = call;
    worker.part = static_cast<int>(i) + 1;
    worker.state.store(State::posted, std::memory_order_release);
    wake(worker);
  }
  call.run_part(*call.args, call.state, call.operands, 0, call.parts);
  for (std::size_t i = 0; i < used; ++i) {
    // Looking first: an attempt to exchange would take the line from the worker that is about to write it.
    State expected = State::posted;
    if (workers_[i]->state.load(std::memory_order_relaxed) != State::posted) continue;
    if (workers_[i]->state.compare_exchange_strong(expected, State::idle, std::memory_order_acquire))
      call.run_part(*call.args, call.state, call.operands, static_cast<int>(i) + 1, call.parts);
  }
  for (std::size_t i = 0; i < used; ++i) {
    for (Patience patience; workers_[i]->state.load(std::memory_order_acquire) != State::idle;) patience.wait();
  }
}

}  // namespace exeunt

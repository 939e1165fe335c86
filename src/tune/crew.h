#pragma once

#include <barrier>
#include <cstddef>
#include <exception>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

namespace exeunt {

/// Runs one thing on several threads at the same time, the caller's among them.
class Crew {
 public:
  explicit Crew(std::size_t size) : barrier_(static_cast<std::ptrdiff_t>(size)), errors_(size) {
    for (std::size_t i = 1; i < size; ++i) {
      threads_.emplace_back([this, i] {
        for (barrier_.arrive_and_wait(); !stop_; barrier_.arrive_and_wait()) {
          work(i);
          barrier_.arrive_and_wait();
        }
      });
    }
  }
  ~Crew() {
    stop_ = true;
    barrier_.arrive_and_wait();
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Calls `task` with 0 .. size - 1. @throws what the first of them threw
  void run(const std::function<void(std::size_t)>& task) {
    task_ = &task;
    barrier_.arrive_and_wait();
    work(0);
    barrier_.arrive_and_wait();
    std::exception_ptr first;
    for (auto error = errors_.rbegin(); error != errors_.rend(); ++error) {
      if (*error) first = std::exchange(*error, nullptr);
    }
    if (first) std::rethrow_exception(first);
  }

 private:
  void work(std::size_t i) noexcept {
    try {
      (*task_)(i);
    } catch (...) {
      errors_[i] = std::current_exception();
    }
  }

  std::barrier<> barrier_;
  std::vector<std::exception_ptr> errors_;
  const std::function<void(std::size_t)>* task_ = nullptr;
  bool stop_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace exeunt

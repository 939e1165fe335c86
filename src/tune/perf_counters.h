#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace exeunt {

/// Events that the processor counts for the thread that made this: cycles, instructions and cache misses outside the
/// kernel, by Linux's perf_event_open. Containers and many systems do not allow it; other systems have none of it.
class PerfCounters {
 public:
  PerfCounters();
  ~PerfCounters();
  PerfCounters(const PerfCounters&) = delete;
  PerfCounters& operator=(const PerfCounters&) = delete;

  /// Why there are none; empty if there are.
  const std::string& refusal() const noexcept { return refusal_; }
  explicit operator bool() const noexcept { return refusal_.empty(); }

  static constexpr std::size_t kEvents = 3;
  using Counts = std::array<double, kEvents>;
  /// Counted so far: cycles, instructions, cache misses. Zeros without counters.
  Counts read() const noexcept;

 private:
  void close_all() noexcept;

  std::array<int, kEvents> files_{-1, -1, -1};  // the first one leads the group
  std::string refusal_;
};

}  // namespace exeunt

#pragma once

#include <exeunt/tools/bench.h>

namespace exeunt {

/// The smallest step of the clock that is seen, and what reading it takes.
struct ClockFacts {
  double resolution_us = 0;
  double cost_us = 0;
};
ClockFacts look_at_clock();

/// Rounds a nanosecond of a loop in which each operation waits for the one before it: the processor's frequency, up to
/// a factor. The best of some turns. Cost: 2 ms.
double loop_speed();

/// What the system did to this process so far; differences count.
SystemEvents system_events() noexcept;
SystemEvents operator-(const SystemEvents& a, const SystemEvents& b) noexcept;
SystemEvents& operator+=(SystemEvents& a, const SystemEvents& b) noexcept;

}  // namespace exeunt

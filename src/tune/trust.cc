#include "tune/trust.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "tune/clock.h"

namespace exeunt {

namespace {

rusage own_usage() noexcept {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage;
}

}  // namespace

ClockFacts look_at_clock() {
  constexpr std::size_t kReadings = 2001;
  std::vector<double> us(kReadings);
  Clock::time_point last = Clock::now();
  for (double& entry : us) {
    const Clock::time_point now = Clock::now();
    entry = seconds(now - last) * 1e6;
    last = now;
  }
  ClockFacts facts{std::numeric_limits<double>::max(), 0};
  for (const double step : us) {
    if (step > 0) facts.resolution_us = std::min(facts.resolution_us, step);
  }
  std::ranges::nth_element(us, us.begin() + kReadings / 2);
  facts.cost_us = us[kReadings / 2];
  // A clock that did not move through all readings has a step longer than all of them.
  if (facts.resolution_us == std::numeric_limits<double>::max()) facts.resolution_us = 1000;
  return facts;
}

double loop_speed() {
  constexpr int kTurns = 20;
  constexpr std::uint64_t kRounds = 50'000;
  double best = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    const Clock::time_point start = Clock::now();
    std::uint64_t x = 1;
    for (std::uint64_t i = 0; i < kRounds; ++i) {
      x = x * 3 + i;
      asm volatile("" : "+r"(x));  // or the compiler finds the sum
    }
    best = std::max(best, static_cast<double>(kRounds) / (seconds(Clock::now() - start) * 1e9));
  }
  return best;
}

SystemEvents system_events() noexcept {
  const rusage usage = own_usage();
  return {usage.ru_nvcsw, usage.ru_nivcsw, usage.ru_minflt, usage.ru_majflt};
}

SystemEvents operator-(const SystemEvents& a, const SystemEvents& b) noexcept {
  return {a.waits - b.waits, a.preemptions - b.preemptions, a.minor_faults - b.minor_faults,
          a.major_faults - b.major_faults};
}

SystemEvents& operator+=(SystemEvents& a, const SystemEvents& b) noexcept {
  a = {a.waits + b.waits, a.preemptions + b.preemptions, a.minor_faults + b.minor_faults,
       a.major_faults + b.major_faults};
  return a;
}

std::size_t peak_resident_bytes() noexcept { return static_cast<std::size_t>(own_usage().ru_maxrss) * 1024; }

}  // namespace exeunt

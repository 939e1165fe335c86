#include "tune/perf_counters.h"

#include <cerrno>
#include <cstring>

#ifdef __linux__
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace exeunt {

#ifdef __linux__

PerfCounters::PerfCounters() {
  constexpr std::array<std::uint64_t, kEvents> kWanted = {PERF_COUNT_HW_CPU_CYCLES, PERF_COUNT_HW_INSTRUCTIONS,
                                                          PERF_COUNT_HW_CACHE_MISSES};
  for (std::size_t i = 0; i < kEvents; ++i) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.config = kWanted[i];
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_GROUP;
    files_[i] = static_cast<int>(syscall(SYS_perf_event_open, &attributes, 0, -1, files_[0], PERF_FLAG_FD_CLOEXEC));
    if (files_[i] >= 0) continue;
    refusal_ = std::string("the kernel gives no counters of the processor's events (") + std::strerror(errno) + ")";
    close_all();
    return;
  }
}

PerfCounters::Counts PerfCounters::read() const noexcept {
  struct {
    std::uint64_t count;
    std::array<std::uint64_t, kEvents> values;
  } group{};
  if (files_[0] < 0 || ::read(files_[0], &group, sizeof group) != static_cast<ssize_t>(sizeof group)) return {};
  Counts counts{};
  for (std::size_t i = 0; i < kEvents; ++i) counts[i] = static_cast<double>(group.values[i]);
  return counts;
}

void PerfCounters::close_all() noexcept {
  for (int& file : files_) {
    if (file >= 0) close(file);
    file = -1;
  }
}

#else

PerfCounters::PerfCounters() : refusal_("this system has no counters of the processor's events that Exeunt knows") {}
PerfCounters::Counts PerfCounters::read() const noexcept { return {}; }
void PerfCounters::close_all() noexcept {}

#endif

PerfCounters::~PerfCounters() { close_all(); }

}  // namespace exeunt

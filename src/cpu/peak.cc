#include "cpu/peak.h"

#include <algorithm>
#include <chrono>

#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

double peak_gmacs() {
  using Clock = std::chrono::steady_clock;
  constexpr int kTurns = 40;
  constexpr long kRounds = 20000;
  const KernelTable& kernels = active_kernels();
  double best = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    const Clock::time_point start = Clock::now();
    const double macs = kernels.multiply_add(kRounds);
    best = std::max(best, macs / std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace exeunt::cpu

#include "cpu/peak.h"

#include <algorithm>
#include <chrono>

#include "cpu/kernels/half_conv.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

/// The best of some turns of a loop; 0 without one.
double best_speed(double (*multiply_add)(long rounds) noexcept) {
  using Clock = std::chrono::steady_clock;
  constexpr int kTurns = 40;
  constexpr long kRounds = 20000;
  if (multiply_add == nullptr) return 0;
  double best = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    const Clock::time_point start = Clock::now();
    const double macs = multiply_add(kRounds);
    best = std::max(best, macs / std::chrono::duration<double, std::nano>(Clock::now() - start).count());
  }
  return best;
}

}  // namespace

double peak_gmacs() { return best_speed(active_kernels().multiply_add); }

Peaks measure_peaks() {
  constexpr int kBf16InWord = 2;
  const QuantizedKernels& bytes = active_quantized_kernels();
  const HalfKernels* halves = active_half_kernels(DType::f16);
  return {peak_gmacs(), kBf16InWord * best_speed(active_half_kernels(DType::bf16)->multiply_add),
          bytes.group * bytes.together * best_speed(bytes.multiply_add),
          halves == nullptr ? 0 : best_speed(halves->multiply_add)};
}

}  // namespace exeunt::cpu

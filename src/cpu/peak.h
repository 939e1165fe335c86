#pragma once

namespace exeunt::cpu {

/// How many multiplications with addition one core does a nanosecond, by loops that do nothing else with the widest
/// vectors in use.
struct Peaks {
  double f32 = 0;
  double bf16 = 0;  ///< 0: no instructions for it
  double int8 = 0;  ///< 0: the same
  double fp16 = 0;  ///< 0: the same
};

/// That of f32. Takes some milliseconds.
double peak_gmacs();

/// All of them. Takes some milliseconds each.
Peaks measure_peaks();

}  // namespace exeunt::cpu

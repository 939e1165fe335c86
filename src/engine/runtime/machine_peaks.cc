#include <exeunt/tools/profile.h>

#include "cpu/peak.h"

namespace exeunt {

double MachinePeaks::of_kernel(std::string_view kernel) const noexcept {
  const auto names = [&](std::string_view type) { return kernel.find(type) != std::string_view::npos; };
  return names("int8") ? int8 : names("bf16") ? bf16 : names("fp16") ? fp16 : f32;
}

MachinePeaks measure_machine_peaks() {
  const cpu::Peaks peaks = cpu::measure_peaks();
  return {peaks.f32, peaks.bf16, peaks.int8, peaks.fp16};
}

}  // namespace exeunt

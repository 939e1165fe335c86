#include "plan/split_steps.h"

#include <fmt/format.h>

namespace exeunt {

void add_split_candidates(std::vector<Candidate>& candidates, double macs, int threads) {
  // Some microseconds of work: handing over and waiting takes less than one.
  constexpr double kWorthIt = 250e3;
  std::vector<Candidate> split;
  for (const Candidate& whole : candidates) {
    const auto add = [&](int parts) {
      Candidate& candidate = split.emplace_back(whole);
      candidate.kernel = fmt::format("{} x{}", whole.kernel, parts);
      candidate.parts = parts;
    };
    if (whole.run_part == nullptr || threads < 2) continue;
    add(threads);
    for (int parts = 2; parts < threads; parts *= 2) add(parts);
  }
  candidates.insert(macs >= kWorthIt ? candidates.begin() : candidates.end(), split.begin(), split.end());
}

}  // namespace exeunt

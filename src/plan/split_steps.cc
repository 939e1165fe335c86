#include "plan/split_steps.h"

#include "base/text.h"

namespace exeunt {

void set_parts(Candidate& candidate, int parts) {
  candidate.kernel = formatted("{} x{}", candidate.kernel, parts);
  candidate.parts = parts;
}

std::string whole_name(const std::string& kernel, int parts) {
  return parts == 1 ? kernel : kernel.substr(0, kernel.rfind(" x"));
}

void add_split_candidates(std::vector<Candidate>& candidates, double macs, int threads) {
  // Some microseconds of work: handing over and waiting takes less than one.
  constexpr double kWorthIt = 250e3;
  if (threads < 2) return;
  std::vector<Candidate> all;
  for (const Candidate& whole : candidates) {
    const auto add_split = [&](int parts) { set_parts(all.emplace_back(whole), parts); };
    const bool splits = whole.run_part != nullptr;
    if (macs < kWorthIt || !splits) all.push_back(whole);
    if (!splits) continue;
    add_split(threads);
    for (int parts = 2; parts < threads; parts *= 2) add_split(parts);
    if (macs >= kWorthIt) all.push_back(whole);
  }
  candidates = std::move(all);
}

}  // namespace exeunt

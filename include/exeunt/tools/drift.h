#pragma once

#include <exeunt/api.h>
#include <exeunt/statistics.h>
#include <exeunt/tools/tuning.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace EXEUNT_API exeunt {

enum class DriftLevel : std::uint8_t { none, some, much };

/// "none", "some", "much".
std::string_view drift_level_name(DriftLevel level) noexcept;

/// How far one distribution is from another.
struct Drift {
  std::string of;  ///< "exit shares", "scores of decision 0"
  /// Population stability index: sum over the bins of (now - then) * ln(now / then), shares of the samples.
  double psi = 0;
  /// What chance alone makes of it, with these numbers of samples, once in some hundred times.
  double chance = 0;
  DriftLevel level = DriftLevel::none;  ///< some: psi beyond chance is above 0.1; much: above 0.25
};

/// Of fewer samples drift is not told: no difference to be seen would mean little.
inline constexpr std::int64_t kLeastDriftSamples = 100;

/// Compares what a session has seen with what was seen when its exits were tuned: the shares of the exits, and the
/// scores of each decision. Distributions of which one side is not known, or has fewer samples than
/// kLeastDriftSamples, are left out.
/// @throws Error argument for a tuning of another number of exits or decisions, or with other bins of scores
std::vector<Drift> find_drift(const Statistics& now, const Tuning& then);

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/tools/bench.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace EXEUNT_API exeunt {

/// The ratio of two times, and between which values it lies with a confidence of 99 %.
struct RatioInterval {
  double median = 1;
  double low = 1;
  double high = 1;
};

/// The median of ratios that were taken one after another, and its interval by a bootstrap of blocks: neighbours that
/// a passing disturbance hit alike are drawn together, so that they do not count as independent witnesses.
/// The same seed gives the same answer. @param ratios  above 0, in the order of time; the interval of fewer than 6 is 0
/// to infinity. Cost: 2000 passes over them
/// Source: Künsch, The jackknife and the bootstrap for general stationary observations, 1989; circular blocks
RatioInterval ratio_interval(std::span<const double> ratios, std::uint64_t seed = 1);

enum class RatioVerdict : std::uint8_t { no_difference, a_faster, b_faster };

/// "no difference", "A is faster", "B is faster"
std::string_view verdict_text(RatioVerdict verdict) noexcept;

/// There is a difference if 1 lies outside of the interval and the median is off by more than `margin`: two sessions of
/// one plan differ by some tenths of a percent by where their memory lies, and nobody should choose by that.
/// @param ratio  time of B over time of A
RatioVerdict judge_ratio(const RatioInterval& ratio, double margin) noexcept;

/// One side of a comparison.
struct Contender {
  /// Opens a session; called several times, each time of the same plan with the same settings.
  std::function<Session()> open;
  /// One tensor a model input, as for `bench`; as many samples as the other side has.
  std::span<const Tensor> samples;
};

struct VersusOptions {
  /// Every sample is made to take this exit; none: the decisions at work.
  std::optional<int> exit = {};
  std::int64_t batch = 1;
  double warmup_ms = 200;
  double duration_s = 3;
  /// At least so many pairs, whatever the duration; 6 or more.
  std::int64_t least_pairs = 20;
  /// What `judge_ratio` takes for no difference.
  double margin = 0.01;
  /// Makes each run of B longer by this share, waiting in a loop: shows what can be told apart on this machine.
  double handicap = 0;
  std::uint64_t seed = 1;
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

struct Versus {
  LatencyReport a_us;   ///< of runs of A
  LatencyReport b_us;   ///< of runs of B
  RatioInterval ratio;  ///< time of B over time of A
  RatioVerdict verdict = RatioVerdict::no_difference;
  std::int64_t pairs = 0;
  std::int64_t runs_a_side = 0;  ///< runs of each side in a pair
};

/// Measures two plans in pairs: some runs of one, then as many of the other on the same samples, which of them comes
/// first is drawn for each pair; the first run of each finds the caches of the other and does not count. What drifts
/// or disturbs for longer than a pair, about a millisecond, hits both sides alike.
/// A side's time in a pair is the median of its runs; of the mix it is their sum, over 32 samples or more, for there
/// the share of each exit matters. Sessions are opened anew from time to time, in either order, so that no side keeps
/// the better place in memory.
/// @throws Error argument, shape, dtype; as Session::run
Versus versus(const Contender& a, const Contender& b, const VersusOptions& options = {});

}  // namespace exeunt

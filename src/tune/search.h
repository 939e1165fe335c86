#pragma once

#include <exeunt/tools/verdict.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace exeunt {

/// What a search for thresholds needs to know of the samples.
struct SearchSamples {
  std::vector<std::vector<float>> scores;        ///< [decision][sample]; NaN never leaves
  std::vector<std::vector<std::uint8_t>> right;  ///< [exit][sample]

  std::size_t size() const { return right.front().size(); }
  std::size_t decisions() const { return scores.size(); }
};

/// One threshold a decision; empty where it is switched off.
using Thresholds = std::vector<std::optional<float>>;

/// A choice that no other one beats: none is right as often and faster.
struct FrontPoint {
  Thresholds thresholds;
  std::int64_t right = 0;
  double latency_us = 0;  ///< mean over the samples
};

struct SearchOptions {
  /// Only choices of which 99 % of the runs take at most so long.
  std::optional<double> p99_limit_us = {};
  /// The most combinations of thresholds that a grid may have.
  std::size_t most_cells = std::size_t{1} << 24;
};

/// Everybody with a score leaves above this threshold.
inline constexpr float kAllLeave = -1;

/// Thresholds at which different samples leave, from kAllLeave on: between each two neighbours of the distinct
/// scores; if those are too many, so that about as many samples lie between each two.
std::vector<float> threshold_candidates(std::vector<float> scores, std::size_t most);

/// The choices that nothing beats, from fast to right; empty if the limit leaves none. Exact on the grid of the
/// candidates, for every set of decisions switched on.
/// Cost: most_cells steps for all decisions, fewer for fewer.
std::vector<FrontPoint> search_grid(const SearchSamples& samples, const PathCosts& costs, const SearchOptions& options);

/// The same for many decisions: one threshold after the other is set to its best with the others as they are, for many
/// prices of a wrong answer. Near the exact front.
std::vector<FrontPoint> search_coordinates(const SearchSamples& samples, const PathCosts& costs,
                                           const SearchOptions& options);

/// Whichever of the two fits the number of decisions.
std::vector<FrontPoint> search_front(const SearchSamples& samples, const PathCosts& costs,
                                     const SearchOptions& options = {});

/// The exit that a sample takes.
std::size_t exit_of(const SearchSamples& samples, const Thresholds& thresholds, std::size_t sample);

/// Which decisions are switched on.
std::vector<bool> enabled_of(const Thresholds& thresholds);

/// The fastest choice for each number of right answers.
class Front {
 public:
  explicit Front(std::size_t samples) : latency_us_(samples + 1, kNone), thresholds_(samples + 1) {}

  /// Whether a choice would be the best so far.
  bool improves(std::int64_t right, double latency_us) const {
    return latency_us < latency_us_[static_cast<std::size_t>(right)];
  }
  void put(std::int64_t right, double latency_us, Thresholds thresholds) {
    latency_us_[static_cast<std::size_t>(right)] = latency_us;
    thresholds_[static_cast<std::size_t>(right)] = std::move(thresholds);
  }
  /// Those that nothing beats, from fast to right.
  std::vector<FrontPoint> points() const;

 private:
  static constexpr double kNone = std::numeric_limits<double>::infinity();
  std::vector<double> latency_us_;
  std::vector<Thresholds> thresholds_;
};

}  // namespace exeunt

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tune/search.h"

namespace exeunt {

namespace {

constexpr std::size_t kCandidates = 256;
constexpr int kPrices = 40;
constexpr int kMostRounds = 8;

/// What one choice gives on all samples.
struct Score {
  std::int64_t right = 0;
  double us = 0;
  double within = 0;
};

/// Improves one threshold after the other. A choice is worth its time plus a price for every wrong answer.
class CoordinateSearch {
 public:
  CoordinateSearch(const SearchSamples& samples, const PathCosts& costs, const SearchOptions& options)
      : samples_(samples), costs_(costs), options_(options), front_(samples.size()) {
    for (const auto& scores : samples.scores) {
      candidates_.push_back(threshold_candidates(scores, kCandidates));
      std::vector<std::size_t>& order = orders_.emplace_back(samples.size());
      std::iota(order.begin(), order.end(), std::size_t{0});
      // Surest first; those without a score, who never leave, last.
      std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return sure(scores[a]) > sure(scores[b]); });
    }
  }

  std::vector<FrontPoint> run() {
    const Thresholds off(samples_.decisions());
    Thresholds middle = off;
    for (std::size_t d = 0; d < middle.size(); ++d) middle[d] = candidates_[d][candidates_[d].size() / 2];
    std::vector<double> prices = {0};
    const std::vector<bool> all(samples_.decisions(), true);
    const double unit = costs_.mean_us(samples_.decisions(), all) + 1e-9;
    for (int i = 0; i < kPrices; ++i) prices.push_back(unit * std::pow(10, -2 + 5.0 * i / kPrices));
    // Each price goes on from the choice for the one before, up and down: starts that are good already.
    for (const Thresholds& start : {off, middle}) {
      Thresholds thresholds = start;
      for (const double price : prices) improve(thresholds, price);
      for (auto price = prices.rbegin(); price != prices.rend(); ++price) improve(thresholds, *price);
    }
    return front_.points();
  }

 private:
  static float sure(float score) { return std::isnan(score) ? -std::numeric_limits<float>::infinity() : score; }

  void improve(Thresholds& thresholds, double price) {
    for (int round = 0; round < kMostRounds; ++round) {
      bool changed = false;
      for (std::size_t d = 0; d < thresholds.size(); ++d) changed = set_best(thresholds, d, price) || changed;
      if (!changed) return;
    }
  }

  /// The exits that samples take if decision d lets them stay; for those that do not come by, the exit before d.
  std::vector<std::size_t> routes(const Thresholds& thresholds, std::size_t d) const {
    Thresholds others = thresholds;
    others[d].reset();
    std::vector<std::size_t> exits(samples_.size());
    for (std::size_t n = 0; n < exits.size(); ++n) exits[n] = exit_of(samples_, others, n);
    return exits;
  }

  bool set_best(Thresholds& thresholds, std::size_t d, double price) {
    const std::vector<std::size_t> exits = routes(thresholds, d);
    const std::optional<float> before = thresholds[d];
    std::optional<float> best;
    double least = std::numeric_limits<double>::infinity();
    const auto consider = [&](std::optional<float> candidate, const Score& score) {
      thresholds[d] = candidate;
      if (!offer(thresholds, score)) return;
      const double worth =
          score.us + price * static_cast<double>(static_cast<std::int64_t>(samples_.size()) - score.right);
      if (worth >= least) return;
      least = worth;
      best = candidate;
    };
    thresholds[d].reset();
    consider(std::nullopt, total(exits, enabled_of(thresholds)));
    thresholds[d] = kAllLeave;
    const std::vector<bool> enabled = enabled_of(thresholds);
    Score score = total(exits, enabled);
    std::size_t next = 0;
    for (std::size_t c = candidates_[d].size(); c-- > 0;) {
      for (; next < exits.size(); ++next) {
        const std::size_t n = orders_[d][next];
        if (!(samples_.scores[d][n] > candidates_[d][c])) break;
        if (exits[n] > d) move(score, n, exits[n], d, enabled);
      }
      consider(candidates_[d][c], score);
    }
    thresholds[d] = std::isfinite(least) ? best : before;
    return thresholds[d] != before;
  }

  Score total(const std::vector<std::size_t>& exits, const std::vector<bool>& enabled) const {
    std::vector<std::int64_t> counts(samples_.decisions() + 1);
    Score score;
    for (std::size_t n = 0; n < exits.size(); ++n) {
      ++counts[exits[n]];
      score.right += samples_.right[exits[n]][n];
    }
    for (std::size_t e = 0; e < counts.size(); ++e) {
      score.us += static_cast<double>(counts[e]) * costs_.mean_us(e, enabled);
      score.within += static_cast<double>(counts[e]) * within(e, enabled);
    }
    return score;
  }

  double within(std::size_t exit, const std::vector<bool>& enabled) const {
    return options_.p99_limit_us ? costs_.share_within(exit, enabled, *options_.p99_limit_us) : 1;
  }

  void move(Score& score, std::size_t n, std::size_t from, std::size_t to, const std::vector<bool>& enabled) const {
    score.right += samples_.right[to][n] - samples_.right[from][n];
    score.us += costs_.mean_us(to, enabled) - costs_.mean_us(from, enabled);
    score.within += within(to, enabled) - within(from, enabled);
  }

  /// Writes a choice down. @return whether it is allowed
  bool offer(const Thresholds& thresholds, const Score& score) {
    const auto n = static_cast<double>(samples_.size());
    if (options_.p99_limit_us && score.within < (0.99 - 1e-9) * n) return false;
    const double us = score.us / n;
    if (front_.improves(score.right, us)) front_.put(score.right, us, thresholds);
    return true;
  }

  const SearchSamples& samples_;
  const PathCosts& costs_;
  const SearchOptions& options_;
  Front front_;
  std::vector<std::vector<float>> candidates_;
  std::vector<std::vector<std::size_t>> orders_;
};

}  // namespace

std::vector<FrontPoint> search_coordinates(const SearchSamples& samples, const PathCosts& costs,
                                           const SearchOptions& options) {
  return CoordinateSearch(samples, costs, options).run();
}

}  // namespace exeunt

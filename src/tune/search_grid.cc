#include <algorithm>
#include <cmath>
#include <numeric>

#include "tune/search.h"

namespace exeunt {

namespace {

constexpr double kWithinP99 = 0.99 - 1e-12;

/// Of the samples that stay at the first m decisions: how many they are, and what the number of right answers gains
/// when they are asked at exit m instead of exit m - 1.
struct Cell {
  std::int32_t count = 0;
  std::int32_t gain = 0;
};

/// Cells by candidate of decisions 1 .. axes.size(): first each sample in its own, then in all that it stays in.
struct CellTable {
  std::vector<std::size_t> axes;
  std::vector<Cell> cells;
};

void accumulate(const CellTable& own, std::vector<Cell>& sums) {
  sums = own.cells;
  std::size_t stride = 1;
  for (std::size_t axis = own.axes.size(); axis-- > 0; stride *= own.axes[axis]) {
    const std::size_t row = stride * own.axes[axis];
    for (std::size_t first = 0; first < sums.size(); first += row) {
      for (std::size_t i = first + stride; i < first + row; ++i) {
        sums[i].count += sums[i - stride].count;
        sums[i].gain += sums[i - stride].gain;
      }
    }
  }
}

/// The search with a fixed set of decisions switched on, a chain of its own. Right answers and times are sums over
/// the decisions that samples stay at, so tables of running sums give them for every combination of thresholds.
class ChainSearch {
 public:
  ChainSearch(const SearchSamples& samples, const PathCosts& costs, const SearchOptions& options,
              std::vector<std::size_t> chain, Front& front)
      : samples_(samples), options_(options), chain_(std::move(chain)), front_(front) {
    const std::vector<bool> enabled = set_of(samples.decisions());
    exits_ = chain_;
    exits_.push_back(samples.decisions());
    const auto most = static_cast<std::size_t>(std::pow(static_cast<double>(options.most_cells),
                                                        1.0 / static_cast<double>(std::max<std::size_t>(1, depth()))) +
                                               1e-6);
    for (const std::size_t exit : exits_) {
      us_.push_back(costs.mean_us(exit, enabled));
      within_.push_back(options.p99_limit_us ? costs.share_within(exit, enabled, *options.p99_limit_us) : 1);
    }
    for (const std::size_t d : chain_)
      candidates_.push_back(threshold_candidates(samples.scores[d], std::max<std::size_t>(most, 2)));
    place_samples();
  }

  void run() {
    const auto n = static_cast<double>(samples_.size());
    start_ = {std::accumulate(samples_.right[exits_[0]].begin(), samples_.right[exits_[0]].end(), std::int64_t{0}),
              us_[0] * n, within_[0] * n};
    if (depth() == 0) return offer(start_, {});
    for (std::size_t m = 1; m <= depth(); ++m) add_table(m);
    std::vector<std::size_t> at(depth());
    for (at[0] = 0; at[0] < candidates_[0].size(); ++at[0]) {
      for (const std::size_t sample : in_first_[at[0]]) enter(sample);
      for (std::size_t m = 1; m <= depth(); ++m) accumulate(tables_[m - 1], sums_[m - 1]);
      visit(1, 0, added(start_, 1, 0), at);
    }
  }

 private:
  struct Sum {
    std::int64_t right;
    double us;
    double within;
  };

  std::size_t depth() const { return chain_.size(); }

  std::vector<bool> set_of(std::size_t decisions) const {
    std::vector<bool> enabled(decisions);
    for (const std::size_t d : chain_) enabled[d] = true;
    return enabled;
  }

  /// A sample stays at all candidates from its place on.
  void place_samples() {
    places_.assign(depth(), std::vector<std::uint32_t>(samples_.size()));
    for (std::size_t i = 0; i < depth(); ++i) {
      for (std::size_t n = 0; n < samples_.size(); ++n) {
        const float score = samples_.scores[chain_[i]][n];
        const auto at = std::isnan(score) ? candidates_[i].begin() : std::ranges::lower_bound(candidates_[i], score);
        places_[i][n] = static_cast<std::uint32_t>(at - candidates_[i].begin());
      }
    }
    if (depth() == 0) return;
    in_first_.resize(candidates_[0].size());
    for (std::size_t n = 0; n < samples_.size(); ++n) {
      if (places_[0][n] < in_first_.size()) in_first_[places_[0][n]].push_back(n);
    }
  }

  void add_table(std::size_t m) {
    CellTable& table = tables_.emplace_back();
    for (std::size_t i = 1; i < m; ++i) table.axes.push_back(candidates_[i].size());
    const std::size_t cells =
        std::accumulate(table.axes.begin(), table.axes.end(), std::size_t{1}, std::multiplies<>());
    table.cells.resize(cells);
    sums_.emplace_back();
  }

  /// The first decision lets the sample stay from now on.
  void enter(std::size_t sample) {
    std::size_t cell = 0;
    for (std::size_t m = 1; m <= depth(); ++m) {
      if (m > 1) {
        const std::uint32_t place = places_[m - 1][sample];
        if (place >= candidates_[m - 1].size()) return;
        cell = cell * candidates_[m - 1].size() + place;
      }
      Cell& own = tables_[m - 1].cells[cell];
      ++own.count;
      own.gain += samples_.right[exits_[m]][sample] - samples_.right[exits_[m - 1]][sample];
    }
  }

  Sum added(Sum sum, std::size_t m, std::size_t cell) const {
    const Cell& c = sums_[m - 1][cell];
    sum.right += c.gain;
    sum.us += c.count * (us_[m] - us_[m - 1]);
    sum.within += c.count * (within_[m] - within_[m - 1]);
    return sum;
  }

  void visit(std::size_t level, std::size_t cell, const Sum& sum, std::vector<std::size_t>& at) {
    if (level == depth()) return offer(sum, at);
    const std::size_t width = candidates_[level].size();
    for (at[level] = 0; at[level] < width; ++at[level]) {
      const std::size_t next = cell * width + at[level];
      visit(level + 1, next, added(sum, level + 1, next), at);
    }
  }

  void offer(const Sum& sum, const std::vector<std::size_t>& at) {
    const auto n = static_cast<double>(samples_.size());
    const double us = sum.us / n;
    if (!front_.improves(sum.right, us)) return;
    if (options_.p99_limit_us && sum.within < kWithinP99 * n) return;
    Thresholds thresholds(samples_.decisions());
    for (std::size_t i = 0; i < at.size(); ++i) thresholds[chain_[i]] = candidates_[i][at[i]];
    front_.put(sum.right, us, std::move(thresholds));
  }

  const SearchSamples& samples_;
  const SearchOptions& options_;
  std::vector<std::size_t> chain_;
  Front& front_;
  std::vector<std::size_t> exits_;
  std::vector<double> us_;
  std::vector<double> within_;
  std::vector<std::vector<float>> candidates_;
  std::vector<std::vector<std::uint32_t>> places_;
  std::vector<std::vector<std::size_t>> in_first_;
  std::vector<CellTable> tables_;
  std::vector<std::vector<Cell>> sums_;
  Sum start_{};
};

}  // namespace

std::vector<FrontPoint> search_grid(const SearchSamples& samples, const PathCosts& costs,
                                    const SearchOptions& options) {
  Front front(samples.size());
  const std::size_t decisions = samples.decisions();
  for (std::size_t set = 0; set < std::size_t{1} << decisions; ++set) {
    std::vector<std::size_t> chain;
    for (std::size_t d = 0; d < decisions; ++d) {
      if ((set >> d & 1) != 0) chain.push_back(d);
    }
    ChainSearch(samples, costs, options, std::move(chain), front).run();
  }
  return front.points();
}

}  // namespace exeunt

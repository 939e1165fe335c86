#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace exeunt {

/// The smallest and the largest number that it is shown. NaN and infinities do not count, here and below: no range
/// holds them.
class RangeObserver {
 public:
  void add(std::span<const float> values) noexcept;

  /// Numbers seen.
  std::int64_t count() const noexcept { return count_; }
  /// 0 if nothing was seen.
  float low() const noexcept { return low_; }
  float high() const noexcept { return high_; }

 private:
  void widen(float low, float high, std::int64_t count) noexcept;

  std::int64_t count_ = 0;
  float low_ = 0;
  float high_ = 0;
};

/// Bins first .. last of a histogram.
struct Bins {
  int first = 0;
  int last = 0;

  int count() const noexcept { return last - first + 1; }
};

/// How many numbers lie in each of 2048 equal bins of a range. Exact zeros are counted apart: every quantised range
/// holds zero exactly, so that they never cost anything, and after a ReLU they would outweigh all else.
class Histogram {
 public:
  static constexpr int kBins = 2048;

  /// @param low, high  of the numbers to come, finite; what lies beyond counts in the first or last bin
  Histogram(float low, float high);

  void add(std::span<const float> values) noexcept;

  float low() const noexcept { return low_; }
  float high() const noexcept { return high_; }
  /// By bin, without zeros.
  std::span<const std::int64_t> counts() const noexcept { return counts_; }
  std::int64_t zeros() const noexcept { return zeros_; }
  /// Numbers seen, zeros too.
  std::int64_t total() const noexcept { return total_; }

  Bins all() const noexcept { return {0, kBins - 1}; }
  /// Where bin `i` begins and ends; the outermost edges are `low` and `high` themselves.
  double low_edge(int i) const noexcept { return i == 0 ? low_ : low_ + width_ * i; }
  double high_edge(int i) const noexcept { return i == kBins - 1 ? high_ : low_ + width_ * (i + 1); }
  double centre(int i) const noexcept { return low_ + width_ * (i + 0.5); }
  /// Whether the outer edge of the first bin is farther from zero than that of the last one.
  bool first_is_outer(Bins bins) const noexcept { return -low_edge(bins.first) > high_edge(bins.last); }

 private:
  int bin_of(float value) const noexcept;

  float low_;
  float high_;
  double width_;
  double bins_per_unit_;
  std::vector<std::int64_t> counts_;
  std::int64_t zeros_ = 0;
  std::int64_t total_ = 0;
};

/// The mean of each channel of tensors whose elements lie as [outer][channels][inner].
class ChannelMeans {
 public:
  ChannelMeans(std::int64_t channels, std::int64_t inner);

  void add(std::span<const float> values) noexcept;
  /// 0 for a channel of which nothing was seen.
  std::vector<float> means() const;

 private:
  std::size_t inner_;
  std::vector<double> sums_;
  std::vector<std::int64_t> counts_;
};

}  // namespace exeunt

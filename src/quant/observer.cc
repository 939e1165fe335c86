#include "quant/observer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace exeunt {

namespace {

/// The order of floats as that of integers: compilers turn loops over these into vector code, those with NaN to think
/// of they leave alone. Its own inverse.
std::int32_t flipped(std::int32_t bits) noexcept { return bits ^ ((bits >> 31) & 0x7fffffff); }

bool all_finite(std::span<const float> values) noexcept {
  constexpr std::uint32_t kExponent = 0x7f800000;
  std::uint32_t odd = 0;
  for (const float value : values) odd |= (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
  return odd == 0;
}

}  // namespace

void RangeObserver::widen(float low, float high, std::int64_t count) noexcept {
  low_ = count_ == 0 ? low : std::min(low_, low);
  high_ = count_ == 0 ? high : std::max(high_, high);
  count_ += count;
}

void RangeObserver::add(std::span<const float> values) noexcept {
  if (values.empty()) return;
  if (!all_finite(values)) {
    for (const float value : values) {
      if (std::isfinite(value)) widen(value, value, 1);
    }
    return;
  }
  std::int32_t low = std::numeric_limits<std::int32_t>::max();
  std::int32_t high = std::numeric_limits<std::int32_t>::min();
  for (const float value : values) {
    const std::int32_t key = flipped(std::bit_cast<std::int32_t>(value));
    low = std::min(low, key);
    high = std::max(high, key);
  }
  // Adding 0 turns -0 into 0.
  widen(std::bit_cast<float>(flipped(low)) + 0.0F, std::bit_cast<float>(flipped(high)) + 0.0F,
        static_cast<std::int64_t>(values.size()));
}

Histogram::Histogram(float low, float high)
    : low_(low), high_(high), width_((static_cast<double>(high) - low) / kBins), counts_(kBins) {
  bins_per_unit_ = width_ > 0 ? 1 / width_ : 0;
}

int Histogram::bin_of(float value) const noexcept {
  const double at = (static_cast<double>(value) - low_) * bins_per_unit_;
  return static_cast<int>(std::clamp(at, 0.0, kBins - 1.0));
}

void Histogram::add(std::span<const float> values) noexcept {
  const bool finite = all_finite(values);
  for (const float value : values) {
    if (!finite && !std::isfinite(value)) continue;
    ++total_;
    if (value == 0) {
      ++zeros_;
    } else {
      ++counts_[static_cast<std::size_t>(bin_of(value))];
    }
  }
}

ChannelMeans::ChannelMeans(std::int64_t channels, std::int64_t inner)
    : inner_(static_cast<std::size_t>(inner)),
      sums_(static_cast<std::size_t>(channels)),
      counts_(static_cast<std::size_t>(channels)) {}

void ChannelMeans::add(std::span<const float> values) noexcept {
  const bool finite = all_finite(values);
  for (std::size_t at = 0; at + inner_ * sums_.size() <= values.size() && !sums_.empty() && inner_ > 0;) {
    for (std::size_t c = 0; c < sums_.size(); ++c) {
      for (std::size_t i = 0; i < inner_; ++i, ++at) {
        if (!finite && !std::isfinite(values[at])) continue;
        sums_[c] += static_cast<double>(values[at]);
        ++counts_[c];
      }
    }
  }
}

std::vector<float> ChannelMeans::means() const {
  std::vector<float> means;
  for (std::size_t c = 0; c < sums_.size(); ++c)
    means.push_back(counts_[c] == 0 ? 0.0F : static_cast<float>(sums_[c] / static_cast<double>(counts_[c])));
  return means;
}

}  // namespace exeunt

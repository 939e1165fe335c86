#include "cpu/winograd_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/half.h"
#include "base/text.h"
#include "cpu/float_weights.h"
#include "cpu/half_step.h"
#include "cpu/word_order.h"

namespace exeunt::cpu {

namespace {

using Numbers = std::vector<double>;

/// G g: the polynomial of the taps at each point, over the product of the point's distances from all others; last the
/// point at infinity, which takes the last tap alone.
Numbers transform_taps(const Numbers& taps, std::span<const double> points) {
  Numbers result;
  for (const double x : points) {
    double value = 0;
    for (std::size_t i = taps.size(); i-- > 0;) value = value * x + taps[i];
    for (const double other : points) value /= other == x ? 1 : x - other;
    result.push_back(value);
  }
  result.push_back(taps.back());
  return result;
}

constexpr std::array kPoints = {0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5};
/// Of an axis of two taps and four results (winograd_stride2.inl.h).
constexpr std::array kEvenPoints = {0.0, 1.0, -1.0, 2.0};

/// G g G^T, row by row, where `rows` transforms a column of g and `columns` a row of what that gives.
template <class Rows, class Columns>
Numbers transform_both(const std::vector<Numbers>& g, const Rows& rows, const Columns& columns) {
  std::vector<Numbers> by_column;
  for (std::size_t j = 0; j < g.front().size(); ++j) {
    Numbers column;
    for (const Numbers& row : g) column.push_back(row[j]);
    by_column.push_back(rows(column));
  }
  Numbers result;
  for (std::size_t i = 0; i < by_column.front().size(); ++i) {
    Numbers row;
    for (const Numbers& column : by_column) row.push_back(column[i]);
    const Numbers transformed = columns(row);
    result.insert(result.end(), transformed.begin(), transformed.end());
  }
  return result;
}

Numbers transform_stride1(const std::vector<Numbers>& g, int patch) {
  const auto points = std::span(kPoints).first(static_cast<std::size_t>(patch - 1));
  const auto transform = [&](const Numbers& taps) { return transform_taps(taps, points); };
  return transform_both(g, transform, transform);
}

/// The matrices of the four pairs of parities, one after the other; an odd axis takes the middle tap as it is.
Numbers transform_stride2(const std::vector<Numbers>& g) {
  const auto even = [](const Numbers& taps) { return transform_taps({taps[0], taps[2]}, kEvenPoints); };
  const auto odd = [](const Numbers& taps) { return Numbers{taps[1]}; };
  Numbers result = transform_both(g, even, even);
  for (const Numbers& part : {transform_both(g, even, odd), transform_both(g, odd, even), transform_both(g, odd, odd)})
    result.insert(result.end(), part.begin(), part.end());
  return result;
}

/// What becomes of filters, as one matrix: transforming is linear.
class FilterTransform {
 public:
  explicit FilterTransform(const WinogradForm& form)
      : FilterTransform(form.kernel, [&](const std::vector<Numbers>& g) {
          return form.stride == 1 ? transform_stride1(g, form.kernel + form.results - 1) : transform_stride2(g);
        }) {}

  /// @param transform  gives the numbers of a filter of `kernel` rows
  template <class Transform>
  FilterTransform(int kernel, const Transform& transform) {
    std::vector<Numbers> g(static_cast<std::size_t>(kernel), Numbers(static_cast<std::size_t>(kernel)));
    for (Numbers& row : g) {
      for (double& tap : row) {
        tap = 1;
        columns_.push_back(transform(g));
        tap = 0;
      }
    }
  }

  std::size_t taps() const { return columns_.size(); }

  /// One filter, of one output and one input channel. @return its transformed numbers, until the next call
  const Numbers& of(const float* filter) {
    result_.assign(columns_.front().size(), 0);
    for (const Numbers& column : columns_) {
      const auto tap = static_cast<double>(*filter++);
      for (std::size_t m = 0; m < result_.size(); ++m) result_[m] += tap * column[m];
    }
    return result_;
  }

 private:
  std::vector<Numbers> columns_;
  Numbers result_;
};

/// Number m of each filter as 16-bit integers, those of two filters a word, `step` floats apart.
/// @return what a word counts in; NaN where a number is not finite
float pack_shorts(const std::vector<Numbers>& filters, std::size_t m, std::size_t step, float* words) {
  constexpr double kHighest = 32767;
  constexpr double kHigh = 65536;
  double largest = 0;
  for (const Numbers& filter : filters)
    largest = std::isnan(filter[m]) ? INFINITY : std::max(largest, std::abs(filter[m]));
  if (!std::isfinite(largest)) return std::numeric_limits<float>::quiet_NaN();
  const double unit = largest > 0 ? largest / kHighest : 1;
  for (std::size_t i = 0; i < filters.size(); i += 2, words += step) {
    const double low = i + 1 < filters.size() ? std::round(filters[i + 1][m] / unit) : 0;
    const auto low_bits = static_cast<std::uint16_t>(static_cast<std::int16_t>(low));
    // The kernel takes the word for its high half, a part of one more than what is there.
    const double high = std::round(filters[i][m] / unit - low_bits / kHigh);
    const auto high_bits = static_cast<std::uint16_t>(static_cast<std::int16_t>(high));
    const std::uint32_t word = static_cast<std::uint32_t>(high_bits) << 16 | low_bits;
    std::memcpy(words, &word, sizeof word);
  }
  return static_cast<float>(unit / kHigh);
}

}  // namespace

PackedWeights pack_winograd_weights(const NodeView& node, const WinogradForm& form, int lanes, int padded) {
  const Tensor& weights = *node.weights(1);
  const auto out = static_cast<std::size_t>(weights.shape()[0]);
  const auto in = static_cast<std::size_t>(weights.shape()[1]);
  const auto width = static_cast<std::size_t>(padded);
  const auto vector = static_cast<std::size_t>(lanes);
  const auto matrices = static_cast<std::size_t>(form.matrices);
  return node.packer.pack(
      &weights, node.weights(2), formatted("winograd {} {} {} {}", form.points, form.kernel, lanes, padded),
      width * (matrices * in + 1), [&](std::span<float> to) {
        Tensor storage;
        const float* from = floats_of(weights, storage).span<float>().data();
        FilterTransform transform(form);
        for (std::size_t o = 0; o < out; ++o) {
          for (std::size_t i = 0; i < in; ++i, from += transform.taps()) {
            const Numbers& values = transform.of(from);
            for (std::size_t m = 0; m < matrices; ++m)
              to[m * width * in + (o / vector * in + i) * vector + o % vector] = static_cast<float>(values[m]);
          }
        }
        if (const Tensor* bias = node.weights(2))
          std::ranges::copy(bias->span<float>(), to.begin() + static_cast<std::ptrdiff_t>(width * matrices * in));
      });
}

PackedWeights pack_winograd_shorts(const NodeView& node, const WinogradForm& form, int lanes, int padded) {
  const Tensor& weights = *node.weights(1);
  const auto out = static_cast<std::size_t>(weights.shape()[0]);
  const auto in = static_cast<std::size_t>(weights.shape()[1]);
  const auto width = static_cast<std::size_t>(padded);
  const auto vector = static_cast<std::size_t>(lanes);
  const auto matrices = static_cast<std::size_t>(form.matrices);
  const auto pairs = static_cast<std::size_t>(short_pairs(static_cast<int>(in), lanes));
  const std::size_t scales_at = width * matrices * pairs;
  const std::size_t bias_at = scales_at + width * matrices;
  return node.packer.pack(&weights, node.weights(2),
                          formatted("winograd shorts {} {} {} {}", form.points, form.kernel, lanes, padded),
                          bias_at + width, [&](std::span<float> to) {
                            Tensor storage;
                            const float* from = floats_of(weights, storage).span<float>().data();
                            FilterTransform transform(form);
                            std::vector<Numbers> filters(in);
                            for (std::size_t o = 0; o < out; ++o) {
                              for (Numbers& filter : filters) {
                                filter = transform.of(from);
                                from += transform.taps();
                              }
                              for (std::size_t m = 0; m < matrices; ++m) {
                                float* words = to.data() + m * width * pairs + o / vector * pairs * vector + o % vector;
                                to[scales_at + m * width + o] = pack_shorts(filters, m, vector, words);
                              }
                            }
                            if (const Tensor* bias = node.weights(2))
                              std::ranges::copy(bias->span<float>(), to.begin() + static_cast<std::ptrdiff_t>(bias_at));
                          });
}

PackedWeights pack_bf16_winograd_weights(const NodeView& node, int results, int lanes, int padded, int words) {
  constexpr int kKernel = 3;
  const Tensor& weights = *node.weights(1);
  const std::int64_t out = weights.shape()[0];
  const std::int64_t in = weights.shape()[1];
  const int patch = results + kKernel - 1;
  const WordOrder order{lanes, 2, 1, words};
  const std::size_t matrix = static_cast<std::size_t>(padded) * static_cast<std::size_t>(words);
  const std::size_t bias_at = matrix * static_cast<std::size_t>(patch * patch);
  return node.packer.pack(
      &weights, node.weights(2), formatted("bf16 winograd {} {} {} {}", results, lanes, padded, words),
      bias_at + static_cast<std::size_t>(padded), [&](std::span<float> to) {
        auto* numbers = reinterpret_cast<BFloat16*>(to.data());
        Tensor storage;
        const float* from = floats_of(weights, storage).span<float>().data();
        FilterTransform transform(kKernel, [=](const std::vector<Numbers>& g) { return transform_stride1(g, patch); });
        for (std::int64_t o = 0; o < out; ++o) {
          for (std::int64_t i = 0; i < in; ++i, from += transform.taps()) {
            const Numbers& values = transform.of(from);
            for (std::size_t p = 0; p < values.size(); ++p)
              numbers[2 * p * matrix + order.of(o, 0, i)] = BFloat16(static_cast<float>(values[p]));
          }
        }
        if (const Tensor* bias = node.weights(2)) copy_half_bias(*bias, to.subspan(bias_at));
      });
}

bool fetches_weights_ahead(std::ptrdiff_t floats) {
  // Less than this stays in a second-level cache of half a megabyte and is there soon enough.
  constexpr std::ptrdiff_t kFewBytes = 192 << 10;
  return floats * static_cast<std::ptrdiff_t>(sizeof(float)) > kFewBytes;
}

}  // namespace exeunt::cpu

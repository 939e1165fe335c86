#pragma once

#include <algorithm>

#include "cpu/kernels/tile_product.inl.h"
#include "cpu/kernels/winograd.h"
#include "cpu/kernels/winograd_transforms.inl.h"

namespace exeunt::cpu {

/// Copies what lies inside the image of a patch at row `top` and column `left`, and puts zeros elsewhere: made up
/// beside the image, of which no padded copy is needed that way.
template <class S, int kPatch>
[[gnu::noinline]] void copy_border_patch(const Winograd& conv, int top, int left, int lanes, const float* x,
                                         float* to) noexcept {
  const std::ptrdiff_t pixel = conv.in_channels;
  const std::ptrdiff_t line = pixel * conv.in_width;
  int present[kPatch];  // lanes of each column
  for (int j = 0; j < kPatch; ++j) present[j] = left + j >= 0 && left + j < conv.in_width ? lanes : 0;
  x += top * line + left * pixel;
  for (int i = top; i < top + kPatch; ++i, x += line, to += kPatch * S::kLanes) {
    if (i < 0 || i >= conv.in_height) {
      unrolled<kPatch>([=](auto j) EXEUNT_INLINE { S::store(to + j * S::kLanes, S::zero()); });
    } else {
      unrolled<kPatch>([&](auto j)
                           EXEUNT_INLINE { S::store(to + j * S::kLanes, S::load_part(x + j * pixel, present[j])); });
    }
  }
}

/// Calls `use(source, to)` for each patch and each vector of its channels, `to` being the place of its first point.
/// `pitch`: input rows from a patch to the next.
template <class S, int kPatch, class Use>
[[gnu::always_inline]] inline void for_each_patch(const Winograd& conv, PatchRange patches, int pitch, const float* x,
                                                  float* to, const Use& use) noexcept {
  const std::ptrdiff_t pixel = conv.in_channels;
  const std::ptrdiff_t line = pixel * conv.in_width;
  int wide = patches.first % conv.patches_wide;
  int high = patches.first / conv.patches_wide;
  alignas(64) float border[kPatch * kPatch * S::kLanes];
  for (int k = 0; k < patches.count; ++k, to += S::kLanes) {
    const int top = high * pitch - conv.pad_top;
    const int left = wide * pitch - conv.pad_left;
    if (++wide == conv.patches_wide) {
      wide = 0;
      ++high;
    }
    const bool inside = top >= 0 && left >= 0 && top + kPatch <= conv.in_height && left + kPatch <= conv.in_width;
    float* place = to;
    for (int c = 0; c < conv.in_channels; c += S::kLanes, place += conv.block) {
      const int lanes = std::min(S::kLanes, conv.in_channels - c);
      PatchSource source{x + top * line + left * pixel + c, line, pixel};
      if (!inside || lanes != S::kLanes) {
        copy_border_patch<S, kPatch>(conv, top, left, lanes, x + c, border);
        source = {border, kPatch * S::kLanes, S::kLanes};
      }
      use(source, place);
    }
  }
}

template <class S, int kPatch, int kResults>
void winograd_gather(const Winograd& conv, PatchRange patches, const float* x, float* to) noexcept {
  const std::ptrdiff_t step = conv.in_point;
  for_each_patch<S, kPatch>(conv, patches, kResults, x, to, [=](const PatchSource& source, float* first) EXEUNT_INLINE {
    transform_patch<S, kPatch>(source, first, step);
  });
}

/// Adds the residual, clamps and stores the results of a patch as far as they exist.
template <class S, int kResults>
[[gnu::always_inline]] inline void store_results(const Winograd& conv, int row, int column, int channel, int lanes,
                                                 Tile<S, kResults, kResults>& r, const float* residual,
                                                 float* y) noexcept {
  const typename S::Vec low = S::set1(conv.low);
  const typename S::Vec high = S::set1(conv.high);
  const std::ptrdiff_t pixel = conv.out_channels;
  const std::ptrdiff_t line = pixel * conv.out_width;
  const std::ptrdiff_t first = row * line + column * pixel + channel;
  if (row + kResults <= conv.out_height && column + kResults <= conv.out_width && lanes == S::kLanes) {
    if (residual != nullptr) {
      Strided<const float> from(residual + first, pixel);
      unrolled<kResults>([&](auto i) EXEUNT_INLINE {
        unrolled<kResults>([&](auto j) EXEUNT_INLINE { r[i][j] = S::add(r[i][j], S::load(from[j])); });
        from.advance(line);
      });
    }
    Strided<float> to(y + first, pixel);
    unrolled<kResults>([&](auto i) EXEUNT_INLINE {
      unrolled<kResults>([&](auto j) EXEUNT_INLINE { S::store(to[j], S::clamp(r[i][j], low, high)); });
      to.advance(line);
    });
    return;
  }
  unrolled<kResults>([&](auto i) EXEUNT_INLINE {
    unrolled<kResults>([&](auto j) EXEUNT_INLINE {
      if (row + i >= conv.out_height || column + j >= conv.out_width) return;
      const std::ptrdiff_t at = first + i * line + j * pixel;
      if (residual != nullptr) r[i][j] = S::add(r[i][j], S::load_part(residual + at, lanes));
      S::store_part(y + at, S::clamp(r[i][j], low, high), lanes);
    });
  });
}

/// Calls `back(products of the first point, r)` for each patch and vector of channels and stores what it makes.
template <class S, int kResults, class Back>
[[gnu::always_inline]] inline void scatter_patches(const Winograd& conv, PatchRange patches, int first_channel,
                                                   int last_channel, const float* products, const float* residual,
                                                   float* y, const Back& back) noexcept {
  int wide = patches.first % conv.patches_wide;
  int high = patches.first / conv.patches_wide;
  products += first_channel / S::kLanes * conv.block;
  for (int k = 0; k < patches.count; ++k, products += S::kLanes) {
    const float* place = products;
    for (int c = first_channel; c < last_channel; c += S::kLanes, place += conv.block) {
      Tile<S, kResults, kResults> r;
      back(place, r);
      store_results<S>(conv, high * kResults, wide * kResults, c, std::min(S::kLanes, last_channel - c), r, residual,
                       y);
    }
    if (++wide == conv.patches_wide) {
      wide = 0;
      ++high;
    }
  }
}

template <class S, int kPatch, int kResults>
void winograd_scatter(const Winograd& conv, PatchRange patches, int first_channel, int last_channel,
                      const float* products, const float* residual, float* y) noexcept {
  const std::ptrdiff_t step = conv.out_point;
  scatter_patches<S, kResults>(
      conv, patches, first_channel, last_channel, products, residual,
      y, [=](const float* first, typename S::Vec(&r)[kResults][kResults]) __attribute__((always_inline)) {
        transform_products<S, kPatch, kResults>(first, step, r);
      });
}

/// acc[p][z] += x[p][k] * w[z][k], patches lying a vector apart.
template <class S, int kPatches, int kVecs, int k>
[[gnu::always_inline]] inline void add_patch_product(Tile<S, kPatches, kVecs>& acc, const float* x, const float* w,
                                                     const Stride& w_step) noexcept {
  typename S::Vec weight[kVecs];
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
    weight[z] = S::load(w_step.from(w, z) + k * S::kLanes);
    S::pin(weight[z]);
  });
  multiply_tile<S, kPatches, kVecs>(acc, weight, [=](auto p) EXEUNT_INLINE { return x + p * S::kLanes + k; });
}

/// Adds the products of `kCount` channels of one block, from the first one on.
template <class S, int kPatches, int kVecs, int kCount>
[[gnu::always_inline]] inline void accumulate_channels(Tile<S, kPatches, kVecs>& acc, const float* x, const float* w,
                                                       const Stride& w_step) noexcept {
  if constexpr (kCount > 0) {
    accumulate_channels<S, kPatches, kVecs, kCount - 1>(acc, x, w, w_step);
    add_patch_product<S, kPatches, kVecs, kCount - 1>(acc, x, w, w_step);
  }
}

/// Adds a whole block, which has no loop: most networks have few channels where Winograd pays, and a loop's start and
/// end would be a tenth of the time.
template <class S, int kPatches, int kVecs>
[[gnu::always_inline]] inline void accumulate_block(Tile<S, kPatches, kVecs>& acc, const float* x, const float* w,
                                                    const Stride& w_step) noexcept {
  if constexpr (MultipliesByLane<S>) {
    multiply_tile_by_lanes<S, kPatches, kVecs>(
        acc, [=](auto p) EXEUNT_INLINE { return x + p * S::kLanes; },
        [&](auto z) EXEUNT_INLINE { return w_step.from(w, z); });
  } else {
    accumulate_channels<S, kPatches, kVecs, S::kLanes>(acc, x, w, w_step);
  }
}

/// Floats from the weights of the tile at `channel` to those that are multiplied next: the next tile's of the channels
/// [first, last) or, behind the last one, the first one's of the next point. 0: they are the same, or there are none.
/// @param depth  floats a channel
template <int kTile>
[[gnu::always_inline]] inline std::ptrdiff_t to_next_tile(const Winograd& conv, const WinogradForm& form, int point,
                                                          int first_channel, int last_channel, int channel,
                                                          std::ptrdiff_t depth) noexcept {
  if (channel + kTile < last_channel) return kTile * depth;
  if (point + 1 == form.points) return 0;
  const int matrices = form.matrix == nullptr ? 1 : form.matrix[point + 1] - form.matrix[point];
  return matrices * conv.matrix_step - (channel - first_channel) * depth;
}

/// All tiles of one point and one tile's width of channels. A function of its own, so that the registers for addresses
/// are all there for its loops.
/// @param start  what sums start from: the bias or zeros
/// @param ahead  floats from the weights to those that are multiplied next; fetched meanwhile if kAhead
template <class S, int kPatches, int kVecs, bool kAhead>
[[gnu::noinline]] void multiply_point(const float* from, float* to, const float* weights, const float* start,
                                      int patches, int depth, std::ptrdiff_t block,
                                      [[maybe_unused]] std::ptrdiff_t ahead) noexcept {
  const Stride w_step(static_cast<std::ptrdiff_t>(depth) * S::kLanes);
  typename S::Vec first[kVecs];
  unrolled<kVecs>([&](auto z) EXEUNT_INLINE { first[z] = S::load(start + z * S::kLanes); });
  for (; patches > 0; patches -= kPatches, from += kPatches * S::kLanes, to += kPatches * S::kLanes) {
    Tile<S, kPatches, kVecs> acc;
    fill_tile<S, kPatches, kVecs>(acc, first);
    const float* x = from;
    const float* w = weights;
    int rest = depth;
    for (; rest >= S::kLanes; rest -= S::kLanes, x += block, w += S::kLanes * S::kLanes) {
      if constexpr (kAhead) {
        if (ahead != 0) fetch_ahead<kVecs, S::kLanes * S::kLanes>(w, w_step, ahead);
      }
      accumulate_block<S, kPatches, kVecs>(acc, x, w, w_step);
    }
    for (; rest > 0; --rest, ++x, w += S::kLanes) add_patch_product<S, kPatches, kVecs, 0>(acc, x, w, w_step);
    unrolled<kPatches * kVecs>(
        [=](auto i, Tile<S, kPatches, kVecs>& a)
            EXEUNT_INLINE { S::store(to + i % kVecs * block + i / kVecs * S::kLanes, a[i / kVecs][i % kVecs]); },
        acc);
    if constexpr (kAhead) ahead = 0;
  }
}

/// All points where one tile holds the whole block: no loop over tiles, and nothing to set up for each point.
/// @param depth  channels to sum over, whole vectors
template <class S, int kPatches, int kVecs>
[[gnu::noinline]] void multiply_points_of_one_tile(const float* in, std::ptrdiff_t in_point, float* out,
                                                   std::ptrdiff_t out_point, std::ptrdiff_t block, int depth,
                                                   const float* weights, std::ptrdiff_t matrix_step, const float* bias,
                                                   int bias_point, int points) noexcept {
  alignas(64) static constexpr float kZeros[kVecs * S::kLanes] = {};
  const Stride w_step(static_cast<std::ptrdiff_t>(depth) * S::kLanes);
  for (int point = 0; point < points; ++point, in += in_point, out += out_point, weights += matrix_step) {
    const float* start = point == bias_point ? bias : kZeros;
    Tile<S, kPatches, kVecs> acc;
    typename S::Vec first[kVecs];
    unrolled<kVecs>([&](auto z) EXEUNT_INLINE { first[z] = S::load(start + z * S::kLanes); });
    fill_tile<S, kPatches, kVecs>(acc, first);
    const float* x = in;
    const float* w = weights;
    int rest = depth;
    do {
      accumulate_block<S, kPatches, kVecs>(acc, x, w, w_step);
      x += block;
      w += S::kLanes * S::kLanes;
      rest -= S::kLanes;
    } while (rest > 0);
    unrolled<kPatches * kVecs>(
        [=](auto i, Tile<S, kPatches, kVecs>& a)
            EXEUNT_INLINE { S::store(out + i % kVecs * block + i / kVecs * S::kLanes, a[i / kVecs][i % kVecs]); },
        acc);
  }
}

template <class S, int kPatches, int kVecs, bool kAhead>
void multiply_points(const Winograd& conv, const WinogradForm& form, int patches, int first_channel, int last_channel,
                     const float* in, float* out) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  alignas(64) static constexpr float kZeros[kTile] = {};
  const int depth = conv.in_channels;
  const std::ptrdiff_t block = conv.block;
  const std::ptrdiff_t in_point = conv.in_point;
  const std::ptrdiff_t out_point = conv.out_point;
  const int first_bias = form.bias_point;
  const int last_bias = first_bias + form.bias_points;
  if (!kAhead && patches == kPatches && depth % S::kLanes == 0 && last_channel - first_channel <= kTile &&
      form.matrix == nullptr) {
    multiply_points_of_one_tile<S, kPatches, kVecs>(
        in, in_point, out + first_channel / S::kLanes * block, out_point, block, depth,
        conv.weights + first_channel * static_cast<std::ptrdiff_t>(depth), conv.matrix_step, conv.bias + first_channel,
        first_bias, form.points);
    return;
  }
  // Points outside: weights are read in the order in which they lie, as prefetching wants it.
  for (int point = 0; point < form.points; ++point, in += in_point, out += out_point) {
    const bool carries_bias = point >= first_bias && point < last_bias;
    const int matrix = form.matrix == nullptr ? point : form.matrix[point];
    const float* weights = conv.weights + matrix * conv.matrix_step;
    for (int channel = first_channel; channel < last_channel; channel += kTile) {
      multiply_point<S, kPatches, kVecs, kAhead>(
          in, out + channel / S::kLanes * block, weights + channel * static_cast<std::ptrdiff_t>(depth),
          carries_bias ? conv.bias + channel : kZeros, patches, depth, block,
          kAhead ? to_next_tile<kTile>(conv, form, point, first_channel, last_channel, channel, depth) : 0);
    }
  }
}

/// WinogradTile::multiply.
template <class S, int kPatches, int kVecs>
void winograd_multiply(const Winograd& conv, const WinogradForm& form, int patches, int first_channel, int last_channel,
                       const float* in, float* out) noexcept {
  multiply_points<S, kPatches, kVecs, false>(conv, form, patches, first_channel, last_channel, in, out);
}

/// The same; heeds Winograd::fetches_ahead.
template <class S, int kPatches, int kVecs>
void winograd_multiply_ahead(const Winograd& conv, const WinogradForm& form, int patches, int first_channel,
                             int last_channel, const float* in, float* out) noexcept {
  (conv.fetches_ahead
       ? multiply_points<S, kPatches, kVecs, true>
       : multiply_points<S, kPatches, kVecs, false>)(conv, form, patches, first_channel, last_channel, in, out);
}

/// The form of kPatch x kPatch points with stride 1: kResults x kResults results of a kernel of what is left.
template <class S, int kPatch, int kResults>
inline constexpr WinogradForm kWinogradForm = {kPatch - kResults + 1,
                                               1,
                                               kResults,
                                               kPatch* kPatch,
                                               kPatch* kPatch,
                                               kPatch + 1,
                                               1,
                                               nullptr,
                                               winograd_gather<S, kPatch, kResults>,
                                               winograd_scatter<S, kPatch, kResults>};

}  // namespace exeunt::cpu

#pragma once

#include "cpu/kernels/requantize.inl.h"
#include "cpu/kernels/tile_product.inl.h"

namespace exeunt::cpu {

/// Vectors of sums of which `lanes` exist, one a pixel: those of few networks, so that all tiles share it.
template <class S>
[[gnu::noinline, gnu::cold]] void store_part_of_pixels(const Requantize& requantize, int channel, const float* sums,
                                                       int pixels, int lanes, std::ptrdiff_t pixel,
                                                       const std::uint8_t* residual, std::byte* y,
                                                       std::ptrdiff_t at) noexcept {
  const Requantizer<S> requantizer(requantize);
  const ChannelScales<S> channels(requantize, channel);
  for (; pixels > 0; --pixels, sums += S::kLanes, at += pixel)
    requantizer.store_part(channels, S::load(sums), lanes, residual, y, at);
}

/// Results of the pixels from `column` on, of the channels from `channel` on, as far as they exist.
template <class S, int kPixels, int kVecs>
[[gnu::always_inline]] inline void store_sums(const QuantizedDirectConv& conv, const Requantizer<S>& requantizer,
                                              Tile<S, kPixels, kVecs>& acc, int column, int channel,
                                              const std::uint8_t* residual, std::byte* y) noexcept {
  const std::ptrdiff_t pixel = conv.out_channels;
  unrolled<kVecs>(
      [&](auto z, Tile<S, kPixels, kVecs>& sums) EXEUNT_INLINE {
        const int first = channel + z * S::kLanes;
        const int lanes = std::min(S::kLanes, conv.out_channels - first);
        if (lanes <= 0) return;
        typename S::Vec own[kPixels];
        unrolled<kPixels>([&](auto p) EXEUNT_INLINE { own[p] = sums[p][z]; });
        const std::ptrdiff_t at = column * pixel + first;
        if (lanes < S::kLanes) {
          float spilled[kPixels * S::kLanes];
          unrolled<kPixels>([&](auto p) EXEUNT_INLINE { S::store(spilled + p * S::kLanes, own[p]); });
          store_part_of_pixels<S>(conv.requantize, first, spilled, kPixels, lanes, pixel, residual, y, at);
        } else {
          requantizer.store(ChannelScales<S>(conv.requantize, first), own, pixel, residual, y, at);
        }
      },
      acc);
}

/// The last tile of a row moves back to end with it.
template <class S, int kPixels, int kVecs>
void quantized_direct_conv(const QuantizedDirectConv& conv, const float* const* rows, ChannelRange channels,
                           const std::uint8_t* residual, std::byte* y) noexcept {
  constexpr int kTile = kVecs * S::kLanes;
  const int kernel_height = conv.kernel_height;
  const int runs = conv.runs;
  const int run = conv.run;
  const int width = conv.out_width;
  const std::ptrdiff_t x_pixel = conv.x_pixel;
  const std::ptrdiff_t x_run = conv.x_run;
  const std::ptrdiff_t block_step = conv.block_step;
  const Requantizer<S> requantizer(conv.requantize);
  // A copy, for the stores of bytes.
  const QuantizedDirectConv local = conv;
  const Stride x_step = Stride::of_bytes(x_pixel);
  const Stride w_step(block_step);
  const std::ptrdiff_t run_words = static_cast<std::ptrdiff_t>(run) * S::kLanes;
  for (int left = 0; left < width; left += kPixels) {
    const int column = std::min(left, width - kPixels);
    for (int channel = channels.first; channel < channels.last; channel += kTile) {
      typename S::Vec start[kVecs];
      unrolled<kVecs>([&](auto z) EXEUNT_INLINE {
        start[z] = S::load(reinterpret_cast<const float*>(local.start + channel + z * S::kLanes));
      });
      Tile<S, kPixels, kVecs> acc;
      fill_tile<S, kPixels, kVecs>(acc, start);
      const float* w = local.weights + channel / S::kLanes * block_step;
      for (int k = 0; k < kernel_height; ++k) {
        if (rows[k] == nullptr) {
          w += runs * run_words;
          continue;
        }
        const float* from = bytes_behind(rows[k], column * x_pixel);
        for (int r = 0; r < runs; ++r, from = bytes_behind(from, x_run), w += run_words)
          accumulate<S, kPixels, kVecs>(acc, from, x_step, w, w_step, run);
      }
      store_sums<S, kPixels, kVecs>(local, requantizer, acc, column, channel, residual, y);
    }
  }
}

/// Quantize of `count` floats to bytes.
template <class S>
void quantize_line(const float* x, std::ptrdiff_t count, float scale, int zero, std::uint8_t* y) noexcept {
  using F = typename S::Float;
  // Beyond these the bytes saturate; so the conversion to integers stays in range. It makes the least integer of NaN.
  const auto low = F::set1(static_cast<float>(-1 - zero));
  const auto high = F::set1(static_cast<float>(256 - zero));
  const auto bytes = [&](typename F::Vec v) EXEUNT_INLINE {
    return S::add(S::round(F::clamp(F::div(v, F::set1(scale)), low, high)), S::set_int(zero));
  };
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) S::store_bytes(y + i, bytes(F::load(x + i)));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) S::store_bytes_part(y + i, bytes(F::load_part(x + i, rest)), rest);
}

/// Dequantize of `count` bytes.
template <class S>
void dequantize_line(const std::uint8_t* x, std::ptrdiff_t count, float scale, int zero, float* y) noexcept {
  using F = typename S::Float;
  const auto floats = [&](typename S::Vec v)
                          EXEUNT_INLINE { return F::mul(S::to_float(S::sub(v, S::set_int(zero))), F::set1(scale)); };
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= count; i += S::kLanes) F::store(y + i, floats(S::load_bytes(x + i)));
  const int rest = static_cast<int>(count - i);
  if (rest > 0) F::store_part(y + i, floats(S::load_bytes_part(x + i, rest)), rest);
}

template <class S>
void quantized_add(const QuantizedAddition& add, const std::uint8_t* a, const std::uint8_t* b,
                   std::uint8_t* y) noexcept {
  using F = typename S::Float;
  const auto sum = [&](typename S::Vec first, typename S::Vec second) EXEUNT_INLINE {
    const auto scaled = F::mul(S::to_float(S::sub(second, S::set_int(add.b_zero))), F::set1(add.b_scale));
    const auto total =
        S::multiply_add(S::to_float(S::sub(first, S::set_int(add.a_zero))), F::set1(add.a_scale), scaled);
    return S::add(S::round(F::clamp(total, F::set1(add.low), F::set1(add.high))), S::set_int(add.y_zero));
  };
  std::ptrdiff_t i = 0;
  for (; i + S::kLanes <= add.count; i += S::kLanes)
    S::store_bytes(y + i, sum(S::load_bytes(a + i), S::load_bytes(b + i)));
  const int rest = static_cast<int>(add.count - i);
  if (rest > 0) S::store_bytes_part(y + i, sum(S::load_bytes_part(a + i, rest), S::load_bytes_part(b + i, rest)), rest);
}

}  // namespace exeunt::cpu

#include "tune/nan_samples.h"

#include <algorithm>
#include <cmath>

namespace exeunt {

namespace {

template <class T>
void count_in(const TensorView& batch, std::int64_t first, NanSamples& seen) {
  const std::int64_t samples = batch.shape().rank() > 0 ? batch.shape()[0] : 1;
  if (samples == 0) return;
  const auto* values = reinterpret_cast<const T*>(batch.data);
  const std::int64_t each = batch.type.shape.elements() / samples;
  for (std::int64_t i = 0; i < samples; ++i, values += each) {
    if (std::none_of(values, values + each, [](T value) { return std::isnan(value); })) continue;
    if (seen.count++ == 0) seen.first = first + i;
  }
}

}  // namespace

void count_nan_samples(const TensorView& batch, std::int64_t first, NanSamples& seen) {
  if (batch.type.dtype == DType::f32) count_in<float>(batch, first, seen);
  if (batch.type.dtype == DType::f64) count_in<double>(batch, first, seen);
}

NanSamples both(const NanSamples& a, const NanSamples& b) {
  if (a.count == 0 || b.count == 0) return a.count == 0 ? b : a;
  return {a.count + b.count, std::min(a.first, b.first)};
}

}  // namespace exeunt

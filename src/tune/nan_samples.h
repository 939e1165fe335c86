#pragma once

#include <exeunt/tools/dataset.h>

namespace exeunt {

/// Adds the samples of a batch that hold a NaN. Types other than floats hold none.
/// @param first  number of the batch's first sample
void count_nan_samples(const TensorView& batch, std::int64_t first, NanSamples& seen);

/// Of two parts of the same data.
NanSamples both(const NanSamples& a, const NanSamples& b);

}  // namespace exeunt

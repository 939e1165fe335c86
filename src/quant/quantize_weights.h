#pragma once

#include <exeunt/tensor.h>

#include <vector>

namespace exeunt {

/// Weights [M,C,...] as i8 numbers, -127 to 127, with a scale for each of the M channels.
struct QuantizedWeights {
  Tensor numbers;
  std::vector<double> scale;
  std::size_t channels = 0;  ///< C
  std::vector<double> lost;  ///< [M,C]: the sum of the taps less what the numbers stand for
};

QuantizedWeights quantize_weights(const Tensor& weights);

/// A matrix [M,K] as filters [M,K,1].
Tensor as_filters(const Tensor& matrix);
/// A matrix [K,M] as filters [M,K,1].
Tensor transposed(const Tensor& matrix);

}  // namespace exeunt

#pragma once

#include <optional>
#include <vector>

#include "base/dtype.h"
#include "graph/graph.h"

namespace exeunt {

/// The elements of a tensor as doubles.
inline std::vector<double> numbers_of(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    std::vector<double> numbers;
    numbers.reserve(static_cast<std::size_t>(tensor.elements()));
    for (const T value : tensor.span<T>()) numbers.push_back(static_cast<double>(widen(value)));
    return numbers;
  });
}

/// A tensor of these numbers, as many as `type` has elements.
inline Tensor tensor_of(const TensorType& type, const std::vector<double>& numbers) {
  Tensor tensor(type);
  dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
    const std::span<T> to = tensor.mutable_span<T>();
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = convert<T>(numbers[i]);
  });
  return tensor;
}

/// The number that the constant `v` is, whatever its rank; nothing if it is no constant of one element.
inline std::optional<double> number_of(const Graph& graph, ValueId v) {
  const Tensor* tensor = graph.constant(v);
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  return numbers_of(*tensor).front();
}

}  // namespace exeunt

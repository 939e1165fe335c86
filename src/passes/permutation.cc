#include "passes/permutation.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "ops/op.h"

namespace exeunt {

namespace {

std::size_t at(std::int64_t axis) { return static_cast<std::size_t>(axis); }

}  // namespace

ops::Ints identity_perm(int rank) {
  ops::Ints perm(at(rank));
  std::iota(perm.begin(), perm.end(), 0);
  return perm;
}

bool is_identity(const ops::Ints& perm) noexcept { return std::ranges::is_sorted(perm); }

ops::Ints inverse(const ops::Ints& perm) {
  ops::Ints result(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i) result[at(perm[i])] = static_cast<std::int64_t>(i);
  return result;
}

ops::Ints composed(const ops::Ints& first, const ops::Ints& second) {
  ops::Ints result;
  for (const std::int64_t axis : second) result.push_back(first[at(axis)]);
  return result;
}

ops::Ints extended(const ops::Ints& perm, int rank) {
  const auto more = rank - static_cast<std::int64_t>(perm.size());
  ops::Ints result = identity_perm(static_cast<int>(more));
  for (const std::int64_t axis : perm) result.push_back(axis + more);
  return result;
}

ops::Ints without_axes(const ops::Ints& perm, const ops::Ints& dropped) {
  ops::Ints kept;
  for (std::size_t i = 0; i < perm.size(); ++i) {
    if (std::ranges::find(dropped, static_cast<std::int64_t>(i)) == dropped.end()) kept.push_back(perm[i]);
  }
  ops::Ints result;
  for (const std::int64_t axis : kept) result.push_back(std::ranges::count_if(kept, [&](auto k) { return k < axis; }));
  return result;
}

Shape permuted(const Shape& shape, const ops::Ints& perm) {
  Shape result = shape;
  for (std::size_t i = 0; i < perm.size(); ++i) result[static_cast<int>(i)] = shape[static_cast<int>(perm[i])];
  return result;
}

Tensor permuted(const Tensor& tensor, const ops::Ints& perm) {
  Tensor result(TensorType{tensor.dtype(), permuted(tensor.shape(), perm)});
  const std::array in = {tensor.view()};
  const std::array out = {result.mutable_view()};
  run_reference(ops::Transpose{perm}, in, out);
  return result;
}

Tensor reshaped(const Tensor& tensor, const Shape& shape) {
  Tensor result(TensorType{tensor.dtype(), shape});
  std::memcpy(result.mutable_view().data, tensor.view().data, tensor.bytes());
  return result;
}

Shape with_rank(const Shape& shape, int rank) {
  ops::Ints dims(at(rank - shape.rank()), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  return Shape(dims);
}

bool keeps_bytes(const Shape& shape, const ops::Ints& perm) noexcept {
  std::int64_t last = -1;
  for (const std::int64_t axis : perm) {
    if (shape[static_cast<int>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

}  // namespace exeunt

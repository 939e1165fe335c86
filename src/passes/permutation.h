#pragma once

#include <exeunt/tensor.h>

#include "ops/fields.h"

namespace exeunt {

// Permutations as Transpose has them: axis i of the result is axis perm[i] of the operand.

ops::Ints identity_perm(int rank);
bool is_identity(const ops::Ints& perm) noexcept;
ops::Ints inverse(const ops::Ints& perm);
/// Transpose(Transpose(x, first), second) = Transpose(x, composed(first, second)).
ops::Ints composed(const ops::Ints& first, const ops::Ints& second);
/// For tensors of `rank` axes, of which the last ones are permuted by `perm`.
ops::Ints extended(const ops::Ints& perm, int rank);
/// The permutation of the axes that stay when the axes `dropped` of the result go.
ops::Ints without_axes(const ops::Ints& perm, const ops::Ints& dropped);

Shape permuted(const Shape& shape, const ops::Ints& perm);
Tensor permuted(const Tensor& tensor, const ops::Ints& perm);
/// The same elements in another shape of as many.
Tensor reshaped(const Tensor& tensor, const Shape& shape);
/// `shape` with axes of size 1 in front.
Shape with_rank(const Shape& shape, int rank);

/// Whether transposing a tensor of `shape` moves axes of size 1 only: then it is a reshape.
bool keeps_bytes(const Shape& shape, const ops::Ints& perm) noexcept;

}  // namespace exeunt

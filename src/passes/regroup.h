#pragma once

#include <optional>

#include "base/shape.h"
#include "ops/fields.h"

namespace exeunt {

struct Regrouped {
  ops::Ints shape;
  ops::Ints perm;
};

/// Reshape(Transpose(x, perm), target) = Transpose(Reshape(x, result.shape), result.perm), if there is such a thing:
/// the axes that the reshape joins or splits must stand side by side, in the same order, in x too.
/// @param from  the shape of Transpose(x, perm)
std::optional<Regrouped> regroup(const Shape& from, const ops::Ints& perm, const Shape& target);

}  // namespace exeunt

#include "ops/shape_of.h"

#include <algorithm>

namespace exeunt::ops {

namespace {

std::int64_t place(std::int64_t at, std::int64_t rank) {
  return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
}

}  // namespace

TensorType infer(const ShapeOf& op, Types in) {
  const std::int64_t rank = type_at(in, 0).shape.rank();
  return {DType::i64, {std::max<std::int64_t>(0, place(op.end, rank) - place(op.start, rank))}};
}

void reference(const ShapeOf& op, Inputs in, Outputs out) {
  const std::int64_t first = place(op.start, in[0].shape().rank());
  for (std::int64_t i = 0; i < out[0].elements(); ++i)
    out[0].as<std::int64_t>()[i] = in[0].shape()[static_cast<int>(first + i)];
}

}  // namespace exeunt::ops

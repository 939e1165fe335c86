#include "ops/max_pool_indices.h"

#include "base/elements.h"

namespace exeunt::ops {

namespace {

/// The offset of the largest tap of a window in its plane; -1 if there is none.
template <class W>
std::int64_t place_of_max(const Numbers<W>& x, const Window3& w, const Extent3& e) {
  std::int64_t best = -1;
  for_each_tap(w, e, [&](std::int64_t at) {
    if (best < 0) {
      best = at;
      return;
    }
    const W value = x[at];
    const W highest = x[best];
    // NaN wins and stays: a comparison with it is false both ways.
    if (!(value <= highest) && highest == highest) best = at;
  });
  return best;
}

/// A row-major offset in a plane as the offset with the first axis fastest.
std::int64_t to_column_major(std::int64_t offset, const Window3& w) {
  const std::int64_t column = offset % w.in[2];
  const std::int64_t row = offset / w.in[2] % w.in[1];
  const std::int64_t depth = offset / w.in[2] / w.in[1];
  return depth + (row + column * w.in[1]) * w.in[0];
}

template <class W>
void reference_as(const MaxPoolIndices& op, TensorView x, MutableTensorView y) {
  const Window3 w = make_window3(x.shape(), y.shape(), {op.kernel, op.strides, op.pads, op.dilations});
  const std::int64_t plane = w.in[0] * w.in[1] * w.in[2];
  const std::int64_t planes = x.shape()[0] * x.shape()[1];
  std::int64_t* out = y.as<std::int64_t>();
  for (std::int64_t p = 0; p < planes; ++p) {
    const std::int64_t start = p * plane;
    for_each_window(w, [&](const Extent3& e) {
      const std::int64_t at = place_of_max(Numbers<W>(x) + start, w, e);
      *out++ = at < 0 ? -1 : start + (op.column_major ? to_column_major(at, w) : at);
    });
  }
}

}  // namespace

TensorType infer(const MaxPoolIndices& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require(x.dtype != DType::boolean, ErrorCode::dtype, "max pooling of bool is not possible");
  return {DType::i64, pool_output_shape(x.shape, {op.kernel, op.strides, op.pads, op.dilations}, op.ceil_mode)};
}

void reference(const MaxPoolIndices& op, Inputs in, Outputs out) {
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) { reference_as<W>(op, in[0], out[0]); });
}

double work(const MaxPoolIndices& op, Types, const TensorType& out) {
  double taps = 1;
  for (const std::int64_t k : op.kernel) taps *= static_cast<double>(k);
  return static_cast<double>(out.shape.elements()) * taps;
}

}  // namespace exeunt::ops

#include "ops/scatter.h"

#include <cstring>

#include "base/elements.h"
#include "ops/arithmetic.h"
#include "ops/indices.h"

namespace exeunt::ops {

namespace {

/// The larger (or smaller) one; a NaN wins.
template <class W>
W better(W a, W b, bool larger) {
  if (a != a) return a;
  return b != b || (larger ? b > a : b < a) ? b : a;
}

template <class W>
W combine(ScatterFn fn, W old, W update) {
  switch (fn) {
    case ScatterFn::none:
      break;
    case ScatterFn::add:
      return wrapping_add(old, update);
    case ScatterFn::mul:
      return wrapping_multiply(old, update);
    case ScatterFn::max:
      return better(old, update, true);
    case ScatterFn::min:
      return better(old, update, false);
  }
  return update;
}

void check_types(const TensorType& data, const TensorType& indices, const TensorType& updates) {
  require_indices(indices);
  require_same_dtype(data, updates);
}

void copy_data(TensorView data, MutableTensorView y) {
  if (y.elements() > 0) std::memcpy(y.data, data.data, data.type.bytes());
}

}  // namespace

TensorType infer(const ScatterElements& op, Types in) {
  const TensorType& data = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  const TensorType& updates = type_at(in, 2);
  check_types(data, indices, updates);
  check_element_indices(data.shape, indices.shape, op.axis);
  require(updates.shape == indices.shape, ErrorCode::shape, "updates {} and indices {} differ", updates.shape.str(),
          indices.shape.str());
  return data;
}

void reference(const ScatterElements& op, Inputs in, Outputs out) {
  const Shape& shape = out[0].shape();
  const int axis = normalize_axis(op.axis, shape.rank());
  Strides strides = contiguous_strides(shape);
  const std::int64_t along = strides[static_cast<std::size_t>(axis)];
  strides[static_cast<std::size_t>(axis)] = 0;
  copy_data(in[0], out[0]);
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) {
    StridedLoop<1> loop(in[1].shape(), {strides});
    const Numbers<W> old(out[0]);
    const Numbers<W> updates(in[2]);
    const Places y(out[0]);
    for (std::int64_t i = 0; !loop.done(); loop.next(), ++i) {
      const std::int64_t at = loop.offset(0) + position_at(in[1], i, shape[axis]) * along;
      y.set(at, combine(op.fn, old[at], updates[i]));
    }
  });
}

TensorType infer(const ScatterND&, Types in) {
  const TensorType& data = type_at(in, 0);
  const TensorType& indices = type_at(in, 1);
  const TensorType& updates = type_at(in, 2);
  check_types(data, indices, updates);
  const SliceIndices slices(data.shape, indices.shape, 0);
  std::vector<std::int64_t> dims(indices.shape.begin(), indices.shape.end() - 1);
  dims.insert(dims.end(), data.shape.begin() + slices.count, data.shape.end());
  require(updates.shape == Shape(dims), ErrorCode::shape, "updates are {}; {} is needed", updates.shape.str(),
          Shape(dims).str());
  return data;
}

void reference(const ScatterND& op, Inputs in, Outputs out) {
  const SliceIndices slices(in[0].shape(), in[1].shape(), 0);
  copy_data(in[0], out[0]);
  dispatch_wide(out[0].dtype(), [&]<class W>(TypeTag<W>) {
    const Numbers<W> old(out[0]);
    const Numbers<W> updates(in[2]);
    const Places y(out[0]);
    for (std::int64_t row = 0; row < slices.rows; ++row) {
      const std::int64_t start = slices.start(in[0].shape(), in[1], row);
      for (std::int64_t i = 0; i < slices.slice; ++i)
        y.set(start + i, combine(op.fn, old[start + i], updates[row * slices.slice + i]));
    }
  });
}

}  // namespace exeunt::ops

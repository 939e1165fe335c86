#include "ops/scatter.h"

#include <cstring>

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

template <class T>
T combine(ScatterFn fn, T old, T update) {
  const Wide<T> a = widen(old);
  const Wide<T> b = widen(update);
  switch (fn) {
    case ScatterFn::none:
      break;
    case ScatterFn::add:
      return convert<T>(wrapping_add(a, b));
    case ScatterFn::mul:
      return convert<T>(wrapping_multiply(a, b));
    case ScatterFn::max:
      return convert<T>(better(a, b, true));
    case ScatterFn::min:
      return convert<T>(better(a, b, false));
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
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    StridedLoop<1> loop(in[1].shape(), {strides});
    for (std::int64_t i = 0; !loop.done(); loop.next(), ++i) {
      T& place = out[0].as<T>()[loop.offset(0) + position_at(in[1], i, shape[axis]) * along];
      place = combine(op.fn, place, in[2].as<T>()[i]);
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
  require(updates.shape == Shape(dims), ErrorCode::shape, "updates are {}; [{}] is needed", updates.shape.str(),
          fmt::join(dims, ","));
  return data;
}

void reference(const ScatterND& op, Inputs in, Outputs out) {
  const SliceIndices slices(in[0].shape(), in[1].shape(), 0);
  copy_data(in[0], out[0]);
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    for (std::int64_t row = 0; row < slices.rows; ++row) {
      T* place = out[0].as<T>() + slices.start(in[0].shape(), in[1], row);
      const T* update = in[2].as<T>() + row * slices.slice;
      for (std::int64_t i = 0; i < slices.slice; ++i) place[i] = combine(op.fn, place[i], update[i]);
    }
  });
}

}  // namespace exeunt::ops

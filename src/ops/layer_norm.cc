#include "ops/layer_norm.h"

#include <cmath>

namespace exeunt::ops {

namespace {

/// (x - mean) * scale normalises a row.
struct Normalizer {
  double mean, scale;
};

template <class T>
Normalizer normalizer_of(const LayerNorm& op, const T* x, std::int64_t count) {
  const auto n = static_cast<double>(count);
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += widen(x[i]);
  const double mean = op.center ? sum / n : 0;
  double squares = 0;
  for (std::int64_t i = 0; i < count; ++i) squares += (widen(x[i]) - mean) * (widen(x[i]) - mean);
  return {mean, 1 / std::sqrt(squares / n + op.epsilon)};
}

template <class T>
void reference_as(const LayerNorm& op, Inputs in, MutableTensorView y) {
  const Shape& shape = y.shape();
  const TensorView scale = optional_operand(in, 1);
  const TensorView bias = optional_operand(in, 2);
  const auto strides_of = [&](const TensorView& v) {
    return v.present() ? broadcast_strides(v.shape(), shape) : Strides{};
  };
  std::int64_t row = 1;
  for (int a = normalize_axis(op.axis, shape.rank()); a < shape.rank(); ++a) row *= shape[a];
  const T* x = in[0].as<T>();
  T* out = y.as<T>();
  Normalizer normalizer{};
  StridedLoop<2> loop(shape, {strides_of(scale), strides_of(bias)});
  for (std::int64_t i = 0; !loop.done(); loop.next(), ++i) {
    if (i % row == 0) normalizer = normalizer_of(op, x + i, row);
    double value = (widen(x[i]) - normalizer.mean) * normalizer.scale;
    if (scale.present()) value *= widen(scale.as<T>()[loop.offset(0)]);
    if (bias.present()) value += widen(bias.as<T>()[loop.offset(1)]);
    out[i] = convert<T>(value);
  }
}

}  // namespace

TensorType infer(const LayerNorm& op, Types in) {
  const TensorType& x = type_at(in, 0);
  require_float(x, "x");
  normalize_axis(op.axis, x.shape.rank());
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    const TensorType* p = optional_type(in, i);
    if (p == nullptr) continue;
    require_same_dtype(x, *p);
    require(broadcast(x.shape, p->shape) == x.shape, ErrorCode::shape, "operand {} is {}; it does not broadcast to {}",
            i, p->shape.str(), x.shape.str());
  }
  return x;
}

void reference(const LayerNorm& op, Inputs in, Outputs out) {
  dispatch(out[0].dtype(), [&]<class T>(TypeTag<T>) {
    if constexpr (AnyFloat<T>) reference_as<T>(op, in, out[0]);
  });
}

double work(const LayerNorm& op, Types in, const TensorType& out) {
  // A mean of squares and a quotient; a mean and a difference before them; scale and bias.
  double steps = op.center ? 5 : 3;
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) steps += optional_type(in, i) == nullptr ? 0 : 1;
  return steps * static_cast<double>(out.shape.elements());
}

}  // namespace exeunt::ops

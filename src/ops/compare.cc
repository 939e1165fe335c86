#include "ops/compare.h"

#include "base/elements.h"

namespace exeunt::ops {

namespace {

template <class W>
bool compare(CompareFn fn, W a, W b) {
  switch (fn) {
    case CompareFn::Equal:
      return a == b;
    case CompareFn::Greater:
      return a > b;
    case CompareFn::GreaterOrEqual:
      return a >= b;
    case CompareFn::Less:
      return a < b;
    case CompareFn::LessOrEqual:
      return a <= b;
  }
  return false;
}

}  // namespace

TensorType infer(const Compare&, Types in) {
  const TensorType& a = type_at(in, 0);
  const TensorType& b = type_at(in, 1);
  require_same_dtype(a, b);
  return {DType::boolean, broadcast(a.shape, b.shape)};
}

void reference(const Compare& op, Inputs in, Outputs out) {
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) {
    const Shape& shape = out[0].shape();
    StridedLoop<2> loop(shape, {broadcast_strides(in[0].shape(), shape), broadcast_strides(in[1].shape(), shape)});
    const Numbers<W> a(in[0]);
    const Numbers<W> b(in[1]);
    bool* y = out[0].as<bool>();
    for (; !loop.done(); loop.next()) *y++ = compare(op.fn, a[loop.offset(0)], b[loop.offset(1)]);
  });
}

}  // namespace exeunt::ops

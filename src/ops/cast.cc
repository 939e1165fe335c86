#include "ops/cast.h"

#include "base/elements.h"

namespace exeunt::ops {

TensorType infer(const Cast& op, Types in) { return {op.to, type_at(in, 0).shape}; }

void reference(const Cast&, Inputs in, Outputs out) {
  dispatch_wide(in[0].dtype(), [&]<class W>(TypeTag<W>) {
    const Numbers<W> x(in[0]);
    const Places y(out[0]);
    for (std::int64_t i = 0; i < out[0].elements(); ++i) y.set(i, x[i]);
  });
}

}  // namespace exeunt::ops

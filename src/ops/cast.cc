#include "ops/cast.h"

namespace exeunt::ops {

TensorType infer(const Cast& op, Types in) { return {op.to, type_at(in, 0).shape}; }

void reference(const Cast&, Inputs in, Outputs out) {
  dispatch(in[0].dtype(), [&]<class From>(TypeTag<From>) {
    dispatch(out[0].dtype(), [&]<class To>(TypeTag<To>) {
      const From* x = in[0].as<From>();
      To* y = out[0].as<To>();
      for (std::int64_t i = 0; i < out[0].elements(); ++i) y[i] = convert<To>(x[i]);
    });
  });
}

}  // namespace exeunt::ops

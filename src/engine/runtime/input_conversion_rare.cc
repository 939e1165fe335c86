#include "engine/runtime/input_conversion.inl.h"

namespace exeunt {

// Compiled for size: all pairs of types with all ways of scaling would be larger than the rest of the runtime.
InputConversion::RunFn InputConversion::pick_rare(DType to, DType from, Scaling scaling) noexcept {
  return dispatch(to, [&]<class To>(TypeTag<To>) { return pick_for<To>(from, scaling); });
}

}  // namespace exeunt

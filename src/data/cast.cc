#include <exeunt/tools/arrays.h>

#include "base/dtype.h"

namespace exeunt {

Tensor cast_array(const TensorView& array, DType to) {
  Tensor result({to, array.shape()});
  dispatch(array.dtype(), [&]<class From>(TypeTag<From>) {
    dispatch(to, [&]<class To>(TypeTag<To>) {
      const From* from = array.as<From>();
      for (To& value : result.mutable_span<To>()) value = convert<To>(*from++);
    });
  });
  return result;
}

}  // namespace exeunt

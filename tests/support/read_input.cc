#include "support/read_input.h"

#include <algorithm>

#include "support/tensors.h"

namespace exeunt::testing {

Tensor read_input(const Value& input, const Tensor& given) {
  if (input.order.empty()) return given.clone();
  ops::Ints perm;
  for (std::size_t axis = 0; axis < input.order.size(); ++axis) {
    perm.push_back(std::ranges::find(input.order, static_cast<std::int64_t>(axis)) - input.order.begin());
  }
  return run_op(ops::Transpose{perm}, {given});
}

}  // namespace exeunt::testing

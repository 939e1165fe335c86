#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// The logarithm of the softmax, x - max - log(sum of exp(x - max)), along `axis`. x: floats, rank 1 or more.
/// Source: ONNX LogSoftmax-13. Older opsets, which flatten to 2-D first, are imported with Reshapes.
struct LogSoftmax {
  static constexpr std::string_view kName = "LogSoftmax";
  std::int64_t axis = -1;

  bool operator==(const LogSoftmax&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis);
  }
};

TensorType infer(const LogSoftmax& op, Types in);
void reference(const LogSoftmax& op, Inputs in, Outputs out);
double work(const LogSoftmax& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

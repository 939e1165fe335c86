#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// y[i] = x[0] + ... + x[i] along `axis`; `exclusive` leaves x[i] out, `reverse` starts at the other end.
/// Numbers of any dtype; integers wrap. Source: ONNX CumSum-11, -14.
struct CumSum {
  static constexpr std::string_view kName = "CumSum";
  std::int64_t axis = 0;
  bool exclusive = false;
  bool reverse = false;

  bool operator==(const CumSum&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("exclusive", self.exclusive), visit("reverse", self.reverse);
  }
};

TensorType infer(const CumSum& op, Types in);
void reference(const CumSum& op, Inputs in, Outputs out);

}  // namespace exeunt::ops

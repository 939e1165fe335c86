#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Local response normalisation across channels: x / (bias + alpha / size * sum of squares)^beta, the sum over the
/// channels c - floor((size - 1) / 2) .. c + ceil((size - 1) / 2) that exist. x [N,C,...]: floats.
/// Source: ONNX LRN-1, -13.
struct Lrn {
  static constexpr std::string_view kName = "LRN";
  std::int64_t size = 1;
  double alpha = 1e-4;
  double beta = 0.75;
  double bias = 1;

  bool operator==(const Lrn&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("size", self.size), visit("alpha", self.alpha), visit("beta", self.beta), visit("bias", self.bias);
  }
};

TensorType infer(const Lrn& op, Types in);
void reference(const Lrn& op, Inputs in, Outputs out);
double work(const Lrn& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

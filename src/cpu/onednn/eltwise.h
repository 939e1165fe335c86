#pragma once

#include <optional>

#include "cpu/onednn/primitive_step.h"

namespace exeunt::cpu {

/// f(x) with oneDNN's two parameters.
struct Eltwise {
  dnnl::algorithm kind;
  float alpha = 0;
  float beta = 0;
};

/// An activation as oneDNN computes it; nothing if it does not.
std::optional<Eltwise> activation_of(const ops::Unary& op);

/// Adds the op's activation to what follows a primitive.
template <class FusedOp>
void append_activation(dnnl::post_ops& steps, const FusedOp& op) {
  if (op.activation == ops::Activation::none) return;
  const std::optional<Eltwise> f = activation_of(ops::activation_function(op));
  require(f.has_value(), ErrorCode::internal, "oneDNN does not fuse {}", ops::enum_name(op.activation));
  steps.append_eltwise(1.0F, f->kind, f->alpha, f->beta);
}

}  // namespace exeunt::cpu

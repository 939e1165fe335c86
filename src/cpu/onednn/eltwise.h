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

/// Adds a fused activation to what follows a primitive.
void append_activation(dnnl::post_ops& steps, const ops::Unary& function);

/// Adds the activation of an op that has one.
template <class FusedOp>
void append_activation_of(dnnl::post_ops& steps, const FusedOp& op) {
  if (op.activation != ops::Activation::none) append_activation(steps, ops::activation_function(op));
}

}  // namespace exeunt::cpu

#pragma once

#include <limits>
#include <optional>

#include "cpu/kernels/kernel_table.h"
#include "ops/activation.h"

namespace exeunt::cpu {

/// The kernel of our own for a function of one element; nothing if there is none.
std::optional<Map> map_of(ops::UnaryFn function) noexcept;

/// What a step does with its results before it stores them: clamps them, or stores them and goes over them once more.
struct Epilogue {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
  MapFn map = nullptr;
  float alpha = 0;
  float beta = 0;
};

/// The epilogue of an op's activation.
Epilogue epilogue_of(const ops::Unary& activation) noexcept;

template <class FusedOp>
Epilogue epilogue_of_op(const FusedOp& op) noexcept {
  return epilogue_of(ops::activation_function(op));
}

}  // namespace exeunt::cpu

#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "plan/packed_weights.h"

namespace exeunt {

/// What a session keeps for one step beside its buffers (a library's handles, say).
class StepState {
 public:
  virtual ~StepState() = default;
};

/// The fixed part of a step: sizes, packed weights, a library's compiled kernel. Shared by all sessions of a plan.
class StepArgs {
 public:
  virtual ~StepArgs() = default;
  /// What each session needs of its own; null if nothing.
  virtual std::unique_ptr<StepState> make_state() const { return nullptr; }
  /// Calls `move` for its packed weights, if it has any, and reads them where that says from then on.
  virtual void move_weights(const MoveWeights&) {}
};

/// Does the work of one step. `operands` are the addresses of its inputs, its result and its scratch
/// memory, in the order in which its candidate listed them. Must not allocate, throw or look anything up.
using StepFn = void (*)(const StepArgs& args, StepState* state, std::byte* const* operands) noexcept;

/// Does part `part` of `parts` of that work. All parts together give what StepFn gives, bit for bit, in any order and
/// at the same time, on threads of their own: a part writes to places of its own in the result and in the scratch
/// memory.
using PartFn = void (*)(const StepArgs& args, StepState* state, std::byte* const* operands, int part,
                        int parts) noexcept;

}  // namespace exeunt

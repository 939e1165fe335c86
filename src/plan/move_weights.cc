#include "plan/move_weights.h"

namespace exeunt {

void move_weights(std::span<const std::shared_ptr<StepArgs>> taken, PlanWeights& weights) {
  for (const auto& args : taken) {
    args->move_weights([&](PackedWeights& packed) {
      weights.reserve(packed);
      return reinterpret_cast<const float*>(packed->data());
    });
  }
  weights.move_in();
  for (const auto& args : taken) {
    args->move_weights([&](PackedWeights& packed) {
      const float* address = weights.address(packed);
      packed.reset();
      return address;
    });
  }
  weights.release_originals();
}

}  // namespace exeunt

#pragma once

#include <memory>
#include <span>

#include "plan/step.h"

namespace exeunt {

/// Gathers the packed weights of the steps that a plan took in one place; those of the others go.
void move_weights(std::span<const std::shared_ptr<StepArgs>> taken, PlanWeights& weights);

}  // namespace exeunt

#pragma once

#include <exeunt/plan.h>

#include <cstdint>
#include <span>

#include "base/error.h"

namespace exeunt {

/// @throws Error argument unless the plan takes one input, sample by sample
inline void check_data_fits(const Plan& plan) {
  require(plan.inputs().size() == 1, ErrorCode::argument, "the model has {} inputs; a data set can feed one",
          plan.inputs().size());
  const Shape& input = plan.inputs().front().type.shape;
  require(input.rank() > 0 && input[0] == 1, ErrorCode::argument,
          "the model's input is {}: its first axis is no batch axis, so its answers cannot be counted by sample",
          input.str());
}

/// @throws Error argument for a label that is no class
inline void check_labels(std::span<const std::int32_t> labels, std::int64_t classes) {
  for (const std::int32_t label : labels) {
    require(label >= 0 && label < classes, ErrorCode::argument,
            "the data has label {}; the model knows classes 0 to {}", label, classes - 1);
  }
}

}  // namespace exeunt

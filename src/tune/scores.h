#pragma once

#include <exeunt/exit_settings.h>

#include <span>
#include <vector>

namespace exeunt {

/// Probabilities with another temperature: p^(1/temperature), made to add up to one again.
void apply_temperature(std::span<float> probabilities, float temperature);

/// What a decision by `kind` (max_prob, margin or entropy) thinks of class probabilities. NaN if one of them is.
float score_of(CriterionKind kind, std::span<const float> probabilities);

}  // namespace exeunt

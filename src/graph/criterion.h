#pragma once

#include <exeunt/tensor.h>

#include <optional>
#include <string_view>
#include <variant>

namespace exeunt {

/// Score: the largest value of a probability vector, in [0, 1]. Looks at a float tensor.
/// Source: BranchyNet's confidence test, in the form exporters write it.
struct MaxProb {
  static constexpr std::string_view kName = "max_prob";
  bool operator==(const MaxProb&) const = default;
};

/// Score: 1 if any element of a bool tensor is true, else 0. What no other criterion recognises.
struct Predicate {
  static constexpr std::string_view kName = "predicate";
  static constexpr float kThreshold = 0.5F;
  bool operator==(const Predicate&) const = default;
};

/// How a decision is scored. A sample leaves when score > threshold, strictly; a NaN score never leaves.
using Criterion = std::variant<MaxProb, Predicate>;

/// "max_prob", "predicate".
std::string_view criterion_name(const Criterion& criterion) noexcept;
std::optional<Criterion> parse_criterion(std::string_view name) noexcept;

/// False for a predicate, whose threshold means nothing to a user.
bool is_tunable(const Criterion& criterion) noexcept;

/// @throws Error dtype if the criterion cannot look at such a tensor.
void check_criterion(const Criterion& criterion, const TensorType& type);

/// Scores one sample. Picked once, when a plan is built.
using ScoreFn = float (*)(TensorView view) noexcept;
ScoreFn score_function(const Criterion& criterion, DType dtype);

}  // namespace exeunt

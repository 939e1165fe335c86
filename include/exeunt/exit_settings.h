#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace exeunt {

/// How the score of a decision is computed from class scores; higher is surer (docs/exits.md).
enum class CriterionKind : std::uint8_t {
  max_prob,   ///< the largest probability, in [0, 1]
  margin,     ///< the largest minus the second largest, in [0, 1]
  entropy,    ///< 1 - H / ln K for K classes, in [0, 1]
  patience,   ///< how many exits in a row, this one included, agree on the class: 1, 2, ...
  predicate,  ///< a bool that the file computes: 1 or 0
};

/// "max_prob", "margin", "entropy", "patience", "predicate".
std::string_view criterion_kind_name(CriterionKind kind) noexcept;

/// The kind of that name; nothing if there is none.
std::optional<CriterionKind> parse_criterion_kind(std::string_view name) noexcept;

/// When a sample leaves at one decision.
struct ExitSettings {
  CriterionKind criterion = CriterionKind::max_prob;
  float threshold = 0;    ///< leaves when score > threshold, strictly; NaN never leaves
  float temperature = 1;  ///< > 0: class scores are divided by it before the softmax (p -> p^(1/T), renormalised)
  bool enabled = true;    ///< false: no sample leaves here
};

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>

#include <cstdint>
#include <optional>
#include <string_view>

namespace EXEUNT_API exeunt {

/// How sure a decision is of a sample. Higher scores are surer; NaN among the class scores makes the score NaN.
enum class CriterionKind : std::uint8_t {
  max_prob,  ///< the largest class probability, in [0, 1]
  margin,    ///< the largest minus the second largest class probability, in [0, 1]
  entropy,   ///< 1 - H / ln K of the K class probabilities, in [0, 1]; 1 for a single class
  patience,  ///< how many exits in a row, this one included, have the same most probable class: 1, 2, ...
  predicate  ///< a bool that the model computes: 1 or 0
};

/// "max_prob", "margin", "entropy", "patience", "predicate".
std::string_view criterion_kind_name(CriterionKind kind) noexcept;
std::optional<CriterionKind> parse_criterion_kind(std::string_view name) noexcept;

/// How one decision is taken. Plain data.
struct ExitSettings {
  CriterionKind criterion = CriterionKind::max_prob;
  /// A sample leaves when its score is above, strictly. A NaN score never leaves.
  float threshold = 0;
  /// Above 0. Class scores are divided by it before the softmax; of probabilities p that makes p^(1/temperature),
  /// normalised. Changes neither patience nor a predicate.
  float temperature = 1;
  /// False: no sample leaves here. The head then runs only if the patience of a later exit in use counts it.
  bool enabled = true;

  bool operator==(const ExitSettings&) const = default;
};

}  // namespace exeunt

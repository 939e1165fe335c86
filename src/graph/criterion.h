#pragma once

#include <exeunt/tensor.h>

#include <optional>
#include <span>
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

/// How a file that decides for a whole batch makes one score of the samples' scores. The order of all names.
enum class Combine : std::uint8_t {
  max,    ///< the batch leaves if any sample would
  min,    ///< ... if all samples would
  mean,   ///< ... if the mean score is above the threshold
  first,  ///< as its first sample
  none    ///< the file does not say, or in a way that scores do not show
};

std::string_view combine_name(Combine combine) noexcept;
std::optional<Combine> parse_combine(std::string_view name) noexcept;

/// The combination of the negated scores of a predicate.
Combine negated(Combine combine) noexcept;

/// One score of at least one. A NaN among those that count makes it NaN.
float combine_scores(Combine combine, std::span<const float> scores) noexcept;

/// "max_prob", "predicate".
std::string_view criterion_name(const Criterion& criterion) noexcept;
std::optional<Criterion> parse_criterion(std::string_view name) noexcept;

/// The combination that a graph's text leaves out: max for scores, none for a predicate.
Combine usual_combine(const Criterion& criterion) noexcept;

/// False for a predicate, whose threshold means nothing to a user.
bool is_tunable(const Criterion& criterion) noexcept;

/// @throws Error dtype if the criterion cannot look at such a tensor.
void check_criterion(const Criterion& criterion, const TensorType& type);

/// Scores one sample. Picked once, when a plan is built.
using ScoreFn = float (*)(TensorView view) noexcept;
ScoreFn score_function(const Criterion& criterion, DType dtype);

}  // namespace exeunt

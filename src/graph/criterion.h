#pragma once

#include <exeunt/error.h>
#include <exeunt/exit_settings.h>
#include <exeunt/tensor.h>

#include <optional>
#include <span>
#include <string_view>

namespace exeunt {

/// How a decision is scored. All but `predicate` look at the class scores of one sample, probabilities or logits; a
/// predicate looks at a bool tensor, and its score is 1 if any element is true, else 0.
using Criterion = CriterionKind;

/// The threshold of a predicate, which no user sets.
inline constexpr float kPredicateThreshold = 0.5F;

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

/// The combination that a graph's text leaves out: max for scores, none for a predicate.
Combine usual_combine(Criterion criterion) noexcept;

/// False for a predicate, whose threshold means nothing to a user.
bool is_tunable(Criterion criterion) noexcept;

/// @throws Error dtype, shape if the criterion cannot look at such a tensor.
void check_criterion(Criterion criterion, const TensorType& type);

/// @throws Error argument for a threshold of NaN, a temperature that is not above 0 and finite, a predicate's threshold
/// that does not separate 0 from 1, an unknown criterion
void check_settings(const ExitSettings& settings);

/// @throws Error argument unless there are settings for each decision
void check_choice_count(std::size_t decisions, std::size_t chosen);

/// Throws `error` with the decision's number and name in front.
[[noreturn]] void name_decision(const Error& error, std::size_t decision, std::string_view name);

/// @throws Error argument for settings that cannot be, or that do not suit a decision whose own criterion is `own`: a
/// predicate stays one, and nothing else becomes one
void check_choice(Criterion own, const ExitSettings& chosen);

/// A decision's criterion and name.
struct NamedCriterion {
  Criterion criterion;
  std::string_view name;
};

/// check_choice for a list of settings, one for each decision; errors name the decision.
/// @param decision  the criterion and name of decision i. @throws Error argument, also for another count than
/// `decisions`
template <class F>
void check_choices(std::size_t decisions, std::span<const ExitSettings> chosen, const F& decision) {
  check_choice_count(decisions, chosen.size());
  for (std::size_t i = 0; i < decisions; ++i) {
    const NamedCriterion own = decision(i);
    try {
      check_choice(own.criterion, chosen[i]);
    } catch (const Error& error) {
      name_decision(error, i, own.name);
    }
  }
}

/// The exits in a row, up to now, on which one sample's most probable class stayed the same.
struct Streak {
  std::int64_t arg_max = -1;  ///< of the last exit; the first of equal ones. -1: there was none, or a NaN
  int length = 0;
};

/// Scores one sample: picked once, when a plan is built or a setting changes. Allocates nothing.
struct Scorer {
  using Score = float (*)(TensorView seen, float inverse_temperature, const Streak& streak) noexcept;
  using Follow = void (*)(TensorView seen, Streak& streak) noexcept;

  Score score = nullptr;
  Follow follow = nullptr;  ///< null: the streak is not needed here
  float inverse_temperature = 1;

  float operator()(TensorView seen, Streak& streak) const noexcept {
    if (follow != nullptr) follow(seen, streak);
    return score(seen, inverse_temperature, streak);
  }
  /// Of a decision that has none before it.
  float operator()(TensorView seen) const noexcept {
    Streak streak;
    return (*this)(seen, streak);
  }
};

/// @param probabilities  of class scores: they add up to 1; else they are logits, and a softmax is part of the score
Scorer make_scorer(Criterion criterion, bool probabilities, DType dtype, float temperature = 1);

/// Counts a decision on class scores for the patience of later ones; null for a predicate's bools.
Scorer::Follow follower(DType dtype);

}  // namespace exeunt

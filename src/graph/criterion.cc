#include "graph/criterion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/dtype.h"

namespace exeunt {

namespace {

constexpr std::array<std::string_view, 5> kCombineNames = {"max", "min", "mean", "first", "none"};

}  // namespace

std::string_view combine_name(Combine combine) noexcept { return kCombineNames[static_cast<std::size_t>(combine)]; }

std::optional<Combine> parse_combine(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kCombineNames, name);
  if (found == kCombineNames.end()) return std::nullopt;
  return static_cast<Combine>(found - kCombineNames.begin());
}

Combine negated(Combine combine) noexcept {
  if (combine == Combine::max) return Combine::min;
  if (combine == Combine::min) return Combine::max;
  return combine == Combine::mean ? Combine::none : combine;
}

float combine_scores(Combine combine, std::span<const float> scores) noexcept {
  if (combine == Combine::first || combine == Combine::none) return scores.front();
  double sum = 0;
  float best = scores.front();
  for (const float score : scores) {
    if (score != score) return score;
    sum += static_cast<double>(score);
    best = combine == Combine::max ? std::max(best, score) : std::min(best, score);
  }
  return combine == Combine::mean ? static_cast<float>(sum / static_cast<double>(scores.size())) : best;
}

Combine usual_combine(Criterion criterion) noexcept {
  return criterion == Criterion::predicate ? Combine::none : Combine::max;
}

bool is_tunable(Criterion criterion) noexcept { return criterion != Criterion::predicate; }

void check_criterion(Criterion criterion, const TensorType& type) {
  const bool predicate = criterion == Criterion::predicate;
  require(predicate ? type.dtype == DType::boolean : is_float(type.dtype), ErrorCode::dtype,
          "criterion {} cannot look at {}", criterion_kind_name(criterion), type.str());
  require(type.shape.elements() > 0, ErrorCode::shape, "criterion {} looks at an empty tensor",
          criterion_kind_name(criterion));
}

void check_settings(const ExitSettings& settings) {
  require(settings.criterion <= CriterionKind::predicate, ErrorCode::argument, "there is no criterion with number {}",
          static_cast<int>(settings.criterion));
  require(!std::isnan(settings.threshold), ErrorCode::argument,
          "the threshold is no number; to let no sample leave, disable the exit");
  require(settings.temperature > 0 && std::isfinite(settings.temperature), ErrorCode::argument,
          "the temperature is {}; it has to be above 0 and finite", settings.temperature);
  if (settings.criterion != CriterionKind::predicate) return;
  require(settings.threshold >= 0 && settings.threshold < 1, ErrorCode::argument,
          "a predicate is 1 or 0 and has no threshold to set; {} was given", settings.threshold);
}

void check_choice_count(std::size_t decisions, std::size_t chosen) {
  require(chosen == decisions, ErrorCode::argument, "settings of {} exit{} were given; the model has {} decision{}",
          chosen, chosen == 1 ? "" : "s", decisions, decisions == 1 ? "" : "s");
}

void name_decision(const Error& error, std::size_t decision, std::string_view name) {
  throw error.in(formatted("decision {} ('{}')", decision, name));
}

void check_choice(Criterion own, const ExitSettings& chosen) {
  check_settings(chosen);
  const bool is_predicate = own == Criterion::predicate;
  if (is_predicate == (chosen.criterion == Criterion::predicate)) return;
  if (is_predicate)
    fail(ErrorCode::argument, "looks at a bool that the model computes (predicate); {} needs class scores",
         criterion_kind_name(chosen.criterion));
  fail(ErrorCode::argument, "looks at class scores; a predicate needs a bool that the model computes");
}

}  // namespace exeunt

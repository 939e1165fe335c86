#include "graph/criterion.h"

#include <algorithm>
#include <array>

#include "base/dtype.h"

namespace exeunt {

namespace {

template <class T>
float largest(TensorView view) noexcept {
  double best = -std::numeric_limits<double>::infinity();
  for (const T value : view.span<T>()) {
    const auto v = static_cast<double>(widen(value));
    if (v != v) return std::numeric_limits<float>::quiet_NaN();
    if (v > best) best = v;
  }
  return static_cast<float>(best);
}

float any_true(TensorView view) noexcept {
  for (const bool value : view.span<bool>()) {
    if (value) return 1.0F;
  }
  return 0.0F;
}

}  // namespace

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

std::string_view criterion_name(const Criterion& criterion) noexcept {
  return std::visit([](const auto& c) { return c.kName; }, criterion);
}

std::optional<Criterion> parse_criterion(std::string_view name) noexcept {
  if (name == MaxProb::kName) return MaxProb{};
  if (name == Predicate::kName) return Predicate{};
  return std::nullopt;
}

Combine usual_combine(const Criterion& criterion) noexcept {
  return std::holds_alternative<Predicate>(criterion) ? Combine::none : Combine::max;
}

bool is_tunable(const Criterion& criterion) noexcept { return !std::holds_alternative<Predicate>(criterion); }

void check_criterion(const Criterion& criterion, const TensorType& type) {
  const bool predicate = std::holds_alternative<Predicate>(criterion);
  require(predicate ? type.dtype == DType::boolean : is_float(type.dtype), ErrorCode::dtype,
          "criterion {} cannot look at {}", criterion_name(criterion), type.str());
  require(type.shape.elements() > 0, ErrorCode::shape, "criterion {} looks at an empty tensor",
          criterion_name(criterion));
}

ScoreFn score_function(const Criterion& criterion, DType dtype) {
  if (std::holds_alternative<Predicate>(criterion)) return any_true;
  return dispatch(dtype, []<class T>(TypeTag<T>) -> ScoreFn { return largest<T>; });
}

}  // namespace exeunt

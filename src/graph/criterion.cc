#include "graph/criterion.h"

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

std::string_view criterion_name(const Criterion& criterion) noexcept {
  return std::visit([](const auto& c) { return c.kName; }, criterion);
}

std::optional<Criterion> parse_criterion(std::string_view name) noexcept {
  if (name == MaxProb::kName) return MaxProb{};
  if (name == Predicate::kName) return Predicate{};
  return std::nullopt;
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

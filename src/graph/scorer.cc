#include <cmath>
#include <limits>

#include "base/dtype.h"
#include "graph/criterion.h"

namespace exeunt {

namespace {

constexpr float kNoScore = std::numeric_limits<float>::quiet_NaN();

/// Elements are computed with in float, but those of f64.
template <class T>
using Number = std::conditional_t<std::same_as<T, double>, double, float>;

template <class T>
Number<T> number(T value) noexcept {
  return static_cast<Number<T>>(value);
}

template <class T>
struct Largest {
  Number<T> first = -std::numeric_limits<Number<T>>::infinity();
  Number<T> second = -std::numeric_limits<Number<T>>::infinity();
  bool has_nan = false;
};

template <class T>
Largest<T> largest_of(std::span<const T> values) noexcept {
  Largest<T> best;
  for (const T value : values) {
    const Number<T> v = number(value);
    if (v > best.first) {
      best.second = best.first;
      best.first = v;
    } else if (v > best.second) {
      best.second = v;
    }
    best.has_nan = best.has_nan || v != v;
  }
  return best;
}

/// ln(q / q of the most probable class) for a class whose probability is q once the temperature is applied.
template <bool kProbabilities, class N>
N exponent(N value, N largest, float inverse_temperature) noexcept {
  if constexpr (kProbabilities) {
    return std::log(value / largest) * static_cast<N>(inverse_temperature);
  } else {
    return (value - largest) * static_cast<N>(inverse_temperature);
  }
}

/// What is to be divided by to make probabilities of exp(exponent).
template <bool kProbabilities, class T>
Number<T> sum_of(std::span<const T> values, Number<T> largest, float inverse_temperature) noexcept {
  Number<T> sum = 0;
  for (const T value : values) sum += std::exp(exponent<kProbabilities>(number(value), largest, inverse_temperature));
  return sum;
}

/// Probabilities are taken as they are unless a temperature changes them.
template <bool kProbabilities>
bool is_given(float inverse_temperature) noexcept {
  return kProbabilities && inverse_temperature == 1;
}

template <class T, bool kProbabilities>
float max_prob(TensorView seen, float inverse_temperature, const Streak&) noexcept {
  const std::span<const T> values = seen.span<T>();
  const Largest<T> best = largest_of(values);
  if (best.has_nan) return kNoScore;
  if (is_given<kProbabilities>(inverse_temperature)) return static_cast<float>(best.first);
  return static_cast<float>(1 / sum_of<kProbabilities>(values, best.first, inverse_temperature));
}

template <class T, bool kProbabilities>
float margin(TensorView seen, float inverse_temperature, const Streak&) noexcept {
  const std::span<const T> values = seen.span<T>();
  const Largest<T> best = largest_of(values);
  if (best.has_nan) return kNoScore;
  const bool alone = values.size() == 1;
  if (is_given<kProbabilities>(inverse_temperature))
    return static_cast<float>(alone ? best.first : best.first - best.second);
  const Number<T> sum = sum_of<kProbabilities>(values, best.first, inverse_temperature);
  const Number<T> behind = alone ? 0 : std::exp(exponent<kProbabilities>(best.second, best.first, inverse_temperature));
  return static_cast<float>((1 - behind) / sum);
}

template <class T, bool kProbabilities>
float entropy(TensorView seen, float inverse_temperature, const Streak&) noexcept {
  using N = Number<T>;
  const std::span<const T> values = seen.span<T>();
  N h = 0;
  if (is_given<kProbabilities>(inverse_temperature)) {
    for (const T value : values) {
      const N p = number(value);
      if (p != p) return kNoScore;
      if (p > 0) h -= p * std::log(p);
    }
  } else {
    const N largest = largest_of(values).first;
    N sum = 0;
    N weighted = 0;
    for (const T value : values) {
      const N e = exponent<kProbabilities>(number(value), largest, inverse_temperature);
      const N part = std::exp(e);
      sum += part;
      // A class that cannot be is no surprise: 0 * ln 0 is 0.
      if (part != 0) weighted += part * e;
    }
    h = std::log(sum) - weighted / sum;
  }
  if (h != h) return kNoScore;
  if (values.size() == 1) return 1;
  const auto score = static_cast<float>(1 - h / std::log(static_cast<N>(values.size())));
  return score < 0 ? 0 : score > 1 ? 1 : score;
}

float patience(TensorView, float, const Streak& streak) noexcept {
  return streak.length > 0 ? static_cast<float>(streak.length) : kNoScore;
}

float any_true(TensorView seen, float, const Streak&) noexcept {
  for (const bool value : seen.span<bool>()) {
    if (value) return 1.0F;
  }
  return 0.0F;
}

template <class T>
void follow(TensorView seen, Streak& streak) noexcept {
  const std::span<const T> values = seen.span<T>();
  std::int64_t best = -1;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Number<T> v = number(values[i]);
    if (v != v) {
      streak = {};
      return;
    }
    if (best < 0 || v > number(values[static_cast<std::size_t>(best)])) best = static_cast<std::int64_t>(i);
  }
  streak = {best, best == streak.arg_max ? streak.length + 1 : 1};
}

template <class T, bool kProbabilities>
Scorer::Score score_of(Criterion criterion) noexcept {
  switch (criterion) {
    case Criterion::max_prob:
      return max_prob<T, kProbabilities>;
    case Criterion::margin:
      return margin<T, kProbabilities>;
    case Criterion::entropy:
      return entropy<T, kProbabilities>;
    case Criterion::patience:
      return patience;
    case Criterion::predicate:
      return any_true;
  }
  return nullptr;
}

}  // namespace

Scorer make_scorer(Criterion criterion, bool probabilities, DType dtype, float temperature) {
  Scorer scorer;
  scorer.inverse_temperature = 1 / temperature;
  if (criterion == Criterion::predicate) {
    scorer.score = any_true;
    return scorer;
  }
  if (criterion == Criterion::patience) scorer.follow = follower(dtype);
  scorer.score = dispatch(dtype, [&]<class T>(TypeTag<T>) -> Scorer::Score {
    if constexpr (AnyFloat<T>) {
      return probabilities ? score_of<T, true>(criterion) : score_of<T, false>(criterion);
    } else {
      return nullptr;
    }
  });
  return scorer;
}

Scorer::Follow follower(DType dtype) {
  return dispatch(dtype, []<class T>(TypeTag<T>) -> Scorer::Follow {
    if constexpr (AnyFloat<T>) {
      return follow<T>;
    } else {
      return nullptr;
    }
  });
}

}  // namespace exeunt

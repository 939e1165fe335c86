#include <exeunt/tools/evaluate.h>

#include <algorithm>
#include <cmath>

#include "base/dtype.h"

namespace exeunt {

std::vector<float> class_probabilities(const Results& results, std::int64_t i) {
  const std::optional<TensorView> scores = results.class_scores(i);
  std::vector<float> values;
  if (!scores) return values;
  dispatch(scores->dtype(), [&]<class T>(TypeTag<T>) {
    for (const T value : scores->span<T>()) values.push_back(convert<float>(value));
  });
  if (results.are_probabilities(i)) return values;
  const float highest = *std::ranges::max_element(values);
  double sum = 0;
  for (float& value : values) sum += value = std::exp(value - highest);
  for (float& value : values) value = static_cast<float>(value / sum);
  return values;
}

int top_class(std::span<const float> probabilities) {
  if (probabilities.empty()) return -1;
  return static_cast<int>(std::ranges::max_element(probabilities) - probabilities.begin());
}

}  // namespace exeunt

#include "tune/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace exeunt {

namespace {

float entropy_score(std::span<const float> p) {
  if (p.size() < 2) return 1;
  double entropy = 0;
  for (const float value : p) entropy -= value > 0 ? static_cast<double>(value) * std::log(value) : 0;
  return static_cast<float>(1 - entropy / std::log(static_cast<double>(p.size())));
}

}  // namespace

void apply_temperature(std::span<float> probabilities, float temperature) {
  if (temperature == 1 || probabilities.empty()) return;
  const float highest = *std::ranges::max_element(probabilities);
  double sum = 0;
  for (float& p : probabilities) sum += p = std::pow(p / highest, 1 / temperature);
  for (float& p : probabilities) p = static_cast<float>(p / sum);
}

float score_of(CriterionKind kind, std::span<const float> probabilities) {
  if (probabilities.empty() || std::ranges::any_of(probabilities, [](float p) { return std::isnan(p); }))
    return std::numeric_limits<float>::quiet_NaN();
  if (kind == CriterionKind::entropy) return entropy_score(probabilities);
  float first = -std::numeric_limits<float>::infinity();
  float second = first;
  for (const float p : probabilities) {
    second = std::max(second, std::min(first, p));
    first = std::max(first, p);
  }
  if (kind == CriterionKind::max_prob || probabilities.size() < 2) return first;
  return first - second;
}

}  // namespace exeunt

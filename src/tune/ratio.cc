#include <exeunt/tools/versus.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace exeunt {

namespace {

constexpr std::size_t kLeastRatios = 6;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 != 0) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// The medians of series that are put together of blocks drawn from `logs`, which goes on at its start behind its end.
std::vector<double> resampled_medians(const std::vector<double>& logs, std::size_t block, std::uint64_t seed) {
  constexpr std::size_t kResamples = 2000;
  std::mt19937_64 random(seed);
  std::vector<double> series(logs.size());
  std::vector<double> medians(kResamples);
  for (double& entry : medians) {
    for (std::size_t filled = 0; filled < series.size();) {
      std::size_t at = random() % logs.size();
      for (std::size_t i = 0; i < block && filled < series.size(); ++i, ++at) {
        if (at == logs.size()) at = 0;
        series[filled++] = logs[at];
      }
    }
    entry = median(series);
  }
  return medians;
}

}  // namespace

RatioInterval ratio_interval(std::span<const double> ratios, std::uint64_t seed) {
  constexpr double kOutside = 0.01;  // on both ends together
  std::vector<double> logs;
  std::ranges::transform(ratios, std::back_inserter(logs), [](double ratio) { return std::log(ratio); });
  if (logs.empty()) return {1, 0, std::numeric_limits<double>::infinity()};
  std::vector<double> sorted = logs;
  const double middle = median(sorted);
  if (logs.size() < kLeastRatios) return {std::exp(middle), 0, std::numeric_limits<double>::infinity()};
  const auto count = static_cast<double>(logs.size());
  const auto block = static_cast<std::size_t>(std::lround(std::sqrt(count)));
  std::vector<double> medians = resampled_medians(logs, block, seed);
  std::ranges::sort(medians);
  // Few blocks spread less than what they were drawn from.
  const double blocks = count / static_cast<double>(block);
  const double wider = std::sqrt(blocks / std::max(1.0, blocks - 1));
  const auto end = [&](double share) {
    const double at = medians[static_cast<std::size_t>(share * static_cast<double>(medians.size() - 1))];
    return std::exp(middle + (at - middle) * wider);
  };
  return {std::exp(middle), end(kOutside / 2), end(1 - kOutside / 2)};
}

std::string_view verdict_text(RatioVerdict verdict) noexcept {
  switch (verdict) {
    case RatioVerdict::no_difference:
      return "no difference";
    case RatioVerdict::a_faster:
      return "A is faster";
    case RatioVerdict::b_faster:
      return "B is faster";
  }
  return "";
}

RatioVerdict judge_ratio(const RatioInterval& ratio, double margin) noexcept {
  if (ratio.low > 1 && ratio.median > 1 + margin) return RatioVerdict::a_faster;
  if (ratio.high < 1 && ratio.median < 1 / (1 + margin)) return RatioVerdict::b_faster;
  return RatioVerdict::no_difference;
}

}  // namespace exeunt

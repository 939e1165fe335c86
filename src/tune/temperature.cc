#include "tune/temperature.h"

#include <algorithm>
#include <cmath>

#include "tune/scores.h"

namespace exeunt {

namespace {

/// A softmax in f32 gives nothing below; a label of probability 0 must not outweigh all others.
constexpr double kLeast = 1e-30;
constexpr double kLowest = 0.05;
constexpr double kHighest = 20;

/// Of a head: log probabilities, [samples, classes], and the labels' places.
struct Logs {
  std::vector<double> values;
  std::span<const std::int32_t> labels;
  std::size_t classes = 0;
};

Logs logs_of(const HeadAnswers& answers, std::int64_t exit) {
  Logs logs{{}, answers.labels, static_cast<std::size_t>(answers.classes)};
  logs.values.reserve(static_cast<std::size_t>(answers.samples * answers.classes));
  for (std::int64_t n = 0; n < answers.samples; ++n) {
    for (const float p : answers.of(n, exit)) {
      const auto value = static_cast<double>(p);
      logs.values.push_back(std::log(value > kLeast ? value : kLeast));
    }
  }
  return logs;
}

double mean_nll(const Logs& logs, double temperature) {
  if (logs.labels.empty()) return 0;
  double sum = 0;
  for (std::size_t n = 0; n < logs.labels.size(); ++n) {
    const auto row = std::span(logs.values).subspan(n * logs.classes, logs.classes);
    const double highest = *std::ranges::max_element(row);
    double total = 0;
    for (const double value : row) total += std::exp((value - highest) / temperature);
    sum += std::log(total) - (row[static_cast<std::size_t>(logs.labels[n])] - highest) / temperature;
  }
  return sum / static_cast<double>(logs.labels.size());
}

}  // namespace

double head_nll(const HeadAnswers& answers, std::int64_t exit, double temperature) {
  return mean_nll(logs_of(answers, exit), temperature);
}

double fit_temperature(const HeadAnswers& answers, std::int64_t exit) {
  if (answers.samples == 0) return 1;
  const Logs logs = logs_of(answers, exit);
  // The likelihood is convex in 1 / T, so it has one minimum in log T: golden-section search.
  const double ratio = (std::sqrt(5.0) - 1) / 2;
  double low = std::log(kLowest);
  double high = std::log(kHighest);
  double left = high - ratio * (high - low);
  double right = low + ratio * (high - low);
  double at_left = mean_nll(logs, std::exp(left));
  double at_right = mean_nll(logs, std::exp(right));
  while (high - low > 1e-4) {
    if (at_left <= at_right) {
      high = right;
      right = left;
      at_right = at_left;
      left = high - ratio * (high - low);
      at_left = mean_nll(logs, std::exp(left));
    } else {
      low = left;
      left = right;
      at_left = at_right;
      right = low + ratio * (high - low);
      at_right = mean_nll(logs, std::exp(right));
    }
  }
  return std::exp((low + high) / 2);
}

std::array<ReliabilityBin, 15> reliability_bins(const HeadAnswers& answers, std::int64_t exit, double temperature) {
  std::array<ReliabilityBin, 15> bins{};
  std::vector<float> p;
  for (std::int64_t n = 0; n < answers.samples; ++n) {
    p.assign(answers.of(n, exit).begin(), answers.of(n, exit).end());
    apply_temperature(p, static_cast<float>(temperature));
    const auto top = std::ranges::max_element(p) - p.begin();
    const auto confidence = static_cast<double>(p[static_cast<std::size_t>(top)]);
    if (std::isnan(confidence)) continue;
    const auto place = static_cast<std::ptrdiff_t>(confidence * static_cast<double>(bins.size()));
    ReliabilityBin& bin = bins[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(place, 0, std::ssize(bins) - 1))];
    ++bin.samples;
    bin.confidence += confidence;
    bin.accuracy += top == answers.labels[static_cast<std::size_t>(n)] ? 1 : 0;
  }
  for (ReliabilityBin& bin : bins) {
    if (bin.samples == 0) continue;
    bin.confidence /= static_cast<double>(bin.samples);
    bin.accuracy /= static_cast<double>(bin.samples);
  }
  return bins;
}

double calibration_error(std::span<const ReliabilityBin> bins) {
  double sum = 0;
  std::int64_t samples = 0;
  for (const ReliabilityBin& bin : bins) {
    sum += static_cast<double>(bin.samples) * std::abs(bin.confidence - bin.accuracy);
    samples += bin.samples;
  }
  return samples == 0 ? 0 : sum / static_cast<double>(samples);
}

}  // namespace exeunt

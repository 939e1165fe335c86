#include "tune/profile_log.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tune/latency.h"

namespace exeunt {

namespace {

constexpr std::array kPartsOfCall = {&PathTimes::input, &PathTimes::steps, &PathTimes::heads, &PathTimes::scores,
                                     &PathTimes::output};

}  // namespace

ProfileLog::ProfileLog(const Plan& plan, std::size_t most_numbers)
    : steps_(plan.steps()), decisions_(plan.decisions().size()) {
  static_assert(kPartsOfCall.size() == kParts);
  most_rows_ = std::max<std::size_t>(2, most_numbers / row_size());
}

void ProfileLog::halve() {
  const std::size_t size = row_size();
  for (std::size_t to = 1; 2 * to < kept(); ++to) {
    std::copy_n(numbers_.begin() + static_cast<std::ptrdiff_t>(2 * to * size), size,
                numbers_.begin() + static_cast<std::ptrdiff_t>(to * size));
    exits_[to] = exits_[2 * to];
  }
  exits_.resize((kept() + 1) / 2);
  numbers_.resize(kept() * size);
  every_ *= 2;
}

void ProfileLog::add(const StepProfiler& profiler, const PathTimes& times) {
  const auto us = profiler.steps_us();
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (std::isnan(us[i])) continue;
    ++steps_[i].runs;
    steps_[i].us += us[i];
  }
  if (runs_++ % every_ != 0) return;
  for (const auto part : kPartsOfCall) numbers_.push_back(times.*part);
  for (const auto list : {us, profiler.scores_us()}) numbers_.insert(numbers_.end(), list.begin(), list.end());
  exits_.push_back(profiler.exit());
  if (kept() >= most_rows_) halve();
}

std::vector<double> ProfileLog::column(std::size_t at) const {
  std::vector<double> values;
  for (std::size_t row = 0; row < kept(); ++row) {
    const double value = numbers_[row * row_size() + at];
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

/// The run whose steps took the median of all.
void ProfileLog::describe_typical_run(Profile& profile) const {
  const auto steps_of = [&](std::size_t row) { return numbers_[row * row_size() + 1]; };
  std::size_t best = 0;
  for (std::size_t row = 1; row < kept(); ++row) {
    if (std::abs(steps_of(row) - profile.median_us.steps) < std::abs(steps_of(best) - profile.median_us.steps))
      best = row;
  }
  const double* numbers = numbers_.data() + best * row_size();
  profile.typical.exit = exits_[best];
  for (std::size_t part = 0; part < kParts; ++part) profile.typical.us.*kPartsOfCall[part] = numbers[part];
  numbers += kParts;
  profile.typical.steps_us.assign(numbers, numbers + steps_.size());
  profile.typical.scores_us.assign(numbers + steps_.size(), numbers + steps_.size() + decisions_);
}

Profile ProfileLog::summary() const {
  Profile profile;
  profile.runs = runs_;
  for (std::size_t i = 0; i < steps_.size(); ++i)
    profile.steps.push_back({steps_[i].runs, steps_[i].us, summarize_latency(column(kParts + i)).p50});
  if (kept() == 0) return profile;
  for (std::size_t part = 0; part < kParts; ++part)
    profile.median_us.*kPartsOfCall[part] = summarize_latency(column(part)).p50;
  describe_typical_run(profile);
  return profile;
}

}  // namespace exeunt

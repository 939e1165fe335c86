#include "engine/compile/path_timer.h"

#include <algorithm>
#include <array>

#include "engine/compile/random_pixels.h"
#include "engine/compile/stopwatch.h"
#include "exec/executor.h"

namespace exeunt {

namespace {

/// One plan on one input, led to each exit in turn.
class Runner {
 public:
  explicit Runner(const std::shared_ptr<const PlanData>& plan)
      : plan_(plan), executor_(plan), settings_(settings_of(*plan)), scores_(settings_.size()) {
    for (const InputInfo& input : plan->info.inputs) {
      inputs_.push_back(random_pixels(input.type));
      addresses_.push_back(inputs_.back().data());
    }
    us_.resize(plan->exit_segments.size());
  }

  /// Some runs for the caches, then timed ones.
  void turn(std::size_t exit) {
    constexpr int kWarm = 2;
    constexpr int kTimed = 4;
    lead_to_exit(*plan_, static_cast<int>(exit), settings_);
    for (int i = 0; i < kWarm; ++i) executor_.run(addresses_, settings_, scores_);
    for (int i = 0; i < kTimed; ++i) {
      const Clock::time_point start = Clock::now();
      executor_.run(addresses_, settings_, scores_);
      us_[exit].push_back(microseconds_since(start));
    }
  }

  std::vector<double> quarters() {
    std::vector<double> result;
    for (std::vector<double>& times : us_) {
      const auto at = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 4);
      std::ranges::nth_element(times, at);
      result.push_back(*at);
    }
    return result;
  }

 private:
  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
  std::vector<AlignedBuffer> inputs_;
  std::vector<const std::byte*> addresses_;
  std::vector<DecisionSetting> settings_;
  std::vector<float> scores_;
  std::vector<std::vector<double>> us_;
};

}  // namespace

std::vector<std::vector<double>> time_paths(std::span<const std::shared_ptr<const PlanData>> plans, int level) {
  constexpr std::array kTurns = {0, 10, 20, 40, 80, 160};
  constexpr std::array kMostUs = {0.0, 0.3e6, 0.6e6, 2e6, 4e6, 8e6};
  const auto at = static_cast<std::size_t>(std::clamp(level, 1, 5));
  const Clock::time_point start = Clock::now();
  std::vector<std::unique_ptr<Runner>> runners;
  for (const auto& plan : plans) runners.push_back(std::make_unique<Runner>(plan));
  for (int turn = 0; turn < kTurns[at] && (turn == 0 || microseconds_since(start) < kMostUs[at]); ++turn) {
    for (std::size_t exit = 0; exit < plans.front()->exit_segments.size(); ++exit) {
      for (std::size_t k = 0; k < runners.size(); ++k)
        runners[(k + static_cast<std::size_t>(turn)) % runners.size()]->turn(exit);
    }
  }
  std::vector<std::vector<double>> result;
  for (const auto& runner : runners) result.push_back(runner->quarters());
  return result;
}

}  // namespace exeunt

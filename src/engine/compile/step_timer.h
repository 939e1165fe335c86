#pragma once

#include <cstdint>
#include <functional>

#include "engine/compile/timing_cache.h"
#include "plan/build_plan.h"

namespace exeunt {

struct TimingOptions {
  int level = 3;            ///< 0: no timing; 1 to 5: more and more turns
  double tolerance = 1e-4;  ///< the largest error that an approximate candidate may make, relative to its results' size
  int threads = 1;          ///< parts that a candidate may have
  std::string_view isa = {};     ///< of the candidates
  bool runs_here = true;         ///< candidates may be run and checked
  bool is_native = true;         ///< what they take here says what they will take
  TimingCache* cache = nullptr;  ///< null: none
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// Picks the fastest candidate of each step by running the whole draft again and again, each step with one candidate
/// after the other. So every candidate is timed among its real neighbours, with caches as the real sequence leaves
/// them, and all of them interleaved, so that a drift of the clock or a noisy neighbour hits them alike; the fastest
/// quarter of the turns counts. A candidate that rounds too much is not taken. What the cache holds of all steps is not
/// timed again. Cost: below ten seconds at level 3, mostly far below.
class StepTimer {
 public:
  StepTimer(const Graph& graph, TimingOptions options) : graph_(graph), options_(std::move(options)) {}
  std::vector<Choice> operator()(const PlanData& draft, std::span<const std::vector<Candidate>> candidates) const;

 private:
  /// What the cache knows of the steps; empty if it misses one that has a choice and can be timed.
  std::vector<Choice> known(std::span<const std::string> keys,
                            std::span<const std::vector<Candidate>> candidates) const;

  const Graph& graph_;
  TimingOptions options_;
};

}  // namespace exeunt

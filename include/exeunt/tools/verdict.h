#pragma once

#include <exeunt/api.h>
#include <exeunt/tools/bench.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace EXEUNT_API exeunt {

/// What it costs to reach an exit.
struct PathCost {
  double mean_us = 0;  ///< without the slowest 1 % of the runs, which others on the machine cause
  /// Sorted times of runs, or evenly spread quantiles of them; at least one.
  std::vector<double> quantiles_us;
};

/// What it costs to reach each exit, measured on this machine.
struct PathCosts {
  std::vector<PathCost> exits;       ///< with every head and decision on the way
  std::vector<double> heads_us;      ///< one a decision: its head and its score, which a network without it saves
  std::vector<double> off_saves_us;  ///< one a decision: what switching it off saves at run time

  /// Mean time to an exit with only some decisions switched on.
  /// @param enabled  one a decision
  double mean_us(std::size_t exit, const std::vector<bool>& enabled) const;
  /// The share of runs to an exit that takes at most `limit_us`.
  double share_within(std::size_t exit, const std::vector<bool>& enabled, double limit_us) const;
  /// Mean time of the network that has only this head: no other one, no decision.
  double alone_us(std::size_t exit) const;
  /// Mean and 99th percentile of a mix.
  double mix_mean_us(std::span<const double> shares, const std::vector<bool>& enabled) const;
  double mix_p99_us(std::span<const double> shares, const std::vector<bool>& enabled) const;
};

/// What a measurement of all exits, one by one, says about paths. It must have been asked for all exits and, for
/// quantiles, the percentiles of `path_percentiles`. Heads count nothing where steps were not timed (several streams,
/// or batches).
/// @throws Error argument if an exit was not measured
PathCosts path_costs(const Bench& bench);
std::vector<double> path_percentiles();

/// Measures them: every exit in turn, as `bench` does with one sample at a time.
/// @param samples   one tensor a model input, as for `bench`
/// @param seconds   of measuring, for all exits together
/// @param progress  as BenchOptions::progress
PathCosts measure_paths(const Plan& plan, std::span<const Tensor> samples, double seconds,
                        const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

/// Always stopping at one exit: what a network of this head alone would do.
struct Alternative {
  int exit = 0;
  double accuracy = 0;
  double latency_us = 0;
};

/// Whether an exit earns what its own head costs.
struct BreakEven {
  int exit = 0;
  bool enabled = true;
  double reached = 0;       ///< share of all samples that come by
  double share = 0;         ///< of those, how many leave here
  double needed_share = 0;  ///< of those, how many must leave for the head to pay; above 1: it never does
};

/// Whether the exits are worth it.
struct Verdict {
  enum class Advice : std::uint8_t {
    use_exits,     ///< faster than without
    stop_at_exit,  ///< one early head alone does at least as well
    no_exits       ///< the network without exits does at least as well
  };
  Advice advice = Advice::use_exits;
  int exit = -1;  ///< of `stop_at_exit`
  double accuracy = 0;
  double latency_us = 0;
  std::vector<Alternative> alternatives;  ///< one an exit; the last one is the network without exits
  std::vector<BreakEven> break_even;      ///< one a decision
  std::string sentence;
};

/// "use_exits", "stop_at_exit", "no_exits".
std::string_view advice_name(Verdict::Advice advice) noexcept;

/// What is known when the verdict is given.
struct Evidence {
  double accuracy = 0;                  ///< of the mix
  std::vector<double> shares;           ///< of the mix, by exit
  std::vector<bool> enabled;            ///< one a decision
  std::vector<double> head_accuracies;  ///< each head on all samples
};

/// Compares the mix with the network without exits and with each head alone.
Verdict judge(const Evidence& evidence, const PathCosts& costs);

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/session.h>
#include <exeunt/statistics.h>
#include <exeunt/tools/arrays.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/deadline.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace EXEUNT_API exeunt {

/// Latencies of single samples in microseconds; all 0 if there are none.
struct LatencySummary {
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p99 = 0;
};

/// What is known of the samples that took one exit.
struct ExitReport {
  std::int64_t samples = 0;
  double share = 0;
  std::optional<double> accuracy;  ///< of those samples; empty without labels or samples
  LatencySummary latency_us;
};

/// One head on all samples, whatever the decisions say: `--all-exits`.
struct HeadReport {
  std::optional<double> accuracy;
  LatencySummary latency_us;
};

/// Another model on the same samples, run in turns with the first: `--against`.
struct AgainstReport {
  std::optional<double> accuracy;
  LatencySummary latency_us;
  double time_ratio = 0;  ///< our time over theirs, summed over pairs in which neither is among its slowest 1 %
  double agreement = 0;   ///< share of samples with the same class
  std::optional<double> late_path_extra_us;  ///< median over samples that took the last exit: ours minus theirs
};

struct Evaluation {
  std::int64_t samples = 0;
  NanSamples nan_samples;          ///< they are run and counted as all others
  std::optional<double> accuracy;  ///< empty without labels
  std::vector<ExitReport> exits;
  LatencySummary latency_us;                         ///< of the mix
  std::vector<HeadReport> heads;                     ///< one an exit, if asked for
  std::vector<std::vector<std::int64_t>> confusion;  ///< [label][answer]; empty without labels
  std::optional<AgainstReport> against;
  std::optional<DeadlineReport> deadline;  ///< with EvaluateOptions::deadline_us
  /// What the session counted in the runs of the mix.
  Statistics statistics;
  /// By sample: `exit` i8 [N], `top1` i32 [N], `score` f32 [N, decisions] (NaN where a sample did not
  /// come by), `probabilities` f32 [N, classes], and with a deadline `cut_short` u8 [N] (1: it was).
  Arrays by_sample;
};

struct EvaluateOptions {
  /// Samples handed to one `run`; a sample's latency is then its share of the run's.
  std::int64_t batch = 1;
  bool all_exits = false;
  /// Runs of the mix have a deadline, so many microseconds after they are called (see Session::run); 0: at once.
  /// Neither `all_exits` nor `against` has one.
  std::optional<double> deadline_us = std::nullopt;
  /// A second session, run on the same samples in turns.
  Session* against = nullptr;
  /// Called now and then with samples done and to do.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

/// Runs a labelled (or unlabelled) data set through a session and measures accuracy, exits and latency. The session's
/// statistics begin anew with it.
/// @throws Error argument if the model has several inputs or does not classify, a label is no class, or a deadline is
/// to hold for batches; as Session::run
Evaluation evaluate(Session& session, const Dataset& data, const EvaluateOptions& options = {});

/// Class probabilities of sample `i` as floats: the class scores, after a softmax if they are logits. Empty if the
/// model does not classify.
std::vector<float> class_probabilities(const Results& results, std::int64_t i);

/// The class with the largest value, the first one of equals; -1 for none.
int top_class(std::span<const float> probabilities);

}  // namespace exeunt

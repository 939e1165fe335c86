#pragma once

#include <exeunt/api.h>
#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/profile.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace EXEUNT_API exeunt {

/// Latencies of runs, in microseconds. Percentiles are of the nearest rank: each is a measured value.
struct LatencyReport {
  std::int64_t runs = 0;
  double min = 0;
  double mean = 0;
  double p50 = 0;
  double p90 = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
  double cv = 0;                    ///< standard deviation over mean
  std::vector<double> percentiles;  ///< those of BenchOptions::percentiles
};

/// Runs of one kind: to one exit, or of the mix.
struct RunReport {
  LatencyReport latency_us;   ///< of a run: `batch` samples
  double throughput_ips = 0;  ///< samples of all streams over wall time, filling the input buffer included
};

/// An exit that every sample is made to take.
struct ExitBench {
  int exit = 0;
  RunReport report;
  std::optional<PathTimes> steps_us;  ///< medians; with one stream and batches of one sample
};

/// The decisions at work.
struct MixBench {
  RunReport report;
  std::vector<double> shares;  ///< of the samples, by exit
};

/// What `bench` measured.
struct Bench {
  std::vector<ExitBench> exits;
  std::optional<MixBench> mix;
};

/// What is measured, and for how long.
struct BenchOptions {
  /// Measured one by one: every sample is made to take this exit.
  std::vector<int> exits;
  /// Also with the thresholds of the sessions at work.
  bool mix = true;
  /// Samples handed to one `run`.
  std::int64_t batch = 1;
  double warmup_ms = 200;
  /// Of measuring, shared by all that is measured.
  double duration_s = 3;
  /// At least so many runs of each, whatever the duration.
  std::int64_t iterations = 10;
  /// In percent, above 0 up to 100.
  std::vector<double> percentiles;
  /// Called now and then with milliseconds done and to do.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

/// Measures latency and throughput. All that is measured runs in turns of some milliseconds, so that a drift of the
/// clock or a noisy neighbour hits all alike. The first run of a turn finds the caches of another exit and does not
/// count. Before each run its samples are copied to an input buffer, as by a user who just made them; the clock starts
/// after that. Samples are taken in an order that spreads any number of runs evenly over them.
/// @param sessions  of one plan; each is a stream: with several, each runs on a thread of its own, placed by the
/// system,
///                  and all measure the same thing at the same time
/// @param samples   one tensor a model input, [N, ...]; the input's own shape for a model without batch axis
/// @throws Error argument, shape, dtype; as Session::run
Bench bench(std::span<Session> sessions, std::span<const Tensor> samples, const BenchOptions& options = {});

/// The samples of a data set as `bench` takes them: all of them, or as many as `most_bytes` hold, evenly spread.
/// @throws Error argument for a model with several inputs or without batch axis; as Dataset::read
Tensor bench_samples(const Dataset& data, const Plan& plan, std::size_t most_bytes = std::size_t{256} << 20);

/// `count` random samples for each of the plan's inputs, always the same ones: floats in -1 .. 1, bytes of any value,
/// other integers 0 or 1. One for a model without batch axis.
std::vector<Tensor> noise_samples(const Plan& plan, std::int64_t count);

}  // namespace exeunt

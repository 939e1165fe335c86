#pragma once

#include <exeunt/api.h>
#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/deadline.h>
#include <exeunt/tools/profile.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
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

/// One run that was measured.
struct TimedRun {
  int stream = 0;
  int exit = 0;         ///< of its first sample
  double start_us = 0;  ///< since measuring began
  double us = 0;
};

/// Runs of one kind: to one exit, or of the mix.
struct RunReport {
  LatencyReport latency_us;    ///< of a run: `batch` samples
  double throughput_ips = 0;   ///< samples of all streams over wall time, filling the input buffer included
  std::vector<TimedRun> runs;  ///< with BenchOptions::keep_times, stream by stream
};

/// The runs of one step.
struct StepTimes {
  std::int64_t runs = 0;
  double total_us = 0;
  double median_us = 0;  ///< of those runs
};

/// What the processor counted in one run, in the thread that calls: means, outside the system's kernel.
struct ProcessorEvents {
  double cycles = 0;
  double instructions = 0;
  double cache_misses = 0;
};

/// Calls taken apart, by a StepProfiler in turns with the runs that are measured.
struct Profile {
  std::int64_t runs = 0;
  std::vector<StepTimes> steps;  ///< by step id: all steps of the plan, also those that never ran
  PathTimes median_us;           ///< of each part of a call
  /// The run whose steps took the median.
  struct Typical {
    int exit = 0;
    PathTimes us;
    std::vector<double> steps_us;   ///< by step id; NaN: did not run
    std::vector<double> scores_us;  ///< by decision; NaN the same
  } typical;
  std::optional<ProcessorEvents> events;  ///< where the system lets a program count them
};

/// An exit that every sample is made to take.
struct ExitBench {
  int exit = 0;
  RunReport report;
  std::optional<Profile> profile;  ///< with one stream and batches of one sample
};

/// The decisions at work.
struct MixBench {
  RunReport report;
  std::vector<double> shares;              ///< of the samples, by exit
  std::optional<Profile> profile;          ///< the same; not with a deadline
  std::optional<DeadlineReport> deadline;  ///< with BenchOptions::deadline_us
};

/// What the system did to the process meanwhile.
struct SystemEvents {
  std::int64_t waits = 0;         ///< a thread gave up the processor of its own will
  std::int64_t preemptions = 0;   ///< a thread was made to
  std::int64_t minor_faults = 0;  ///< a page had to be set up
  std::int64_t major_faults = 0;  ///< a page had to be read from disk
};

/// What tells how far the figures can be trusted.
struct Trust {
  double clock_resolution_us = 0;  ///< smallest step of the clock that was seen
  double clock_cost_us = 0;        ///< of reading it once; in each measured run
  double speed_change = 0;         ///< of a fixed loop, after measuring against before: -0.05 is 5 % slower
  std::int64_t runs = 0;           ///< that were measured, all together
  SystemEvents events;             ///< during these
  std::string no_counters;         ///< why Profile::events is empty
};

/// What `bench` measured.
struct Bench {
  std::vector<ExitBench> exits;
  std::optional<MixBench> mix;
  Trust trust;
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
  /// Sleep before each run, as a program that waits for a camera does: caches and the processor's clock cool down.
  double idle_ms = 0;
  /// Runs of the mix have a deadline, so many microseconds after they are called (see Session::run); 0: at once. Only
  /// for batches of one sample.
  std::optional<double> deadline_us = std::nullopt;
  /// Fill in RunReport::runs.
  bool keep_times = false;
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

/// What a step takes: the median of those profiled runs that came by it most often. 0: none came by, or nothing was
/// profiled.
double typical_step_us(const Bench& result, std::size_t step);

/// The most memory that this process ever held, in bytes.
std::size_t peak_resident_bytes() noexcept;

/// The samples of a data set as `bench` takes them: all of them, or as many as `most_bytes` hold, evenly spread.
/// @throws Error argument for a model with several inputs or without batch axis; as Dataset::read
Tensor bench_samples(const Dataset& data, const Plan& plan, std::size_t most_bytes = std::size_t{256} << 20);

/// `count` random samples for each of the plan's inputs, always the same ones: floats in -1 .. 1, bytes of any value,
/// other integers 0 or 1. One for a model without batch axis.
std::vector<Tensor> noise_samples(const Plan& plan, std::int64_t count);

}  // namespace exeunt

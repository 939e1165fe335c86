#pragma once

#include <vector>

#include "exec/executor.h"

namespace exeunt {

/// Where a batch comes from and where it goes to.
class BatchClient {
 public:
  virtual ~BatchClient() = default;
  /// Fills in the addresses of a sample's inputs; they stay valid until the next call, those that later segments read
  /// until the sample's exit.
  /// @param first  the sample comes for the first time
  virtual void open(std::int64_t sample, bool first, std::span<const std::byte*> inputs) noexcept = 0;
  /// A decision was taken, by this score.
  virtual void decided(std::int64_t sample, int decision, float score) noexcept = 0;
  /// The sample is done. @param values  address of each output, valid during the call
  virtual void done(std::int64_t sample, const Segment& exit, std::span<const std::byte* const> values) noexcept = 0;
};

/// Runs a plan for many samples, segment by segment: all of them through the first one, then those who leave and those
/// who stay, each group through its own. A list of sample numbers is all that is packed: values that live beyond a
/// segment are written to their sample's row at once, all others share the arena of `executor`.
///
/// The same steps run on the same operands as for single samples, so the answers are the same bit for bit.
/// Thread rule: one thread at a time, and not while `executor` runs.
class BatchExecutor {
 public:
  /// @param executor  lends its arena and the state of its steps; outlives this
  BatchExecutor(Executor& executor, std::int64_t max_batch);

  /// Runs samples 0 .. count - 1. Allocates nothing.
  /// @param settings  one a decision
  /// @param together  the batch decides as one, by the score that Segment::combine makes of all scores
  void run(std::int64_t count, std::span<const DecisionSetting> settings, bool together, BatchClient& client) noexcept;

 private:
  /// A place of `addresses_` that differs from sample to sample.
  struct Slot {
    std::size_t address;
    std::size_t source;  ///< bytes from the start of the row, or the number of an input
  };
  struct Work {
    std::vector<Slot> carried;
    std::vector<Slot> inputs;
  };
  /// Samples of one segment: places of `samples_`.
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  const std::byte* resolve(const Operand& operand, std::int64_t sample) const noexcept;
  void run_sample(std::size_t segment, std::size_t at, std::span<const DecisionSetting> settings,
                  BatchClient& client) noexcept;
  void decide(const Segment& segment, Range range, const DecisionSetting& setting, bool together,
              BatchClient& client) noexcept;

  const Executor& executor_;
  const PlanData& plan_;
  std::byte* arena_;
  AlignedBuffer rows_;
  std::vector<std::byte*> addresses_;
  std::vector<StepCall> calls_;
  WorkerPool* pool_;
  std::vector<Work> work_;                 // by segment
  std::vector<Range> ranges_;              // by segment
  std::vector<std::int64_t> samples_;      // those of a segment lie together
  std::vector<std::int64_t> staying_;      // scratch of decide
  std::vector<float> scores_;              // by place of samples_
  std::vector<Streak> streaks_;            // by sample
  std::vector<const std::byte*> inputs_;   // of the sample that runs
  std::vector<const std::byte*> outputs_;  // of the sample that exits
};

}  // namespace exeunt

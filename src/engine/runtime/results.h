#pragma once

#include <exeunt/session.h>

#include <vector>

#include "base/aligned_buffer.h"
#include "exec/executor.h"

namespace exeunt {

/// The memory of Results: one row a sample and output, as wide as the widest exit needs.
struct Results::Data {
  struct Output {
    std::size_t row_bytes = 0;
    bool uniform = true;  ///< one type at all exits: rows lie one after another as a tensor
    AlignedBuffer rows;
  };

  Data(std::shared_ptr<const PlanData> plan, std::int64_t max_batch);

  const Segment& exit_segment(std::int64_t i) const noexcept;
  std::span<float> scores_of(std::int64_t i) noexcept;
  /// Copies the outputs of the sample that `executor` ran last into row `i`.
  void store(std::int64_t i, const Segment& exit, const Executor& executor) noexcept;
  /// Copies the outputs of a sample, whose addresses these are, into row `i`.
  void store(std::int64_t i, const Segment& exit, std::span<const std::byte* const> values) noexcept;

  std::shared_ptr<const PlanData> plan;
  std::int64_t size = 0;
  bool cut_short = false;           ///< of the one sample that ran with a deadline
  std::vector<int> last_decisions;  ///< by exit: the decision before it; -1 if there is none
  std::vector<int> exits;
  std::vector<float> last_scores;
  std::vector<float> scores;
  std::vector<Output> outputs;

 private:
  void note_exit(std::int64_t i, const Segment& exit) noexcept;
  void copy_output(std::int64_t i, std::size_t output, TensorView value) noexcept;
};

}  // namespace exeunt

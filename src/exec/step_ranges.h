#pragma once

#include <vector>

#include "plan/plan_data.h"

namespace exeunt {

/// Steps first .. end - 1.
struct StepRange {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// Which steps of a segment run.
struct SegmentSteps {
  StepRange all;
  bool is_decision = false;
  /// Of a decision that is never taken: not the head, that is, what nothing behind `stay` needs.
  std::vector<StepRange> without_head;
};

/// By segment. Found from where steps read and write, so it holds for a plan from a file, too.
std::vector<SegmentSteps> find_segment_steps(const PlanData& plan);

}  // namespace exeunt

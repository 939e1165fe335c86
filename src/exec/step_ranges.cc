#include "exec/step_ranges.h"

#include <algorithm>
#include <set>

namespace exeunt {

namespace {

/// Places in the arena that are read from some point on. At any time a value that is still needed has its place to
/// itself, so the step before that point which fills the place last is the one that makes the value.
using Needed = std::set<std::size_t>;

void add(const Operand& operand, Needed& needed) {
  if (operand.kind == Operand::Kind::arena) needed.insert(operand.offset);
}

/// Whether a step makes what is needed after it; what it reads is then needed before it.
bool step_back(const Step& step, Needed& needed) {
  // A value without bytes shares its place with others.
  const bool is_empty = step.result.bytes() == 0;
  if (!is_empty && needed.erase(step.operands[step.result_at].offset) == 0) return false;
  for (std::size_t i = 0; i < step.result_at; ++i) add(step.operands[i], needed);
  return true;
}

StepRange steps_of(const Segment& segment) {
  const auto first = static_cast<std::size_t>(segment.first_step);
  return {first, first + static_cast<std::size_t>(segment.step_count)};
}

std::vector<StepRange> needed_ranges(const PlanData& plan, StepRange all, Needed after) {
  std::vector<StepRange> ranges;
  for (std::size_t i = all.end; i-- > all.first;) {
    if (!step_back(plan.steps[i], after)) continue;
    if (ranges.empty() || ranges.back().first != i + 1) ranges.push_back({i + 1, i + 1});
    ranges.back().first = i;
  }
  std::ranges::reverse(ranges);
  return ranges;
}

}  // namespace

std::vector<SegmentSteps> find_segment_steps(const PlanData& plan) {
  std::vector<SegmentSteps> steps(plan.segments.size());
  std::vector<Needed> at_start(plan.segments.size());
  // Segments come after the one that leads to them.
  for (std::size_t s = plan.segments.size(); s-- > 0;) {
    const Segment& segment = plan.segments[s];
    steps[s].all = steps_of(segment);
    Needed& needed = at_start[s];
    if (segment.is_exit) {
      for (const ExitOutput& output : segment.outputs) add(output.operand, needed);
    } else {
      steps[s].is_decision = true;
      needed = at_start[static_cast<std::size_t>(segment.stay)];
      steps[s].without_head = needed_ranges(plan, steps[s].all, needed);
      const Needed& leave = at_start[static_cast<std::size_t>(segment.leave)];
      needed.insert(leave.begin(), leave.end());
      add(segment.looked_at, needed);
    }
    for (std::size_t i = steps[s].all.end; i-- > steps[s].all.first;) step_back(plan.steps[i], needed);
  }
  return steps;
}

}  // namespace exeunt

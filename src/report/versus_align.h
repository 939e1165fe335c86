#pragma once

#include <exeunt/tools/inspect.h>

#include <vector>

namespace exeunt {

/// Two steps that do the same work; -1: the other plan has no such step.
struct StepPair {
  int a = -1;
  int b = -1;
  bool operator==(const StepPair&) const = default;
};

/// Pairs the steps of two plans in order: those of one name, else those of the same op, quantised or not, that multiply
/// and hand out as much; of several the one on the way to the same exits. Every step of both comes once, in the order
/// of its plan. Cost: the product of their numbers; 10 ms for a thousand each
std::vector<StepPair> align_steps(const Inspection& a, const Inspection& b);

}  // namespace exeunt

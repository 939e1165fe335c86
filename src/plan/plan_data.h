#pragma once

#include <memory>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "plan/layout.h"
#include "plan/plan_info.h"
#include "plan/step.h"

namespace exeunt {

class PlanFile;

/// Where an operand lies: a fixed place in the session's arena, a constant of the plan, or the caller's input.
struct Operand {
  enum class Kind : std::uint8_t { arena, constant, input };
  Kind kind = Kind::arena;
  std::size_t offset = 0;           ///< arena: bytes from its start; input: its index
  const std::byte* data = nullptr;  ///< constant: kept alive by PlanData::constants
  /// arena: bytes from the start of its sample's row, if the value is read in a later segment than its own; else -1.
  /// A batch runs segment by segment: between them each sample keeps these values.
  std::int64_t carried = -1;
};

/// Why a backend does not run a node.
struct Refusal {
  std::string backend;
  std::string reason;
};

/// A candidate that another one was taken for.
struct Rival {
  std::string kernel;
  double us = 0;  ///< 0: not measured
  std::string reason;
};

/// One unit of work. Its id is its index in PlanData::steps, in every list and profile.
struct Step {
  std::string name;  ///< of the node; a reorder is named after the value it copies
  std::string op;    ///< op name, or "Reorder"
  std::string kernel;
  std::string backend;
  TensorType result;
  Layout layout;
  double macs = 0;
  std::size_t bytes = 0;  ///< of operands and result, weights included
  std::vector<Refusal> refusals;
  std::vector<Rival> rivals = {};
  double us = 0;  ///< measured when the plan was built, among its neighbours; 0: not measured

  StepFn run = nullptr;
  PartFn run_part = nullptr;
  int parts = 1;  ///< 1: `run` does it all; else so many threads do a part each, by `run_part`
  std::shared_ptr<const StepArgs> args;
  std::vector<Operand> operands;

  ValueId value = kNoValue;             ///< of the graph that the plan was built from: what it makes or copies
  std::size_t result_at = 0;            ///< which of `operands` is the result
  std::vector<std::string> nodes = {};  ///< names of the file's nodes whose work it does
};

/// A model output at one exit, row-major.
struct ExitOutput {
  Operand operand;
  TensorType type;
};

/// The work between two decisions: steps first .. first + count - 1, then a decision or an exit.
/// Segments have the numbers of the tree positions they belong to.
struct Segment {
  int first_step = 0;
  int step_count = 0;
  bool is_exit = false;

  // A decision: its number among the decisions in tree order, and where to go on.
  int decision = -1;
  std::string name;
  ExitSettings settings;      ///< that the file gives
  bool probabilities = true;  ///< of the class scores looked at
  Combine combine = Combine::max;
  Operand looked_at;
  TensorType looked_at_type;
  int leave = -1;
  int stay = -1;

  // An exit.
  int exit = -1;
  std::vector<ExitOutput> outputs;
  Prediction prediction;
};

/// A compiled model: immutable, shared by all sessions.
struct PlanData {
  PlanInfo info;
  std::shared_ptr<const Graph> graph;    ///< that it was built from, for its file; null in tests
  std::shared_ptr<const PlanFile> file;  ///< that it was read from; null if it was built
  std::string isa;                       ///< of the kernels of our own
  bool runs_here = true;                 ///< false: made for a machine that is not here
  std::string precision = "fp32";        ///< in which kernels may compute
  std::vector<std::string> notes;        ///< what whoever built it should know
  std::vector<Step> steps;
  std::vector<Segment> segments;       ///< segment 0 comes first
  std::vector<int> exit_segments;      ///< by exit index
  std::vector<int> decision_segments;  ///< by decision number
  std::vector<std::shared_ptr<const Tensor>> constants;
  std::size_t arena_bytes = 0;
  std::size_t peak_live_bytes = 0;  ///< most bytes alive at once: what the arena cannot go below
  std::size_t constant_bytes = 0;
  PlanWeights weights;            ///< packed, of all steps
  std::size_t carried_bytes = 0;  ///< a sample's row of values that live beyond their segment
  int threads = 1;                ///< the most parts that a step may have
  std::string batch_obstacle;     ///< why several samples cannot run at once; empty if they can
};

/// The segments that a sample of exit `exit` runs, from the first one to the exit's.
std::vector<int> path_to_exit(const PlanData& plan, int exit);

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/model.h>
#include <exeunt/plan.h>

#include <cstddef>
#include <string>
#include <vector>

namespace EXEUNT_API exeunt {

/// Something odd about a model, in plain words.
struct Warning {
  std::string code;  ///< stable, for scripts: "no_decision", "slow_step"
  std::string node;  ///< empty if it is about the whole model
  std::string message;
  std::string hint;
};

/// One node of the canonical graph.
struct LayerInfo {
  std::string name;
  std::string op;
  TensorType result;
  int segment = 0;
  double macs = 0;
  std::vector<std::string> nodes;  ///< of the file: those whose work it does, in execution order
};

/// Why a backend did not take a step, or why another of its kernels did.
struct RefusalInfo {
  std::string backend;
  std::string reason;
};

/// A kernel that could have run a step, and why it does not.
struct RivalInfo {
  std::string kernel;
  double us = 0;  ///< measured when the plan was built; 0: not measured
  std::string reason;
};

/// One step of the plan; its id is its index.
struct StepInfo {
  std::string name;
  std::string op;
  std::string kernel;
  std::string backend;
  std::string layout;  ///< of the result: its axes, outermost first
  TensorType result;
  int segment = 0;
  double macs = 0;
  std::size_t bytes = 0;
  std::vector<RefusalInfo> refusals;
  std::vector<std::string> nodes;  ///< of the file: those whose work it does, in execution order; none for a reorder
  double us = 0;                   ///< measured when the plan was built, among its neighbours; 0: not measured
  std::vector<RivalInfo> rivals;
  std::vector<int> reads;  ///< what its operands come from: k >= 0 is step k, -1 - k is input k of the model
};

/// The end of a segment, for drawing the tree: a decision with two ways on, or an exit.
struct SegmentInfo {
  int decision = -1;
  int exit = -1;
  int leave = -1;
  int stay = -1;
  std::vector<int> reads;  ///< what the decision looks at or the exit hands out, as in StepInfo
};

/// What is on the path to an exit.
struct ExitCost {
  double macs = 0;
  std::size_t parameters = 0;    ///< numbers in the constants that are read, each counted once
  std::size_t weight_bytes = 0;  ///< their bytes
  std::size_t moved_bytes = 0;   ///< that steps read and write, weights included
  int layers = 0;
  int steps = 0;
};

struct PassInfo {
  std::string name;
  int rewrites = 0;
};

/// Everything `exeunt inspect` says about a model.
struct Inspection {
  std::string file;
  std::string producer;
  std::int64_t opset = 0;
  bool free_batch = false;         ///< the file leaves the number of samples open
  std::string batch_obstacle;      ///< why several samples cannot be handed over at once; empty if they can
  int conditionals = 0;            ///< `If` nodes in the file
  int folded_conditionals = 0;     ///< of these, those with a constant condition
  std::size_t file_bytes = 0;      ///< without external data
  std::size_t metadata_bytes = 0;  ///< of these, what only people and debuggers read
  std::size_t imported_nodes = 0;  ///< what the file's nodes became before the passes
  std::vector<InputInfo> inputs;
  std::vector<std::string> outputs;
  std::vector<DecisionInfo> decisions;
  std::vector<ExitInfo> exits;
  std::vector<ExitCost> costs;  ///< one an exit
  std::vector<SegmentInfo> segments;
  std::vector<LayerInfo> layers;
  std::vector<StepInfo> steps;
  std::vector<PassInfo> passes;
  std::size_t parameters = 0;       ///< numbers in the constants of the canonical graph
  std::size_t parameter_bytes = 0;  ///< their bytes, equal ones counted once
  std::size_t arena_bytes = 0;
  std::size_t peak_live_bytes = 0;
  std::size_t packed_bytes = 0;  ///< of weights in the order in which kernels read them
  double peak_gmacs = 0;         ///< f32 multiplications with addition that this core does a nanosecond, measured
  std::vector<Warning> warnings;
};

/// The exits whose path a segment lies on, ascending.
std::vector<int> exits_behind(const Inspection& inspection, int segment);

/// Looks at a loaded model and at the plan that `options` gives. @throws as Plan::build
Inspection inspect(const Model& model, const BuildOptions& options = {});

/// The same for a plan that was built of the model, but for the peak of this core. @throws Error unsupported
Inspection inspect(const Model& model, const Plan& plan);

/// What a plan alone tells: nothing of the file that it was built from, and no warnings.
Inspection inspect(const Plan& plan);

/// What is odd about a loaded model and a plan of it: Inspection::warnings.
std::vector<Warning> find_warnings(const Model& model, const Plan& plan);

/// Which graph to print.
enum class GraphStage { imported, canonical };

/// The graph as text (docs/graph.md).
std::string graph_text(const Model& model, GraphStage stage);

/// The graph that a plan was built from. Constants that it holds packed show their size only.
std::string graph_text(const Plan& plan);

/// "0.1.0 (commit 1234abcd, GNU 12.2.0, AVX-512)"
std::string version_text();

/// The vector instruction set that backend `cpu` takes its own kernels for: the machine's, or the one that the
/// environment's EXEUNT_ISA names. @throws Error argument if that is not to be had
std::string kernel_isa();

}  // namespace exeunt

#pragma once

#include <onnx/onnx_pb.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "graph/batch.h"
#include "graph/constant_eval.h"
#include "onnx/exit_metadata.h"
#include "onnx/import.h"

namespace exeunt {

/// Names visible at some place of the file, with those of the graphs around it. The result of a
/// node that could not be imported is kNoValue: its users are passed over in silence.
struct Scope {
  std::shared_ptr<const Scope> outer;
  bool same_graph = false;  ///< `outer` holds names of the same graph, from before an `If`
  std::unordered_map<std::string, ValueId> names;

  const ValueId* find(const std::string& name) const;
  /// @throws Error format if the graph has the name already
  void add(const std::string& name, ValueId value);
};

/// A graph (the model's or an arm's) on one path through the decisions: which nodes are still to
/// come, and where to go on afterwards. What stands after an `If` is thus imported once an arm.
struct Frame {
  const onnx::GraphProto* graph = nullptr;
  std::vector<const onnx::NodeProto*> pending;
  std::shared_ptr<Scope> scope;
  std::shared_ptr<const Frame> outer;           ///< where the results go; null for the model itself
  const onnx::NodeProto* outer_node = nullptr;  ///< the `If` of `outer` whose results they are
};

bool is_conditional(const onnx::NodeProto& node);
bool is_loop(const onnx::NodeProto& node);

/// The names that the graphs in a node (arms of an `If`, the body of a `Loop`) take from around them.
std::vector<std::string> captured_names(const onnx::NodeProto& node);

/// Whether the first axis of an input is symbolic.
bool has_free_batch(const onnx::ModelProto& model);

/// The opset of nodes that do not have the model's.
using NodeOpsets = std::unordered_map<const onnx::NodeProto*, std::int64_t>;

class Importer {
 public:
  Importer(const onnx::ModelProto& model, const ImportOptions& options, const NodeOpsets& opsets)
      : model_(model), options_(options), opsets_(opsets), constants_(graph_), axes_(graph_, has_free_batch(model)) {}

  Graph run(ImportNotes* notes);

 private:
  void check_header();
  void read_entries();
  void settle_decisions();
  void add_inputs(Scope& scope);
  TensorType input_type(const onnx::ValueInfoProto& input) const;
  void add_initializers(const onnx::GraphProto& graph, Scope& scope);
  ValueId intern(Tensor tensor, const std::string& name, bool note_size);
  ValueId intern(std::shared_ptr<const Tensor> tensor, const std::string& name, bool note_size);

  TreeId import_frame(Frame frame);
  void import_ready(Frame& frame);
  bool is_ready(const onnx::NodeProto& node, const Scope& scope) const;
  void import_node(const onnx::NodeProto& node, Scope& scope);
  void define_outputs(const onnx::NodeProto& node, const std::vector<ValueId>& results, Scope& scope);
  std::vector<ValueId> convert(const onnx::NodeProto& node, std::vector<ValueId> operands);
  std::int64_t opset_of(const onnx::NodeProto& node) const;

  void import_loop(const onnx::NodeProto& node, const Frame& frame);
  std::vector<ValueId> unroll(const onnx::NodeProto& node, const Frame& frame);
  ValueId stack(std::vector<ValueId> rows, const std::string& name);
  std::vector<ValueId> import_body(const onnx::GraphProto& body, const std::vector<ValueId>& operands,
                                   const Frame& frame);

  const onnx::NodeProto* take_conditional(Frame& frame) const;
  TreeId import_conditional(const onnx::NodeProto& node, const Frame& frame);
  TreeId import_arm(const onnx::NodeProto& node, bool then_arm, const Frame& after);
  TreeId finish_frame(const Frame& frame);
  TreeId add_exit(const Frame& frame);

  void report(const onnx::NodeProto& node, std::string_view reason, ErrorCode code);
  void throw_problems() const;
  [[noreturn]] void explain_stuck(const Frame& frame) const;

  const onnx::ModelProto& model_;
  const ImportOptions& options_;
  const NodeOpsets opsets_;
  Graph graph_;
  ConstantEvaluator constants_;
  BatchAxes axes_;
  ImportNotes notes_;
  std::unordered_multimap<std::uint64_t, ValueId> interned_;
  std::unordered_map<const onnx::GraphProto*, std::unordered_map<std::string, ValueId>> initializers_;
  std::unordered_set<const onnx::NodeProto*> noted_;  ///< what follows an `If` comes once an arm
  std::vector<std::string> decision_names_;           ///< of the path being imported
  std::vector<std::string> problems_;
  ErrorCode problem_code_ = ErrorCode::unsupported;
  std::optional<std::vector<ExitEntry>> entries_;  ///< what the file's metadata say of the decisions
  int decisions_ = 0;
  int exits_ = 0;
  int depth_ = 0;
  int loop_nodes_ = 0;
};

}  // namespace exeunt

#include <exeunt/tools/compose.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/error.h"
#include "compose/names.h"
#include "compose/part.h"
#include "compose/reach.h"
#include "onnx/import.h"
#include "onnx/importer.h"

namespace exeunt {

namespace {

constexpr std::size_t kMaxFlatExits = 64;

/// What the names of a file mean at some place of the flat network.
struct FlatScope {
  std::shared_ptr<const FlatScope> outer;
  std::unordered_map<std::string, std::string> names;

  std::string find(const std::string& name) const {
    for (const FlatScope* scope = this; scope != nullptr; scope = scope->outer.get()) {
      if (const auto found = scope->names.find(name); found != scope->names.end()) return found->second;
    }
    return name;
  }
};
using ScopePtr = std::shared_ptr<FlatScope>;

/// Nodes of a graph that are still to come, on the way to one exit.
struct Rest {
  std::vector<const onnx::NodeProto*> nodes;
  const onnx::GraphProto* graph = nullptr;
  ScopePtr scope;
  std::shared_ptr<const Rest> outer;             ///< where the results go; null for the model itself
  const onnx::NodeProto* conditional = nullptr;  ///< whose results they are
};

ScopePtr scope_in(const ScopePtr& outer) { return std::make_shared<FlatScope>(FlatScope{outer, {}}); }

class Flattener {
 public:
  explicit Flattener(const onnx::ModelProto& model) : model_(model) {}

  /// The nodes of all arms, one after another. `exits` gets the outputs of each exit.
  onnx::GraphProto run(std::vector<std::vector<std::string>>& exits) {
    exits_ = &exits;
    flat_.set_name(model_.graph().name());
    *flat_.mutable_input() = model_.graph().input();
    for (const auto& input : model_.graph().input()) taken_.insert(input.name());
    enter({{}, &model_.graph(), std::make_shared<FlatScope>(), nullptr, nullptr});
    return std::move(flat_);
  }

 private:
  void enter(Rest rest) {
    for (const auto& initializer : rest.graph->initializer()) {
      onnx::TensorProto& added = *flat_.add_initializer();
      added = initializer;
      added.set_name(define(initializer.name(), *rest.scope));
    }
    // What does not wait for a conditional comes once, however many exits there are.
    std::unordered_set<std::string> waiting;
    for (const auto& node : rest.graph->node()) {
      const std::vector<std::string> operands = operands_of(node);
      const bool waits = std::ranges::any_of(operands, [&](const std::string& name) { return waiting.contains(name); });
      if (waits || is_conditional(node)) {
        waiting.insert(node.output().begin(), node.output().end());
        rest.nodes.push_back(&node);
      } else {
        emit(node, *rest.scope);
      }
    }
    go_on(std::move(rest));
  }

  void go_on(Rest rest) {
    while (!rest.nodes.empty()) {
      const onnx::NodeProto& node = *rest.nodes.front();
      rest.nodes.erase(rest.nodes.begin());
      if (is_conditional(node)) return branch(node, rest);
      emit(node, *rest.scope);
    }
    leave(rest);
  }

  void branch(const onnx::NodeProto& node, const Rest& rest) {
    const auto outer = std::make_shared<const Rest>(rest);
    for (const char* arm : {"then_branch", "else_branch"}) {
      const auto found =
          std::ranges::find_if(node.attribute(), [&](const auto& a) { return a.name() == arm && a.has_g(); });
      require(found != node.attribute().end(), ErrorCode::format, "node '{}' (If) has no {}", node.name(), arm);
      enter({{}, &found->g(), scope_in(rest.scope), outer, &node});
    }
  }

  void leave(const Rest& rest) {
    std::vector<std::string> results;
    for (const auto& output : rest.graph->output()) results.push_back(rest.scope->find(output.name()));
    if (rest.outer == nullptr) {
      exits_->push_back(std::move(results));
      require(exits_->size() <= kMaxFlatExits, ErrorCode::unsupported, "there are more than {} exits", kMaxFlatExits);
      return;
    }
    Rest after = *rest.outer;
    after.scope = scope_in(after.scope);
    const auto& wanted = rest.conditional->output();
    require(static_cast<std::size_t>(wanted.size()) <= results.size(), ErrorCode::format,
            "node '{}' (If): an arm has {} outputs, {} are asked for", rest.conditional->name(), results.size(),
            wanted.size());
    for (int i = 0; i < wanted.size(); ++i) after.scope->names[wanted[i]] = results[static_cast<std::size_t>(i)];
    go_on(std::move(after));
  }

  std::string define(const std::string& name, FlatScope& scope) {
    const std::string own = unique_name(taken_, name);
    if (own != name || scope.find(name) != name) scope.names[name] = own;
    return own;
  }

  void emit(const onnx::NodeProto& node, FlatScope& scope) {
    onnx::NodeProto& added = *flat_.add_node();
    added = node;
    if (!node.name().empty()) added.set_name(unique_name(node_names_, node.name()));
    rename_operands(added, [&](const std::string& name) { return scope.find(name); });
    for (std::string& output : *added.mutable_output()) {
      if (!output.empty()) output = define(output, scope);
    }
  }

  const onnx::ModelProto& model_;
  onnx::GraphProto flat_;
  std::vector<std::vector<std::string>>* exits_ = nullptr;
  Names taken_;
  Names node_names_;
};

/// The tensor that a chain of `Identity` hands on.
std::string without_identities(const Reach& reach, std::string tensor) {
  for (;;) {
    const onnx::NodeProto* node = reach.producer(tensor);
    // An input may not be an output as well.
    if (node == nullptr || node->op_type() != "Identity" || reach.producer(node->input(0)) == nullptr) return tensor;
    tensor = node->input(0);
  }
}

/// Removes what no output needs.
void drop_unused(onnx::GraphProto& graph) {
  const Reach reach(graph);
  std::unordered_set<std::string> needed;
  for (const auto& output : graph.output()) needed.merge(reach.needed_for(output.name()));
  onnx::GraphProto kept;
  for (auto& node : *graph.mutable_node()) {
    const bool used =
        std::ranges::any_of(node.output(), [&](const std::string& name) { return needed.contains(name); });
    if (used) kept.add_node()->Swap(&node);
  }
  for (auto& initializer : *graph.mutable_initializer()) {
    if (needed.contains(initializer.name())) kept.add_initializer()->Swap(&initializer);
  }
  graph.mutable_node()->Swap(kept.mutable_node());
  graph.mutable_initializer()->Swap(kept.mutable_initializer());
}

/// Makes outputs of the exits' outputs that depend on the input. @return their names
std::vector<std::string> add_outputs(onnx::GraphProto& graph, const std::vector<std::vector<std::string>>& exits,
                                     const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& types) {
  const Reach reach(graph);
  std::vector<std::string> heads;
  for (const std::vector<std::string>& exit : exits) {
    for (std::size_t k = 0; k < exit.size(); ++k) {
      if (!reach.depends_on_input(exit[k])) continue;
      const std::string tensor = without_identities(reach, exit[k]);
      // Two exits may give the same tensor.
      if (std::ranges::find(heads, tensor) != heads.end()) continue;
      heads.push_back(tensor);
      onnx::ValueInfoProto& output = *graph.add_output();
      output.set_name(tensor);
      *output.mutable_type() = types.Get(static_cast<int>(k)).type();
    }
  }
  return heads;
}

}  // namespace

Composition flatten_exits(const std::filesystem::path& model, const std::filesystem::path& out) {
  Part part = read_part(model);
  ImportNotes notes;
  with_context(part.file, [&] { import_onnx(part.model, {.shapes = {}, .folder = "."}, &notes); });
  require(notes.conditionals > 0, ErrorCode::unsupported, "{}: has no exits: there is no If in it", part.file);
  require(notes.folded_conditionals == 0, ErrorCode::unsupported,
          "{}: holds {} conditional{} on shapes or constants; fold them with a simplifier (onnxsim) first", part.file,
          notes.folded_conditionals, notes.folded_conditionals == 1 ? "" : "s");
  Composition result;
  std::vector<std::vector<std::string>> exits;
  onnx::GraphProto flat = with_context(part.file, [&] { return Flattener(part.model).run(exits); });
  const std::vector<std::string> heads = add_outputs(flat, exits, part.model.graph().output());
  require(heads.size() > 1, ErrorCode::unsupported,
          "{}: its exits give {} different answer{}; there is nothing to flatten", part.file, heads.size(),
          heads.size() == 1 ? "" : "s");
  drop_unused(flat);
  part.model.mutable_graph()->Swap(&flat);
  part.model.set_producer_name("exeunt");
  part.model.clear_producer_version();
  with_context("the flat model", [&] { import_onnx(part.model, {.shapes = {}, .folder = "."}); });
  write_onnx(part.model, out);
  for (const std::string& head : heads) {
    result.exits.push_back({head, part.file, {}});
    result.outputs.push_back(head);
  }
  for (const auto& input : part.model.graph().input()) result.inputs.push_back(input.name());
  result.opset = part.opset;
  return result;
}

}  // namespace exeunt

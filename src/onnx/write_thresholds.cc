#include "onnx/write_thresholds.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "base/error.h"
#include "graph/placement.h"
#include "onnx/exit_metadata.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

constexpr const char* kHint = "; write a tuning file (.json) instead";

/// The graphs around a node, from its own outwards.
using GraphScope = std::vector<onnx::GraphProto*>;

struct FoundConditional {
  const onnx::NodeProto* node = nullptr;
  GraphScope scope;
};

FoundConditional find_conditional(const GraphScope& scope, const std::string& name) {
  for (onnx::NodeProto& node : *scope.front()->mutable_node()) {
    if (node.op_type() == "If" && name_of(node) == name) return {&node, scope};
    for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
      if (!attribute.has_g()) continue;
      GraphScope inner = {attribute.mutable_g()};
      inner.insert(inner.end(), scope.begin(), scope.end());
      if (FoundConditional found = find_conditional(inner, name); found.node != nullptr) return found;
    }
  }
  return {};
}

/// What makes a name, seen from a scope; the scope becomes that of the maker.
struct Maker {
  onnx::NodeProto* node = nullptr;
  onnx::TensorProto* initializer = nullptr;
};

Maker find_maker(GraphScope& scope, const std::string& name) {
  for (; !scope.empty(); scope.erase(scope.begin())) {
    for (onnx::NodeProto& node : *scope.front()->mutable_node()) {
      if (std::ranges::find(node.output(), name) != node.output().end()) return {&node, nullptr};
    }
    for (onnx::TensorProto& tensor : *scope.front()->mutable_initializer()) {
      if (tensor.name() == name) return {nullptr, &tensor};
    }
  }
  return {};
}

bool is_comparison(const std::string& op) {
  constexpr std::array<std::string_view, 4> kComparisons = {"Greater", "GreaterOrEqual", "Less", "LessOrEqual"};
  return std::ranges::find(kComparisons, op) != kComparisons.end();
}

/// The comparison that a condition comes from, through whatever keeps, turns round or combines bools.
struct FoundComparison {
  onnx::NodeProto* node = nullptr;
  GraphScope scope;
};

FoundComparison find_comparison(GraphScope scope, std::string name) {
  constexpr std::array<std::string_view, 11> kPassed = {"Cast",      "Identity",  "Not",     "Reshape",
                                                        "Squeeze",   "Unsqueeze", "Flatten", "ReduceMax",
                                                        "ReduceMin", "Slice",     "Gather"};
  for (;;) {
    const Maker maker = find_maker(scope, name);
    if (maker.node == nullptr) return {};
    if (is_comparison(maker.node->op_type())) return {maker.node, scope};
    const bool passed = std::ranges::find(kPassed, maker.node->op_type()) != kPassed.end();
    if (!passed || maker.node->input_size() == 0) return {};
    name = maker.node->input(0);
  }
}

/// The float that a name stands for, as it is written in the file; null if it is computed or of another type.
const onnx::TensorProto* constant_of(GraphScope scope, const std::string& name) {
  const Maker maker = find_maker(scope, name);
  const onnx::TensorProto* tensor = maker.initializer;
  if (maker.node != nullptr && maker.node->op_type() == "Identity" && maker.node->input_size() == 1)
    return constant_of(scope, maker.node->input(0));
  if (maker.node != nullptr && maker.node->op_type() == "Constant") {
    for (const onnx::AttributeProto& attribute : maker.node->attribute()) {
      if (attribute.name() == "value" && attribute.has_t()) tensor = &attribute.t();
    }
  }
  return tensor != nullptr && tensor->data_type() == onnx::TensorProto::FLOAT ? tensor : nullptr;
}

void collect_names(const onnx::GraphProto& graph, std::set<std::string>& names) {
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& node : graph.node()) {
    names.insert(node.output().begin(), node.output().end());
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) collect_names(attribute.g(), names);
    }
  }
}

bool is_used(const onnx::GraphProto& graph, const std::string& name) {
  const auto names_it = [&](const auto& value) { return value.name() == name; };
  // An input of that name is a constant that callers may replace.
  if (std::ranges::any_of(graph.output(), names_it) || std::ranges::any_of(graph.input(), names_it)) return true;
  return std::ranges::any_of(graph.node(), [&](const onnx::NodeProto& node) {
    return std::ranges::find(node.input(), name) != node.input().end() ||
           std::ranges::any_of(node.attribute(), [&](const onnx::AttributeProto& attribute) {
             return attribute.has_g() && is_used(attribute.g(), name);
           });
  });
}

/// Other runtimes warn of constants that nothing uses.
void drop_unused(onnx::GraphProto& graph, const std::string& name) {
  auto& constants = *graph.mutable_initializer();
  if (is_used(graph, name)) return;
  constants.erase(std::remove_if(constants.begin(), constants.end(), [&](const auto& c) { return c.name() == name; }),
                  constants.end());
}

/// The constant that a comparison with `threshold` needs so that whoever scores above it leaves.
float limit_for(float threshold, const std::string& op, bool score_first) {
  const bool strict = score_first ? op == "Greater" || op == "LessOrEqual" : op == "Less" || op == "GreaterOrEqual";
  return strict ? threshold : std::nextafter(threshold, std::numeric_limits<float>::infinity());
}

void write_threshold(onnx::ModelProto& model, const std::string& decision, float threshold,
                     std::set<std::string>& names) {
  const FoundConditional conditional = find_conditional({model.mutable_graph()}, decision);
  require(conditional.node != nullptr && conditional.node->input_size() == 1, ErrorCode::unsupported,
          "there is no conditional '{}' whose threshold could be changed{}", decision, kHint);
  const FoundComparison found = find_comparison(conditional.scope, conditional.node->input(0));
  const onnx::TensorProto* constant = nullptr;
  int side = 1;
  for (; found.node != nullptr && side >= 0; --side) {
    constant = constant_of(found.scope, found.node->input(side));
    if (constant != nullptr) break;
  }
  require(constant != nullptr, ErrorCode::unsupported,
          "the threshold of '{}' was not found in the file: its condition is not a comparison with a constant of type "
          "float{}",
          decision, kHint);
  onnx::TensorProto changed;
  changed.set_data_type(onnx::TensorProto::FLOAT);
  *changed.mutable_dims() = constant->dims();
  changed.add_float_data(limit_for(threshold, found.node->op_type(), side == 1));
  std::string name = decision + "/threshold";
  for (int i = 1; names.contains(name); ++i) name = fmt::format("{}/threshold_{}", decision, i);
  names.insert(name);
  changed.set_name(name);
  const std::string before = std::exchange(*found.node->mutable_input(side), name);
  *found.scope.front()->add_initializer() = std::move(changed);
  for (onnx::GraphProto* graph : found.scope) drop_unused(*graph, before);
}

/// The decisions of a file, in order.
std::vector<Decision> imported_decisions(const onnx::ModelProto& model, const ImportOptions& options) {
  const Graph graph = import_onnx(model, options);
  std::vector<Decision> decisions;
  for (const TreeId id : tree_order(graph)) {
    if (const auto* decision = std::get_if<Decision>(&graph.tree[static_cast<std::size_t>(id)]))
      decisions.push_back(*decision);
  }
  return decisions;
}

void check_kept(const Decision& decision, const ExitSettings& settings) {
  require(decision.criterion == settings.criterion, ErrorCode::unsupported,
          "decision '{}' is by {} in the file and cannot be made one by {}{}", decision.name,
          criterion_kind_name(decision.criterion), criterion_kind_name(settings.criterion), kHint);
  require(decision.temperature == settings.temperature, ErrorCode::unsupported,
          "decision '{}' has the temperature {} in the file, which cannot be made {}{}", decision.name,
          decision.temperature, settings.temperature, kHint);
}

void drop_metadata(onnx::ModelProto& model) {
  auto& entries = *model.mutable_metadata_props();
  const auto is_ours = [](const auto& entry) { return entry.key() == kExitsKey; };
  entries.erase(std::remove_if(entries.begin(), entries.end(), is_ours), entries.end());
}

}  // namespace

void write_exit_settings(onnx::ModelProto& model, std::span<const ExitSettings> settings,
                         const ImportOptions& options) {
  const std::vector<Decision> before = imported_decisions(model, options);
  require(before.size() == settings.size(), ErrorCode::argument, "there are settings of {} exits; the model has {}",
          settings.size(), before.size());
  std::set<std::string> names;
  collect_names(model.graph(), names);
  drop_metadata(model);
  for (std::size_t d = 0; d < before.size(); ++d) {
    check_kept(before[d], settings[d]);
    write_threshold(model, before[d].name, settings[d].threshold, names);
  }
  // Names may repeat, and conditions may be put together in many ways: what the file means now is what counts.
  const std::vector<Decision> after = imported_decisions(model, options);
  for (std::size_t d = 0; d < before.size(); ++d) {
    require(after.size() == before.size() && after[d].criterion == before[d].criterion &&
                after[d].threshold == settings[d].threshold,
            ErrorCode::unsupported, "the threshold of '{}' cannot be changed in the file{}", before[d].name, kHint);
  }
  onnx::StringStringEntryProto& entry = *model.add_metadata_props();
  entry.set_key(std::string(kExitsKey));
  entry.set_value(exit_entries_text(settings));
}

}  // namespace exeunt

#include "onnx/inline_functions.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "onnx/node_context.h"

namespace exeunt {

namespace {

constexpr int kMaxNodes = 1 << 20;
/// Calls inside each other; each is a level of recursion and makes names longer.
constexpr std::size_t kMaxDepth = 100;

using Key = std::pair<std::string, std::string>;  // domain, name
using Nodes = google::protobuf::RepeatedPtrField<onnx::NodeProto>;

Key key_of(const std::string& domain, const std::string& name) {
  return {is_default_domain(domain) ? "" : domain, name};
}

/// Defaults of a function's attributes. They came with IR 9, after Debian's schema: there they are
/// field 11 among those the schema does not know.
std::map<std::string, onnx::AttributeProto> default_attributes(const onnx::FunctionProto& function) {
  constexpr int kAttributeProto = 11;
  std::map<std::string, onnx::AttributeProto> defaults;
  const auto& unknown = function.unknown_fields();
  for (int i = 0; i < unknown.field_count(); ++i) {
    const auto& field = unknown.field(i);
    if (field.number() != kAttributeProto || field.type() != google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      continue;
    onnx::AttributeProto attribute;
    require(attribute.ParseFromString(field.length_delimited()), ErrorCode::format,
            "function '{}': a default of an attribute is damaged", function.name());
    defaults[attribute.name()] = std::move(attribute);
  }
  return defaults;
}

/// The version of the default domain in a list of opset imports; `otherwise` if it is not there.
template <class Imports>
std::int64_t default_opset(const Imports& imports, std::int64_t otherwise) {
  for (const auto& entry : imports) {
    if (is_default_domain(entry.domain())) otherwise = entry.version();
  }
  return otherwise;
}

/// What one call puts in place of the names and attributes of a body. For the model itself: nothing.
struct Call {
  bool is_model = true;
  std::int64_t opset = 0;
  std::string prefix;
  std::map<std::string, std::string> names;
  std::map<std::string, onnx::AttributeProto> attributes;

  /// A body sees no names from outside, so all that its inputs and outputs do not name are its own.
  std::string renamed(const std::string& name) {
    if (is_model || name.empty()) return name;
    return names.try_emplace(name, prefix + name).first->second;
  }
};

class Inliner {
 public:
  explicit Inliner(const onnx::ModelProto& model) {
    for (const auto& function : model.functions()) functions_[key_of(function.domain(), function.name())] = &function;
    result_.model = model;
    result_.model.clear_functions();
    result_.model.mutable_graph()->clear_node();
    Call call;
    call.opset = default_opset(model.opset_import(), 0);
    expand(model.graph().node(), *result_.model.mutable_graph()->mutable_node(), call);
  }

  InlinedModel take() { return std::move(result_); }

 private:
  void expand(const Nodes& from, Nodes& to, Call& call) {
    for (const onnx::NodeProto& node : from) {
      require(++made_ <= kMaxNodes, ErrorCode::unsupported, "the functions make more than {} nodes", kMaxNodes);
      const auto function = functions_.find(key_of(node.domain(), node.op_type()));
      if (function == functions_.end()) {
        onnx::NodeProto& made = *to.Add();
        instantiate(node, made, call);
        if (!call.is_model) result_.opsets[&made] = call.opset;
      } else {
        onnx::NodeProto made;
        instantiate(node, made, call);
        inline_call(*function->second, made, to, call);
      }
    }
  }

  void instantiate(const onnx::NodeProto& node, onnx::NodeProto& made, Call& call) {
    made.set_op_type(node.op_type());
    made.set_domain(node.domain());
    if (!node.name().empty()) made.set_name(call.prefix + node.name());
    for (const std::string& name : node.input()) made.add_input(call.renamed(name));
    for (const std::string& name : node.output()) made.add_output(call.renamed(name));
    for (const auto& attribute : node.attribute()) instantiate(attribute, made, call);
  }

  void instantiate(const onnx::AttributeProto& attribute, onnx::NodeProto& node, Call& call) {
    if (!attribute.ref_attr_name().empty()) {
      const auto value = call.attributes.find(attribute.ref_attr_name());
      if (value == call.attributes.end()) return;
      require(!value->second.has_g(), ErrorCode::unsupported, "attribute '{}' hands a graph to a function",
              attribute.ref_attr_name());
      onnx::AttributeProto& made = *node.add_attribute();
      made = value->second;
      made.set_name(attribute.name());
    } else if (attribute.has_g()) {
      onnx::AttributeProto& made = *node.add_attribute();
      made.set_name(attribute.name());
      made.set_type(attribute.type());
      instantiate(attribute.g(), *made.mutable_g(), call);
    } else {
      *node.add_attribute() = attribute;
    }
  }

  void instantiate(const onnx::GraphProto& graph, onnx::GraphProto& made, Call& call) {
    made.set_name(graph.name());
    *made.mutable_initializer() = graph.initializer();
    *made.mutable_sparse_initializer() = graph.sparse_initializer();
    *made.mutable_input() = graph.input();
    *made.mutable_output() = graph.output();
    for (auto& initializer : *made.mutable_initializer()) initializer.set_name(call.renamed(initializer.name()));
    for (auto& input : *made.mutable_input()) input.set_name(call.renamed(input.name()));
    for (auto& output : *made.mutable_output()) output.set_name(call.renamed(output.name()));
    expand(graph.node(), *made.mutable_node(), call);
  }

  /// Adds the body of `function` for a call whose own names and attributes are settled.
  void inline_call(const onnx::FunctionProto& function, const onnx::NodeProto& node, Nodes& to, const Call& outer) {
    require(std::ranges::find(calls_, &function) == calls_.end(), ErrorCode::format, "function '{}' calls itself",
            function.name());
    require(calls_.size() < kMaxDepth, ErrorCode::unsupported, "more than {} functions call each other", kMaxDepth);
    calls_.push_back(&function);
    const std::string name = node.name().empty() ? function.name() : node.name();
    Call call;
    call.is_model = false;
    call.opset = default_opset(function.opset_import(), outer.opset);
    call.prefix = fmt::format("{}:{}/", name, ++inlined_);
    call.attributes = default_attributes(function);
    for (const auto& attribute : node.attribute()) call.attributes[attribute.name()] = attribute;
    require(node.input_size() <= function.input_size() && node.output_size() <= function.output_size(),
            ErrorCode::format, "node '{}' calls function '{}' with {} inputs and {} outputs; it has {} and {}",
            node.name(), function.name(), node.input_size(), node.output_size(), function.input_size(),
            function.output_size());
    for (int i = 0; i < function.input_size(); ++i)
      call.names[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    std::vector<std::pair<std::string, std::string>> passed;
    for (int i = 0; i < node.output_size(); ++i) {
      if (node.output(i).empty()) continue;
      const auto [known, fresh] = call.names.try_emplace(function.output(i), node.output(i));
      if (!fresh) passed.emplace_back(known->second, node.output(i));
    }
    expand(function.node(), to, call);
    // A result that is an operand, or another result, under a second name.
    for (const auto& [from, result] : passed) {
      onnx::NodeProto& identity = *to.Add();
      identity.set_op_type("Identity");
      identity.add_input(from);
      identity.add_output(result);
    }
    calls_.pop_back();
  }

  std::map<Key, const onnx::FunctionProto*> functions_;
  std::vector<const onnx::FunctionProto*> calls_;
  InlinedModel result_;
  int made_ = 0;
  int inlined_ = 0;
};

}  // namespace

InlinedModel inline_functions(const onnx::ModelProto& model) { return Inliner(model).take(); }

}  // namespace exeunt

#include "compose/nest.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace exeunt {

namespace {

/// Where something runs: before decision `depth` and in the else-arms of those before, or, as `answer`, in the then-arm
/// of decision `depth`.
struct Position {
  int depth = 0;
  bool answer = false;
  bool operator==(const Position&) const = default;
};

/// The last position from which both are reached.
Position before_both(Position a, Position b) {
  if (a == b) return a;
  return {std::min(a.depth, b.depth), false};
}

/// Where each tensor, and the node that makes it, has to run.
class Positions {
 public:
  Positions(const onnx::GraphProto& graph, const ExitTensors& exits) : graph_(graph) {
    for (int i = 0; i < graph.node_size(); ++i) {
      for (const std::string& output : graph.node(i).output()) producers_[output] = i;
    }
    for (std::size_t i = 0; i < exits.predictions.size(); ++i) {
      const bool last = i == exits.leaves.size();
      if (!last) need(exits.leaves[i], {static_cast<int>(i), false});
      need(exits.predictions[i], {static_cast<int>(i), !last});
    }
  }

  bool is_at(const std::string& tensor, Position position) const {
    const auto found = at_.find(tensor);
    return found != at_.end() && found->second == position;
  }
  /// A node runs where the first of its results is needed.
  bool is_at(const onnx::NodeProto& node, Position position) const {
    std::optional<Position> all;
    for (const std::string& output : node.output()) {
      const auto found = at_.find(output);
      if (!output.empty() && found != at_.end()) all = all ? before_both(*all, found->second) : found->second;
    }
    return all == position;
  }

 private:
  void need(const std::string& tensor, Position position) {
    std::vector<std::pair<std::string, Position>> open = {{tensor, position}};
    while (!open.empty()) {
      const auto [name, wanted] = std::move(open.back());
      open.pop_back();
      const auto [known, fresh] = at_.try_emplace(name, wanted);
      const Position merged = before_both(known->second, wanted);
      if (!fresh && merged == known->second) continue;
      known->second = merged;
      const auto producer = producers_.find(name);
      if (producer == producers_.end()) continue;
      const onnx::NodeProto& node = graph_.node(producer->second);
      for (std::string& operand : operands_of(node)) open.emplace_back(std::move(operand), merged);
    }
  }

  const onnx::GraphProto& graph_;
  std::unordered_map<std::string, int> producers_;
  std::unordered_map<std::string, Position> at_;
};

class Nester {
 public:
  Nester(Network& network, const ExitTensors& exits, std::int64_t classes)
      : network_(network), graph_(network.graph()), exits_(exits), positions_(graph_, exits) {
    auto& prediction = *prediction_type_.mutable_tensor_type();
    prediction.set_elem_type(onnx::TensorProto::FLOAT);
    *prediction.mutable_shape()->add_dim() = batch_dim();
    prediction.mutable_shape()->add_dim()->set_dim_value(classes);
    auto& exit = *exit_type_.mutable_tensor_type();
    exit.set_elem_type(onnx::TensorProto::INT64);
    exit.mutable_shape()->add_dim()->set_dim_value(1);
  }

  onnx::GraphProto run() {
    onnx::GraphProto nested;
    nested.set_name("early_exits");
    *nested.mutable_input() = graph_.input();
    const std::string prediction = output_name(kPredictionName);
    const std::string exit = output_name(kExitName);
    fill(nested, 0, prediction, exit);
    return nested;
  }

 private:
  /// The free batch of the inputs, if it is free.
  onnx::TensorShapeProto::Dimension batch_dim() const {
    onnx::TensorShapeProto::Dimension dim;
    dim.set_dim_value(1);
    for (const auto& input : graph_.input()) {
      const auto& shape = input.type().tensor_type().shape();
      if (shape.dim_size() > 0 && (!shape.dim(0).has_dim_value() || shape.dim(0).dim_value() < 0)) dim = shape.dim(0);
    }
    if (dim.has_dim_value() && dim.dim_value() < 0) dim.clear_dim_value();
    return dim;
  }

  void take(onnx::GraphProto& graph, Position position) const {
    for (const auto& initializer : graph_.initializer()) {
      if (positions_.is_at(initializer.name(), position)) *graph.add_initializer() = initializer;
    }
    for (const auto& node : graph_.node()) {
      if (positions_.is_at(node, position)) *graph.add_node() = node;
    }
  }

  void add_outputs(onnx::GraphProto& graph, const std::string& prediction, const std::string& exit) const {
    for (const auto& [name, type] : {std::pair(&prediction, &prediction_type_), std::pair(&exit, &exit_type_)}) {
      onnx::ValueInfoProto& output = *graph.add_output();
      output.set_name(*name);
      *output.mutable_type() = *type;
    }
  }

  /// The network keeps these names free unless the caller's inputs have them.
  std::string output_name(const std::string& wanted) {
    const bool is_input =
        std::ranges::any_of(graph_.input(), [&](const auto& input) { return input.name() == wanted; });
    return is_input ? own_name(wanted) : wanted;
  }

  std::string own_name(const std::string& wanted) { return unique_name(network_.tensor_names(), wanted); }

  /// Adds the answer of an exit. An arm may not hand out what was computed around it, so it makes a name of its own.
  void add_answer(onnx::GraphProto& graph, std::size_t exit, const std::string& prediction, const std::string& index) {
    onnx::NodeProto& answer = *graph.add_node();
    answer.set_op_type("Identity");
    answer.set_name(unique_name(network_.node_names(), fmt::format("exit{}/prediction", exit)));
    answer.add_input(exits_.predictions[exit]);
    answer.add_output(prediction);
    onnx::NodeProto& number = *graph.add_node();
    number.set_op_type("Constant");
    number.set_name(unique_name(network_.node_names(), fmt::format("exit{}/index", exit)));
    number.add_output(index);
    onnx::AttributeProto& value = *number.add_attribute();
    value.set_name("value");
    value.set_type(onnx::AttributeProto::TENSOR);
    value.mutable_t()->set_data_type(onnx::TensorProto::INT64);
    value.mutable_t()->add_dims(1);
    value.mutable_t()->add_int64_data(static_cast<std::int64_t>(exit));
  }

  onnx::GraphProto& add_arm(onnx::NodeProto& node, const std::string& arm, const std::string& name) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(arm);
    attribute.set_type(onnx::AttributeProto::GRAPH);
    attribute.mutable_g()->set_name(name);
    return *attribute.mutable_g();
  }

  /// What runs from decision `depth` on.
  void fill(onnx::GraphProto& graph, int depth, const std::string& prediction, const std::string& exit) {
    take(graph, {depth, false});
    add_outputs(graph, prediction, exit);
    const auto index = static_cast<std::size_t>(depth);
    if (index == exits_.leaves.size()) return add_answer(graph, index, prediction, exit);
    onnx::NodeProto& decision = *graph.add_node();
    decision.set_op_type("If");
    decision.set_name(unique_name(network_.node_names(), fmt::format("exit{}/decision", depth)));
    decision.add_input(exits_.leaves[index]);
    decision.add_output(prediction);
    decision.add_output(exit);
    onnx::GraphProto& leave = add_arm(decision, "then_branch", fmt::format("exit{}_leave", depth));
    take(leave, {depth, true});
    const std::string left = own_name(fmt::format("exit{}/prediction", depth));
    const std::string left_exit = own_name(fmt::format("exit{}/index", depth));
    add_outputs(leave, left, left_exit);
    add_answer(leave, index, left, left_exit);
    onnx::GraphProto& stay = add_arm(decision, "else_branch", fmt::format("exit{}_stay", depth));
    fill(stay, depth + 1, own_name(fmt::format("after{}/prediction", depth)),
         own_name(fmt::format("after{}/index", depth)));
  }

  Network& network_;
  const onnx::GraphProto& graph_;
  const ExitTensors& exits_;
  Positions positions_;
  onnx::TypeProto prediction_type_;
  onnx::TypeProto exit_type_;
};

}  // namespace

onnx::ModelProto nest_exits(Network& network, const ExitTensors& exits, std::int64_t classes) {
  onnx::GraphProto nested = Nester(network, exits, classes).run();
  onnx::ModelProto model;
  model.set_ir_version(network.part().model.ir_version());
  model.set_producer_name("exeunt");
  *model.mutable_opset_import() = network.part().model.opset_import();
  *model.mutable_metadata_props() = network.part().model.metadata_props();
  model.mutable_graph()->Swap(&nested);
  return model;
}

}  // namespace exeunt

#include "compose/score.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace exeunt {

namespace {

constexpr float kSmallestProbability = 1e-30F;  ///< keeps 0 * log 0 from being NaN

/// Adds nodes and constants of one decision, under its name.
class ScoreNodes {
 public:
  ScoreNodes(Network& network, std::string prefix) : network_(network), prefix_(std::move(prefix)) {}

  onnx::NodeProto& add(const std::string& op, std::initializer_list<std::string> inputs, const std::string& result) {
    onnx::NodeProto& node = *network_.graph().add_node();
    node.set_op_type(op);
    node.set_name(unique_name(network_.node_names(), prefix_ + result));
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(unique_name(network_.tensor_names(), prefix_ + result));
    return node;
  }
  std::string operation(const std::string& op, std::initializer_list<std::string> inputs, const std::string& result) {
    return add(op, inputs, result).output(0);
  }
  std::string scalar(float value, const std::string& name) {
    onnx::TensorProto& tensor = constant(name, onnx::TensorProto::FLOAT);
    tensor.add_float_data(value);
    return tensor.name();
  }
  std::string integers(std::initializer_list<std::int64_t> values, const std::string& name) {
    onnx::TensorProto& tensor = constant(name, onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return tensor.name();
  }
  static void set(onnx::NodeProto& node, const std::string& name, std::int64_t value) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(onnx::AttributeProto::INT);
    attribute.set_i(value);
  }
  std::string softmax(const std::string& scores, const std::string& result) {
    onnx::NodeProto& node = add("Softmax", {scores}, result);
    set(node, "axis", -1);
    return node.output(0);
  }
  /// Largest of all elements, as a scalar: of all samples, where there are several.
  std::string largest(const std::string& values) {
    onnx::NodeProto& node = add("ReduceMax", {values}, "score");
    set(node, "keepdims", 0);
    return node.output(0);
  }
  std::string sum_over_classes(const std::string& values, const std::string& result) {
    const bool axes_are_an_operand = network_.part().opset >= 13;
    onnx::NodeProto& node = add("ReduceSum", {values}, result);
    set(node, "keepdims", 1);
    if (axes_are_an_operand) {
      node.add_input(integers({-1}, "class_axis"));
    } else {
      onnx::AttributeProto& axes = *node.add_attribute();
      axes.set_name("axes");
      axes.set_type(onnx::AttributeProto::INTS);
      axes.add_ints(-1);
    }
    return node.output(0);
  }

 private:
  onnx::TensorProto& constant(const std::string& name, onnx::TensorProto::DataType type) {
    onnx::TensorProto& tensor = *network_.graph().add_initializer();
    tensor.set_name(unique_name(network_.tensor_names(), prefix_ + name));
    tensor.set_data_type(type);
    return tensor;
  }

  Network& network_;
  std::string prefix_;
};

/// What a softmax made `tensor` of; empty if no Softmax node made it.
std::string softmax_input(Network& network, const std::string& tensor) {
  for (const onnx::NodeProto& node : network.graph().node()) {
    if (node.output_size() != 1 || node.output(0) != tensor) continue;
    return node.op_type() == "Softmax" && node.input_size() == 1 ? node.input(0) : std::string();
  }
  return {};
}

std::string margin_of(ScoreNodes& nodes, const std::string& probabilities) {
  onnx::NodeProto& top = nodes.add("TopK", {probabilities, nodes.integers({2}, "two")}, "top_two");
  ScoreNodes::set(top, "axis", -1);
  const std::string values = top.output(0);
  top.add_output(values + "_classes");
  const std::string zero = nodes.integers({0}, "zero");
  const std::string one = nodes.integers({1}, "one");
  const std::string two = top.input(1);
  const std::string first = nodes.operation("Slice", {values, zero, one, one}, "first");
  const std::string second = nodes.operation("Slice", {values, one, two, one}, "second");
  return nodes.operation("Sub", {first, second}, "margin");
}

std::string certainty_of(ScoreNodes& nodes, const std::string& probabilities, std::int64_t classes) {
  const std::string above_zero =
      nodes.operation("Max", {probabilities, nodes.scalar(kSmallestProbability, "smallest")}, "above_zero");
  const std::string log = nodes.operation("Log", {above_zero}, "log");
  const std::string terms = nodes.operation("Mul", {probabilities, log}, "terms");
  const std::string entropy = nodes.operation("Neg", {nodes.sum_over_classes(terms, "sum")}, "entropy");
  const auto scale = static_cast<float>(1 / std::log(static_cast<double>(classes)));
  const std::string share = nodes.operation("Mul", {entropy, nodes.scalar(scale, "scale")}, "normalised_entropy");
  return nodes.operation("Sub", {nodes.scalar(1, "one"), share}, "certainty");
}

std::string class_of(ScoreNodes& nodes, const std::string& head) {
  onnx::NodeProto& node = nodes.add("ArgMax", {head}, "class");
  ScoreNodes::set(node, "axis", -1);
  ScoreNodes::set(node, "keepdims", 1);
  return node.output(0);
}

std::string exit_prefix(std::size_t exit) { return fmt::format("exit{}/", exit); }

}  // namespace

std::string add_softmax(Network& network, const std::string& scores, const std::string& name) {
  return ScoreNodes(network, "").softmax(scores, name);
}

/// At a temperature.
std::string ConditionWriter::probabilities(std::size_t exit, float temperature) {
  const std::string& head = heads_.tensors[exit];
  if (heads_.probabilities && temperature == 1) return head;
  ScoreNodes nodes(network_, exit_prefix(exit));
  std::string logits = heads_.probabilities ? softmax_input(network_, head) : head;
  if (logits.empty()) {
    const std::string smallest = nodes.scalar(kSmallestProbability, "smallest");
    logits = nodes.operation("Log", {nodes.operation("Max", {head, smallest}, "above_zero")}, "log");
  }
  if (temperature != 1) logits = nodes.operation("Div", {logits, nodes.scalar(temperature, "temperature")}, "tempered");
  return nodes.softmax(logits, "probabilities");
}

/// How many exits in a row, up to this one, agree on the class.
std::string ConditionWriter::agreement(std::size_t exit) {
  while (counts_.size() <= exit) {
    const std::size_t i = counts_.size();
    ScoreNodes nodes(network_, exit_prefix(i));
    classes_.push_back(class_of(nodes, heads_.tensors[i]));
    if (i == 0) {
      // One, but computed from the input: a constant would be no decision, and the exit would be gone.
      const std::string itself = nodes.operation("Equal", {classes_[0], classes_[0]}, "itself");
      onnx::NodeProto& one = nodes.add("Cast", {itself}, "agreeing");
      ScoreNodes::set(one, "to", onnx::TensorProto::FLOAT);
      counts_.push_back(one.output(0));
    } else {
      const std::string one = nodes.scalar(1, "one");
      const std::string same = nodes.operation("Equal", {classes_[i], classes_[i - 1]}, "same");
      const std::string more = nodes.operation("Add", {counts_[i - 1], one}, "one_more");
      counts_.push_back(nodes.operation("Where", {same, more, one}, "agreeing"));
    }
  }
  return counts_[exit];
}

std::string ConditionWriter::add(std::size_t exit, const ExitSettings& settings) {
  ScoreNodes nodes(network_, exit_prefix(exit));
  std::string values;
  if (settings.criterion == CriterionKind::patience) {
    values = agreement(exit);
  } else {
    values = probabilities(exit, settings.temperature);
    if (settings.criterion == CriterionKind::margin) values = margin_of(nodes, values);
    if (settings.criterion == CriterionKind::entropy) values = certainty_of(nodes, values, heads_.classes);
  }
  const float threshold = settings.enabled ? settings.threshold : std::numeric_limits<float>::infinity();
  return nodes.operation("Greater", {nodes.largest(values), nodes.scalar(threshold, "threshold")}, "leaves");
}

}  // namespace exeunt

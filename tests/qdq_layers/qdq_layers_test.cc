#include <exeunt/model.h>
#include <exeunt/tools/arrays.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include "cpu/cpu_backend.h"
#include "engine/compile/model_data.h"
#include "exec/executor.h"
#include "plan/build_plan.h"
#include "ref/ref_backend.h"
#include "support/run_graph.h"
#include "support/shared.h"

/// Quantised models, layer by layer: given the bytes that ONNX Runtime has in front of a layer, the bytes behind it are
/// its own to one quantisation step. What it has is recorded by scripts/qdq-layers.
namespace exeunt {

namespace {

using namespace testing;
namespace fs = std::filesystem;

bool is_byte(DType dtype) { return dtype == DType::u8 || dtype == DType::i8; }

bool is_integer_layer(const Node& node) {
  return std::holds_alternative<ops::QuantizedConv>(node.op) || std::holds_alternative<ops::QuantizedAdd>(node.op);
}

Tensor copy_of(const TensorView& view) {
  Tensor copy(view.type);
  std::memcpy(copy.mutable_view().data, view.data, view.type.bytes());
  return copy;
}

/// Of the tensor that was recorded under a value's name: that of one picture.
Tensor picture_of(const Tensor& recorded, std::int64_t picture) {
  const TensorType type{recorded.dtype(), Shape(recorded.shape().dims().subspan(1))};
  const std::byte* data = recorded.view().data + static_cast<std::size_t>(picture) * type.bytes();
  return copy_of({data, type});
}

/// A recorded tensor as the graph has it: NCHW, u8.
Tensor as_graph_has_it(Tensor tensor, const TensorType& wanted) {
  const Shape& from = tensor.shape();
  const Shape& to = wanted.shape;
  if (from != to && from.rank() == 4 && to == Shape{from[0], from[3], from[1], from[2]})
    tensor = run_op(ops::Transpose{{0, 3, 1, 2}}, {tensor});
  if (tensor.dtype() == DType::i8 && wanted.dtype == DType::u8) {
    Tensor moved({DType::u8, tensor.shape()});
    std::ranges::transform(tensor.span<std::int8_t>(), moved.mutable_span<std::uint8_t>().begin(),
                           [](std::int8_t v) { return static_cast<std::uint8_t>(v + 128); });
    return moved;
  }
  return tensor;
}

/// The part of a graph that makes one value from the nearest recorded ones.
class Layer {
 public:
  Layer(const Graph& graph, const Arrays& recorded, ValueId result) : whole_(graph), recorded_(recorded) {
    const ValueId made = add_node(*graph.producer(result));
    graph_.output_names = {"y"};
    graph_.tree = {Exit{{made}, {}}};
  }

  const Graph& graph() const { return graph_; }

  std::vector<Tensor> inputs_of(std::int64_t picture) const {
    std::vector<Tensor> inputs;
    for (const ValueId v : graph_.inputs) {
      Tensor tensor = picture_of(recorded_.at(graph_.value(v).name), picture);
      // The model's own input comes as the caller has it.
      inputs.push_back(graph_.value(v).order.empty() ? as_graph_has_it(std::move(tensor), graph_.type(v))
                                                     : std::move(tensor));
    }
    return inputs;
  }

 private:
  ValueId add(ValueId v) {
    if (v == kNoValue) return v;
    const auto known = added_.find(v);
    if (known != added_.end()) return known->second;
    const Value& value = whole_.value(v);
    ValueId made = kNoValue;
    if (value.constant != nullptr) {
      made = graph_.add_constant(value.constant, value.name);
    } else if (value.producer == kNoNode || (is_byte(value.type.dtype) && recorded_.contains(value.name))) {
      made = graph_.add_input(value.name, value.type);
      graph_.values[static_cast<std::size_t>(made)].order = value.order;
    } else {
      made = add_node(*whole_.producer(v));
    }
    return added_[v] = made;
  }

  ValueId add_node(const Node& node) {
    std::vector<ValueId> inputs;
    for (const ValueId v : node.inputs) inputs.push_back(add(v));
    return graph_.add_node(node.op, inputs, node.name);
  }

  const Graph& whole_;
  const Arrays& recorded_;
  Graph graph_;
  std::map<ValueId, ValueId> added_;
};

/// Runs a layer by the kernels that are taken first.
class Kernels {
 public:
  explicit Kernels(const Graph& layer)
      : plan_(std::make_shared<const PlanData>(build_plan(layer, std::array{&cpu_backend(), &ref_backend()}))),
        executor_(plan_) {}

  Tensor run(const std::vector<Tensor>& inputs) {
    std::vector<const std::byte*> addresses;
    for (const Tensor& input : inputs) addresses.push_back(input.view().data);
    return copy_of(executor_.exit_output(executor_.run(addresses, {}, {}), 0));
  }

 private:
  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
};

/// How many bytes were compared, and how many differ; none by more than one.
struct Count {
  std::int64_t bytes = 0;
  std::int64_t unequal = 0;
};

void expect_within_a_step(const Tensor& got, const Tensor& wanted, const std::string& what, Count& count) {
  ASSERT_EQ(got.type(), wanted.type()) << what;
  const std::vector<double> a = numbers(got);
  const std::vector<double> b = numbers(wanted);
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    most = std::max(most, std::abs(a[i] - b[i]));
    count.unequal += a[i] == b[i] ? 0 : 1;
  }
  count.bytes += static_cast<std::int64_t>(a.size());
  EXPECT_LE(most, 1) << what;
}

class QuantizedLayers : public ::testing::TestWithParam<std::string> {};

TEST_P(QuantizedLayers, AreOnnxRuntimesToOneStep) {
  const auto shared = shared_folder();
  const fs::path file = fs::path(EXEUNT_SOURCE_DIR) / "build" / "qdq_layers" / (GetParam() + ".npz");
  if (!shared || !fs::exists(file))
    GTEST_SKIP() << "NOT TESTED: " << file << " is not there; scripts/qdq-layers makes it of the shared models";
  const Model model = Model::load(*shared / "models" / (GetParam() + ".onnx"));
  const Graph& graph = model.data().graph;
  const Arrays recorded = read_npz(file);
  const std::int64_t pictures = recorded.at(graph.value(graph.inputs[0]).name).shape()[0];
  ASSERT_GE(pictures, 2);
  int layers = 0;
  Count by_reference;
  Count by_kernels;
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    const Value& value = graph.value(node.output);
    if (!is_byte(value.type.dtype)) continue;
    if (!recorded.contains(value.name)) {
      EXPECT_FALSE(is_integer_layer(node)) << node.name << ": ONNX Runtime has no tensor '" << value.name << "'";
      continue;
    }
    const Layer layer(graph, recorded, node.output);
    Kernels kernels(layer.graph());
    layers += is_integer_layer(node) ? 1 : 0;
    for (std::int64_t i = 0; i < pictures; ++i) {
      const std::string what = fmt::format("{} '{}', picture {}", op_name(node.op), node.name, i);
      const Tensor wanted = as_graph_has_it(picture_of(recorded.at(value.name), i), value.type);
      const std::vector<Tensor> inputs = layer.inputs_of(i);
      const std::vector<OpInput> operands(inputs.begin(), inputs.end());
      expect_within_a_step(run_graph(layer.graph(), operands).outputs[0], wanted, what + ", reference", by_reference);
      expect_within_a_step(kernels.run(inputs), wanted, what + ", kernels", by_kernels);
    }
  }
  EXPECT_GE(layers, 5);
  fmt::print("{} layers on integers; bytes that differ by one step: {} of {} by the reference, {} by the kernels\n",
             layers, by_reference.unequal, by_reference.bytes, by_kernels.unequal);
}

INSTANTIATE_TEST_SUITE_P(Models, QuantizedLayers,
                         ::testing::Values("alexnet_qdq_ort", "resnet8_qdq_ort", "resnet56_qdq_ort",
                                           "resnet8_qdq_tflite"),
                         [](const auto& test) { return test.param; });

}  // namespace

}  // namespace exeunt

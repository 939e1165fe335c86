#include <exeunt/tools/inspect.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "engine/compile/model_data.h"
#include "graph/placement.h"
#include "graph/text.h"
#include "plan/plan_data.h"

namespace exeunt {

namespace {

void add_layers(const Graph& graph, Inspection& result) {
  const std::vector<TreeId> places = place_nodes(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    const TensorType& type = graph.type(node.output);
    result.layers.push_back({node.name, std::string(op_name(node.op)), type, places[static_cast<std::size_t>(id)],
                             count_macs(node.op, graph.operand_types(node), type)});
  }
  for (const Value& value : graph.values) {
    if (value.constant == nullptr) continue;
    result.parameters += static_cast<std::size_t>(value.constant->elements());
    result.parameter_bytes += value.constant->bytes();
  }
}

void add_steps(const PlanData& plan, Inspection& result) {
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    result.segments.push_back({segment.decision, segment.exit, segment.leave, segment.stay});
  }
  result.steps.resize(plan.steps.size());
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
      const Step& step = plan.steps[static_cast<std::size_t>(i)];
      StepInfo& info = result.steps[static_cast<std::size_t>(i)];
      info = {step.name, step.op,    step.kernel, step.backend, step.layout.str(), step.result, static_cast<int>(s),
              step.macs, step.bytes, {}};
      for (const Refusal& refusal : step.refusals) info.refusals.push_back({refusal.backend, refusal.reason});
    }
  }
  result.arena_bytes = plan.arena_bytes;
  result.peak_live_bytes = plan.peak_live_bytes;
}

/// Work and weights on the way to each exit.
void add_costs(const Graph& graph, Inspection& result) {
  const std::vector<TreeId> places = place_nodes(graph);
  const std::vector<TreeId> parents = tree_parents(graph);
  for (const TreeId leaf : exits_of(graph)) {
    std::set<TreeId> path;
    for (TreeId at = leaf; at != kNoTree; at = parents[static_cast<std::size_t>(at)]) path.insert(at);
    ExitCost cost;
    std::set<ValueId> weights;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      if (!path.contains(places[i])) continue;
      const Node& node = graph.nodes[i];
      ++cost.layers;
      cost.macs += count_macs(node.op, graph.operand_types(node), graph.type(node.output));
      for (const ValueId v : node.inputs) {
        if (graph.constant(v) != nullptr && weights.insert(v).second) cost.weight_bytes += graph.type(v).bytes();
      }
    }
    result.costs.push_back(cost);
  }
}

void add_warnings(Inspection& result) {
  if (result.decisions.empty()) {
    result.warnings.push_back(
        {"no_decision", "",
         "the model always runs the same path: the file holds no conditional that depends on the input",
         "tracing a Python `if` freezes the arm that the example input took; export it with torch.cond or "
         "torch.jit.script"});
  }
  for (const StepInfo& step : result.steps) {
    if (step.backend != "ref" || step.refusals.empty()) continue;
    result.warnings.push_back(
        {"slow_step", step.name,
         fmt::format("{} runs on the slow reference backend: {}", step.op, step.refusals.front().reason),
         "the answer is right, but the step takes long"});
  }
}

}  // namespace

Inspection inspect(const Model& model, const BuildOptions& options) {
  const Model::Data& data = model.data();
  Inspection result;
  result.file = data.path.string();
  result.producer = data.notes.producer;
  result.opset = data.notes.opset;
  result.conditionals = data.notes.conditionals;
  result.folded_conditionals = data.notes.folded_conditionals;
  result.inputs = model.inputs();
  result.outputs = model.outputs();
  result.decisions = model.decisions();
  result.exits = model.exits();
  for (const PassRecord& pass : data.passes) result.passes.push_back({std::string(pass.name), pass.rewrites});
  add_layers(data.graph, result);
  add_costs(data.graph, result);
  add_steps(*Plan::build(model, options).data(), result);
  add_warnings(result);
  return result;
}

std::string graph_text(const Model& model, GraphStage stage) {
  return print_graph(stage == GraphStage::imported ? model.data().imported : model.data().graph);
}

}  // namespace exeunt

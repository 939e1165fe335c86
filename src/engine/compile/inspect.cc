#include <exeunt/tools/inspect.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "cpu/peak.h"
#include "diagnose/diagnose.h"
#include "engine/compile/model_data.h"
#include "engine/compile/step_reads.h"
#include "graph/placement.h"
#include "graph/text.h"
#include "plan/plan_data.h"
#include "plan/plan_file.h"

namespace exeunt {

namespace {

void add_layers(const Graph& graph, Inspection& result) {
  const std::vector<TreeId> places = place_nodes(graph);
  for (const NodeId id : execution_order(graph)) {
    const Node& node = graph.node(id);
    const TensorType& type = graph.type(node.output);
    result.layers.push_back({node.name, std::string(op_name(node.op)), type, places[static_cast<std::size_t>(id)],
                             count_macs(node.op, graph.operand_types(node), type), node.absorbed});
    result.layers.back().nodes.push_back(node.name);
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
    result.segments.push_back({segment.decision, segment.exit, segment.leave, segment.stay, {}});
  }
  result.steps.resize(plan.steps.size());
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
      const Step& step = plan.steps[static_cast<std::size_t>(i)];
      StepInfo& info = result.steps[static_cast<std::size_t>(i)];
      info = {step.name,
              step.op,
              step.kernel,
              step.backend,
              step.layout.str(),
              step.result,
              static_cast<int>(s),
              step.macs,
              step.bytes,
              {},
              step.nodes,
              0,
              {},
              {}};
      info.us = step.us;
      for (const Rival& rival : step.rivals) info.rivals.push_back({rival.kernel, rival.us, rival.reason});
      for (const Refusal& refusal : step.refusals) info.refusals.push_back({refusal.backend, refusal.reason});
    }
  }
  StepReads reads = step_reads(plan);
  for (std::size_t i = 0; i < plan.steps.size(); ++i) result.steps[i].reads = std::move(reads.steps[i]);
  for (std::size_t s = 0; s < plan.segments.size(); ++s) result.segments[s].reads = std::move(reads.segments[s]);
  result.arena_bytes = plan.arena_bytes;
  result.peak_live_bytes = plan.peak_live_bytes;
  result.packed_bytes = plan.weights.bytes();
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
        if (graph.constant(v) == nullptr || !weights.insert(v).second) continue;
        cost.parameters += static_cast<std::size_t>(graph.type(v).shape.elements());
        cost.weight_bytes += graph.type(v).bytes();
      }
    }
    result.costs.push_back(cost);
  }
}

/// Steps and the bytes they move, on the way to each exit.
void add_step_costs(const PlanData& plan, Inspection& result) {
  for (std::size_t e = 0; e < result.costs.size(); ++e) {
    for (const int s : path_to_exit(plan, static_cast<int>(e))) {
      const Segment& segment = plan.segments[static_cast<std::size_t>(s)];
      result.costs[e].steps += segment.step_count;
      for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i)
        result.costs[e].moved_bytes += plan.steps[static_cast<std::size_t>(i)].bytes;
    }
  }
}

}  // namespace

Inspection inspect(const Model& model, const Plan& plan) {
  const Model::Data& data = model.data();
  Inspection result;
  result.file = data.path.string();
  result.producer = data.notes.producer;
  result.free_batch = data.notes.free_batch;
  if (data.batch_obstacle) result.batch_obstacle = data.batch_obstacle->str();
  result.opset = data.notes.opset;
  result.conditionals = data.notes.conditionals;
  result.folded_conditionals = data.notes.folded_conditionals;
  result.file_bytes = data.notes.file_bytes;
  result.metadata_bytes = data.notes.metadata_bytes;
  result.imported_nodes = data.imported.nodes.size();
  result.inputs = model.inputs();
  result.outputs = model.outputs();
  result.decisions = model.decisions();
  result.exits = model.exits();
  for (const PassRecord& pass : data.passes) result.passes.push_back({std::string(pass.name), pass.rewrites});
  add_layers(data.graph, result);
  add_costs(data.graph, result);
  add_steps(*plan.data(), result);
  add_step_costs(*plan.data(), result);
  result.warnings = find_warnings(model, plan);
  return result;
}

Inspection inspect(const Model& model, const BuildOptions& options) {
  Inspection result = inspect(model, Plan::build(model, options));
  if (options.optimization_level > 0) result.peak_gmacs = cpu::peak_gmacs();
  return result;
}

Inspection inspect(const Plan& plan) {
  const PlanData& data = *plan.data();
  Inspection result;
  if (data.file != nullptr) result.file_bytes = data.file->bytes().size();
  result.batch_obstacle = data.batch_obstacle;
  result.inputs = plan.inputs();
  result.outputs = plan.outputs();
  result.decisions = plan.decisions();
  result.exits = plan.exits();
  add_layers(*data.graph, result);
  add_costs(*data.graph, result);
  add_steps(data, result);
  add_step_costs(data, result);
  return result;
}

std::vector<int> exits_behind(const Inspection& inspection, int segment) {
  std::vector<int> exits;
  std::vector<int> open = {segment};
  while (!open.empty()) {
    const SegmentInfo& info = inspection.segments.at(static_cast<std::size_t>(open.back()));
    open.pop_back();
    if (info.exit >= 0) {
      exits.push_back(info.exit);
    } else {
      open.insert(open.end(), {info.leave, info.stay});
    }
  }
  std::ranges::sort(exits);
  return exits;
}

std::string graph_text(const Plan& plan) { return print_graph(*plan.data()->graph); }

std::vector<Warning> find_warnings(const Model& model, const Plan& plan) {
  const Model::Data& data = model.data();
  return diagnose({data.notes, data.imported, data.graph, plan.data()->steps});
}

std::string graph_text(const Model& model, GraphStage stage) {
  return print_graph(stage == GraphStage::imported ? model.data().imported : model.data().graph);
}

}  // namespace exeunt

#include <exeunt/tools/compare.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "base/difference.h"
#include "base/error.h"
#include "engine/compile/add_difference.h"
#include "engine/compile/model_data.h"
#include "engine/compile/trace.h"
#include "graph/same_graph.h"
#include "ops/op.h"
#include "plan/plan_data.h"

namespace exeunt {

namespace {

void finish(Comparison& result) {
  const auto& steps = result.steps;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const int at = static_cast<int>(i);
    const bool worse = result.worst < 0 ||
                       steps[i].difference.max_rel > steps[static_cast<std::size_t>(result.worst)].difference.max_rel;
    if (worse) result.worst = at;
    if (steps[i].difference.past && result.first_past < 0) result.first_past = at;
  }
}

/// A pair of tensors to compare: steps of two plans, or output `index` of exits of theirs.
struct Row {
  std::string name;
  std::string op;
  std::size_t ours = 0;
  std::size_t theirs = 0;
  bool is_output = false;
  std::size_t index = 0;
};

/// Steps that make the same value of one graph; a reorder counts as making what it copies.
std::vector<Row> rows_by_value(const PlanData& ours, const PlanData& theirs) {
  std::map<ValueId, std::size_t> makers;
  for (std::size_t i = 0; i < theirs.steps.size(); ++i) makers.emplace(theirs.steps[i].value, i);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < ours.steps.size(); ++i) {
    const Step& step = ours.steps[i];
    const auto found = makers.find(step.value);
    if (found != makers.end()) rows.push_back({step.name, step.op, i, found->second});
  }
  return rows;
}

/// Steps of equal name and type in two plans; the second of a name is paired with the second, and so on.
std::vector<Row> rows_by_name(const PlanData& ours, const PlanData& theirs) {
  std::multimap<std::string, std::size_t> named;
  for (std::size_t i = 0; i < theirs.steps.size(); ++i) {
    if (theirs.steps[i].op != "Reorder" && !theirs.steps[i].name.empty()) named.emplace(theirs.steps[i].name, i);
  }
  std::vector<Row> rows;
  for (std::size_t i = 0; i < ours.steps.size(); ++i) {
    const Step& step = ours.steps[i];
    const auto found = step.op == "Reorder" ? named.end() : named.lower_bound(step.name);
    if (found == named.end() || found->first != step.name) continue;
    if (step.result == theirs.steps[found->second].result) rows.push_back({step.name, step.op, i, found->second});
    named.erase(found);
  }
  return rows;
}

/// Outputs of as many elements at each exit; at the last ones if there are not as many exits.
std::vector<Row> output_rows(const PlanInfo& ours, const PlanInfo& theirs) {
  std::vector<Row> rows;
  const bool all = ours.exits.size() == theirs.exits.size();
  for (std::size_t e = all ? 0 : ours.exits.size() - 1; e < ours.exits.size(); ++e) {
    const std::size_t other = all ? e : theirs.exits.size() - 1;
    const auto& a = ours.exits[e].outputs;
    const auto& b = theirs.exits[other].outputs;
    for (std::size_t k = 0; k < std::min(a.size(), b.size()); ++k) {
      if (a[k].shape.elements() == b[k].shape.elements())
        rows.push_back({fmt::format("exit {}: {}", e, ours.outputs[k]), "output", e, other, true, k});
    }
  }
  return rows;
}

Distance distance_of(const Row& row, const Trace& ours, const Trace& theirs) {
  if (!row.is_output) return distance(ours.steps[row.ours].view(), theirs.steps[row.theirs].view());
  return distance(ours.outputs[row.ours][row.index].view(), theirs.outputs[row.theirs][row.index].view());
}

/// One side of a comparison.
struct Side {
  std::shared_ptr<const PlanData> plan;
  std::span<const Tensor> inputs;
};

/// Runs all samples on both sides and compares the rows.
void run_rows(const Side& ours, const Side& theirs, std::span<const Row> rows, const CompareOptions& options,
              Comparison& result) {
  for (const Row& row : rows) result.steps.push_back({row.name, row.op, {}});
  Tracer our_tracer(ours.plan);
  Tracer their_tracer(theirs.plan);
  const bool same_exits = ours.plan->exit_segments.size() == theirs.plan->exit_segments.size();
  for (std::int64_t i = 0; i < result.samples; ++i) {
    const Trace a = our_tracer.run(ours.inputs, i);
    const Trace b = their_tracer.run(theirs.inputs, i);
    for (std::size_t r = 0; r < rows.size(); ++r)
      add(result.steps[r].difference, distance_of(rows[r], a, b), options.tolerance);
    result.other_exits += same_exits && a.exit != b.exit ? 1 : 0;
    if (options.progress) options.progress(i + 1, result.samples);
  }
  finish(result);
}

/// NCHW pictures as NHWC or back, where `wanted` is the shape of the one given in the other order.
Tensor fitted(const Tensor& given, const InputInfo& wanted) {
  const Shape& from = given.shape();
  TensorType type = wanted.type;
  if (from.rank() != 4 || type.shape.rank() != 4 || given.dtype() != type.dtype) return given.clone();
  type.shape[0] = from[0];
  for (const ops::Ints& perm : {ops::Ints{0, 2, 3, 1}, ops::Ints{0, 3, 1, 2}}) {
    const bool fits =
        from != type.shape && type.shape == Shape{from[0], from[static_cast<int>(perm[1])],
                                                  from[static_cast<int>(perm[2])], from[static_cast<int>(perm[3])]};
    if (!fits) continue;
    Tensor turned(type);
    const TensorView operand = given.view();
    const MutableTensorView result = turned.mutable_view();
    run_reference(ops::Transpose{perm}, {&operand, 1}, {&result, 1});
    return turned;
  }
  return given.clone();
}

}  // namespace

Comparison compare_backends(const Model& model, std::span<const Tensor> inputs, const CompareOptions& options) {
  const Side ours{Plan::build(model, options.build).data(), inputs};
  const Side theirs{Plan::build(model, {"ref"}).data(), inputs};
  Comparison result{options.build.backend, "reference", count_samples(model.inputs(), inputs), {}};
  // A plan on integers has values of its own.
  const bool same_values = first_difference(*ours.plan->graph, *theirs.plan->graph).empty();
  std::vector<Row> rows =
      same_values ? rows_by_value(*ours.plan, *theirs.plan) : rows_by_name(*ours.plan, *theirs.plan);
  if (!same_values) std::ranges::copy(output_rows(ours.plan->info, theirs.plan->info), std::back_inserter(rows));
  run_rows(ours, theirs, rows, options, result);
  return result;
}

Comparison compare_models(const Model& ours, const Model& theirs, std::span<const Tensor> inputs,
                          const CompareOptions& options) {
  Comparison result{ours.data().path.string(), theirs.data().path.string(), count_samples(ours.inputs(), inputs), {}};
  std::vector<Tensor> their_inputs;
  for (std::size_t k = 0; k < inputs.size(); ++k) {
    const bool known = k < theirs.inputs().size();
    their_inputs.push_back(known ? fitted(inputs[k], theirs.inputs()[k]) : inputs[k].clone());
  }
  with_context(result.theirs, [&] { return count_samples(theirs.inputs(), their_inputs); });
  const Side our_side{Plan::build(ours, options.build).data(), inputs};
  const Side their_side{Plan::build(theirs, options.build).data(), their_inputs};
  std::vector<Row> rows = rows_by_name(*our_side.plan, *their_side.plan);
  const std::vector<Row> outputs = output_rows(our_side.plan->info, their_side.plan->info);
  require(!outputs.empty(), ErrorCode::argument, "no output of {} can be compared with one of {}: their sizes differ",
          result.ours, result.theirs);
  rows.insert(rows.end(), outputs.begin(), outputs.end());
  run_rows(our_side, their_side, rows, options, result);
  return result;
}

}  // namespace exeunt

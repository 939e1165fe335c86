#include "engine/compile/step_reads.h"

#include <algorithm>
#include <set>
#include <span>

#include "graph/placement.h"

namespace exeunt {

namespace {

/// Who reads: the steps before it on its path may be meant, and its operands say which of a value's copies is.
struct Reader {
  int step = 0;  ///< those from this one on come later
  TreeId segment = 0;
  std::span<const Operand> operands;
};

class Sources {
 public:
  explicit Sources(const PlanData& plan)
      : plan_(plan),
        graph_(*plan.graph),
        parents_(tree_parents(graph_)),
        segments_(plan.steps.size()),
        makers_(graph_.values.size()) {
    for (std::size_t s = 0; s < plan.segments.size(); ++s) {
      const Segment& segment = plan.segments[s];
      for (int i = segment.first_step; i < segment.first_step + segment.step_count; ++i) {
        segments_[static_cast<std::size_t>(i)] = static_cast<TreeId>(s);
        const ValueId made = step(i).value;
        if (made != kNoValue) makers_[static_cast<std::size_t>(made)].push_back(i);
      }
    }
  }

  TreeId segment_of(int id) const { return segments_[static_cast<std::size_t>(id)]; }

  /// Adds what `reader` reads when it reads `value`.
  void add(ValueId value, const Reader& reader, std::set<int>& found) const {
    if (value == kNoValue || graph_.constant(value) != nullptr) return;
    if (const int maker = maker_for(value, reader); maker >= 0) {
      found.insert(maker);
    } else if (const auto input = std::ranges::find(graph_.inputs, value); input != graph_.inputs.end()) {
      found.insert(-1 - static_cast<int>(input - graph_.inputs.begin()));
    } else {
      add_operands(value, reader, found);
    }
  }

  /// What a step reads that makes `value`.
  void add_operands(ValueId value, const Reader& reader, std::set<int>& found) const {
    const Node* node = graph_.producer(value);
    if (node == nullptr) return;
    for (const ValueId operand : node->inputs) add(operand, reader, found);
  }

 private:
  const Step& step(int id) const { return plan_.steps[static_cast<std::size_t>(id)]; }

  bool is_above(TreeId ancestor, TreeId at) const {
    while (at != kNoTree && at != ancestor) at = parents_[static_cast<std::size_t>(at)];
    return at == ancestor;
  }

  /// The step whose result is what the reader reads of a value: the latest one that lies where one of its operands
  /// does, else the first one. -1: no step makes it.
  int maker_for(ValueId value, const Reader& reader) const {
    int first = -1;
    const std::vector<int>& makers = makers_[static_cast<std::size_t>(value)];
    for (auto i = makers.rbegin(); i != makers.rend(); ++i) {
      const int maker = *i;
      if (maker >= reader.step || !is_above(segment_of(maker), reader.segment)) continue;
      first = maker;
      const Operand& result = step(maker).operands[step(maker).result_at];
      const auto lies_there = [&](const Operand& operand) {
        return operand.kind == Operand::Kind::arena && operand.offset == result.offset;
      };
      if (std::ranges::any_of(reader.operands, lies_there)) return maker;
    }
    return first;
  }

  const PlanData& plan_;
  const Graph& graph_;
  std::vector<TreeId> parents_;
  std::vector<TreeId> segments_;
  std::vector<std::vector<int>> makers_;  ///< by value: the step that computes it, then those that copy it
};

std::vector<int> ascending(const std::set<int>& found) { return {found.begin(), found.end()}; }

}  // namespace

StepReads step_reads(const PlanData& plan) {
  const Sources sources(plan);
  StepReads reads;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    const int id = static_cast<int>(i);
    // Scratch memory, which may lie where a value lay before, comes after the result.
    const auto inputs = std::span(step.operands).first(std::min(step.result_at, step.operands.size()));
    const Reader reader{id, sources.segment_of(id), inputs};
    std::set<int> found;
    if (step.op == "Reorder") {
      sources.add(step.value, reader, found);
    } else {
      sources.add_operands(step.value, reader, found);
    }
    reads.steps.push_back(ascending(found));
  }
  for (std::size_t s = 0; s < plan.segments.size(); ++s) {
    const Segment& segment = plan.segments[s];
    std::vector<Operand> operands = {segment.looked_at};
    for (const ExitOutput& output : segment.outputs) operands.push_back(output.operand);
    const Reader reader{segment.first_step + segment.step_count, static_cast<TreeId>(s), operands};
    std::set<int> found;
    for_each_tree_use(plan.graph->tree[s], [&](ValueId v) { sources.add(v, reader, found); });
    reads.segments.push_back(ascending(found));
  }
  return reads;
}

}  // namespace exeunt

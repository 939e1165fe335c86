#include "plan/build_plan.h"

#include <algorithm>
#include <limits>
#include <map>

#include "base/error.h"
#include "graph/placement.h"
#include "plan/buffers.h"
#include "plan/move_weights.h"
#include "plan/split_steps.h"

namespace exeunt {

namespace {

/// Bytes of a value in one layout.
struct Place {
  int buffer = -1;
  Layout layout;
};

class Builder {
 public:
  Builder(const Graph& graph, std::span<const Backend* const> backends, const ChooseCandidates& choose,
          const Recipe* recipe, int threads)
      : graph_(graph),
        backends_(backends),
        choose_(choose),
        recipe_(recipe),
        places_(graph.values.size()),
        packer_(recipe == nullptr ? WeightPacker::Source() : recipe->weights),
        parents_(tree_parents(graph)) {
    plan_.threads = threads;
  }

  PlanData build() {
    for (std::size_t i = 0; i < graph_.inputs.size(); ++i) {
      const ValueId v = graph_.inputs[i];
      const ops::Ints& order = graph_.value(v).order;
      const int rank = graph_.type(v).shape.rank();
      set_place(v, add_fixed({Operand::Kind::input, i, nullptr}),
                order.empty() ? Layout::row_major(rank) : Layout::of_order(order));
    }
    plan_.info = describe(graph_);
    plan_.segments.resize(graph_.tree.size());
    const std::vector<NodeId> order = execution_order(graph_);
    const std::vector<TreeId> segments = place_nodes(graph_);
    for (const TreeId id : tree_order(graph_)) {
      segment_ = id;
      Segment& segment = plan_.segments[static_cast<std::size_t>(id)];
      segment.first_step = static_cast<int>(plan_.steps.size());
      for (const NodeId node : order) {
        if (segments[static_cast<std::size_t>(node)] == id) lower_node(graph_.node(node));
      }
      finish_segment(segment);
      segment.step_count = static_cast<int>(plan_.steps.size()) - segment.first_step;
    }
    lay_out();
    if (choose_) {
      take_choices(choose_(plan_, candidates_));
      lay_out();
    } else {
      take_choices(std::vector<Choice>(plan_.steps.size()));
    }
    move_weights(taken_, plan_.weights);
    return std::move(plan_);
  }

  Ingredients ingredients() && { return {std::move(read_), packer_.entries()}; }

 private:
  int add_fixed(const Operand& operand) {
    buffers_.push_back({operand, {}, segment_, false});
    return static_cast<int>(buffers_.size()) - 1;
  }

  int add_arena(std::size_t bytes) {
    buffers_.push_back({{}, {bytes, position_, position_}, segment_, false});
    return static_cast<int>(buffers_.size()) - 1;
  }

  int add_constant(std::shared_ptr<const Tensor> tensor) {
    require(!tensor->empty(), ErrorCode::internal, "a step reads a constant whose elements are not there");
    read_.insert(tensor.get());
    plan_.constant_bytes += tensor->bytes();
    plan_.constants.push_back(tensor);
    return add_fixed({Operand::Kind::constant, 0, tensor->view().data});
  }

  void set_place(ValueId v, int buffer, const Layout& layout) {
    places_[static_cast<std::size_t>(v)] = {buffer, layout};
  }

  void touch(int index) {
    Buffer& buffer = buffers_[static_cast<std::size_t>(index)];
    buffer.use.last = std::max(buffer.use.last, position_);
    buffer.is_carried = buffer.is_carried || buffer.segment != segment_;
  }

  /// Where `v` lies at present; a constant gets its buffer when it is first asked for.
  const Place& place_of(ValueId v) {
    Place& place = places_[static_cast<std::size_t>(v)];
    if (place.buffer < 0)
      place = {add_constant(graph_.value(v).constant), Layout::row_major(graph_.type(v).shape.rank())};
    return place;
  }

  bool is_above(TreeId ancestor, TreeId at) const {
    while (at != kNoTree && at != ancestor) at = parents_[static_cast<std::size_t>(at)];
    return at == ancestor;
  }

  /// A buffer that holds `v` in `layout`: its own, a copy made before on this path, or a new one.
  int buffer_in(ValueId v, const Layout& layout) {
    const Place place = place_of(v);
    const TensorType& type = graph_.type(v);
    if (same_bytes(place.layout, layout, type.shape)) return place.buffer;
    for (const auto& copy : copies_[v]) {
      if (same_bytes(copy.place.layout, layout, type.shape) && is_above(copy.segment, segment_))
        return copy.place.buffer;
    }
    const int buffer = graph_.constant(v) != nullptr ? reorder_constant(v, layout) : add_reorder(v, place, layout);
    copies_[v].push_back({{buffer, layout}, graph_.constant(v) != nullptr ? 0 : segment_});
    return buffer;
  }

  int reorder_constant(ValueId v, const Layout& layout) {
    read_.insert(graph_.constant(v));
    Tensor copy(graph_.type(v));
    copy_layout(graph_.constant(v)->view().data, place_of(v).layout, copy.mutable_view().data, layout, copy.type());
    return add_constant(std::make_shared<const Tensor>(std::move(copy)));
  }

  int add_reorder(ValueId v, const Place& from, const Layout& layout) {
    const TensorType& type = graph_.type(v);
    for (const Backend* backend : backends_) {
      std::optional<Candidate> candidate = backend->reorder(type, from.layout, layout);
      if (!candidate) continue;
      Step step;
      step.name = graph_.value(v).name;
      step.op = "Reorder";
      step.backend = backend->name();
      step.result = type;
      step.layout = layout;
      step.bytes = 2 * type.bytes();
      step.value = v;
      const int buffer = add_arena(type.bytes());
      add_step(std::move(step), {from.buffer, buffer}, {std::move(*candidate)});
      return buffer;
    }
    fail(ErrorCode::internal, "no backend reorders {}", type.str());
  }

  /// Scratch memory of one step; with threads, of all steps: it must not lie where activations do, for lines that
  /// another core wrote last cost more to write than the work itself.
  int add_scratch(std::size_t bytes) {
    if (plan_.threads == 1) return add_arena(bytes);
    if (shared_scratch_ < 0) {
      shared_scratch_ = add_arena(0);
      buffers_.back().use = {0, 0, std::numeric_limits<int>::max() / 2};
    }
    std::size_t& most = buffers_[static_cast<std::size_t>(shared_scratch_)].use.bytes;
    most = std::max(most, bytes);
    return shared_scratch_;
  }

  void add_step(Step step, std::vector<int> buffers, std::vector<Candidate> candidates) {
    step.result_at = buffers.size() - 1;
    std::size_t scratch_bytes = 0;
    for (const Candidate& candidate : candidates) scratch_bytes = std::max(scratch_bytes, candidate.scratch_bytes);
    for (const int buffer : buffers) touch(buffer);
    if (scratch_bytes > 0) buffers.push_back(add_scratch(scratch_bytes));
    step_buffers_.push_back(std::move(buffers));
    step.run = candidates.front().run;
    step.args = candidates.front().args;
    candidates_.push_back(std::move(candidates));
    plan_.steps.push_back(std::move(step));
    ++position_;
  }

  void lower_node(const Node& node) {
    if (lower_view(node)) return;
    std::vector<Layout> layouts;
    for (const ValueId v : node.inputs) layouts.push_back(v == kNoValue ? Layout{} : current_layout(v));
    NodeView view{graph_, node, layouts, packer_, plan_.threads};
    view.read = &read_;
    Step step;
    step.name = node.name;
    step.op = op_name(node.op);
    step.value = node.output;
    step.nodes = node.absorbed;
    step.nodes.push_back(node.name);
    step.result = graph_.type(node.output);
    step.macs = count_macs(node.op, graph_.operand_types(node), step.result);
    step.bytes = step.result.bytes();
    for (const ValueId v : node.inputs) step.bytes += v == kNoValue ? 0 : graph_.type(v).bytes();
    if (recipe_ != nullptr) {
      Candidate candidate = offer_again(view, backends_, *recipe_);
      step.backend = recipe_->taken.at(node.output).backend;
      return add_candidates(node, std::move(step), {std::move(candidate)});
    }
    for (const Backend* backend : backends_) {
      Offer offer = backend->offer(view);
      if (auto* reason = std::get_if<std::string>(&offer)) {
        step.refusals.push_back({std::string(backend->name()), std::move(*reason)});
        continue;
      }
      step.backend = backend->name();
      return add_candidates(node, std::move(step), std::move(std::get<std::vector<Candidate>>(offer)));
    }
    fail(ErrorCode::unsupported, "node '{}' ({}): no backend runs it: {}", node.name, step.op,
         step.refusals.back().reason);
  }

  Layout current_layout(ValueId v) const {
    const Place& place = places_[static_cast<std::size_t>(v)];
    return place.buffer < 0 ? Layout::row_major(graph_.type(v).shape.rank()) : place.layout;
  }

  /// Candidates with other layouts than the first one's would need other neighbours; they are left out.
  void add_candidates(const Node& node, Step step, std::vector<Candidate> candidates) {
    const Candidate first = candidates.front();
    std::erase_if(candidates, [&](const Candidate& other) {
      const bool fits = other.result == first.result && other.uses == first.uses;
      if (!fits) step.rivals.push_back({other.kernel, 0, "wants another layout than " + first.kernel});
      return !fits;
    });
    if (recipe_ == nullptr) add_split_candidates(candidates, step.macs, plan_.threads);
    step.layout = first.result;
    std::vector<int> buffers;
    for (const OperandUse& use : first.uses) buffers.push_back(buffer_in(node.inputs[use.index], use.layout));
    buffers.push_back(add_arena(graph_.type(node.output).bytes()));
    set_place(node.output, buffers.back(), first.result);
    add_step(std::move(step), std::move(buffers), std::move(candidates));
  }

  void take_choices(const std::vector<Choice>& choices) {
    std::size_t most_scratch = 0;
    for (std::size_t i = 0; i < choices.size(); ++i) {
      const Choice& choice = choices[i];
      Step& step = plan_.steps[i];
      const std::vector<Candidate>& candidates = candidates_[i];
      const Candidate& taken = candidates[choice.candidate];
      step.kernel = taken.kernel;
      step.run = taken.run;
      step.args = taken.args;
      step.run_part = taken.run_part;
      step.parts = taken.parts;
      if (!choice.us.empty()) step.us = choice.us[choice.candidate];
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        if (c == choice.candidate) continue;
        step.rivals.push_back({candidates[c].kernel, choice.us.empty() ? 0 : choice.us[c],
                               choice.reasons.empty() ? "behind in the order of preference" : choice.reasons[c]});
      }
      if (step_buffers_[i].size() > step.result_at + 1)
        buffers_[static_cast<std::size_t>(step_buffers_[i].back())].use.bytes = taken.scratch_bytes;
      most_scratch = std::max(most_scratch, taken.scratch_bytes);
      taken_.push_back(taken.args);
    }
    if (shared_scratch_ >= 0) buffers_[static_cast<std::size_t>(shared_scratch_)].use.bytes = most_scratch;
    candidates_.clear();
  }

  /// Transposes and Reshapes move nothing: the result is another view of the operand's bytes.
  bool lower_view(const Node& node) {
    if (const auto* transpose = std::get_if<ops::Transpose>(&node.op)) {
      const Place place = place_of(node.inputs[0]);
      set_place(node.output, place.buffer, place.layout.transposed(transpose->perm));
      return true;
    }
    if (std::holds_alternative<ops::Reshape>(node.op)) {
      const Layout flat = Layout::row_major(graph_.type(node.inputs[0]).shape.rank());
      const int buffer = buffer_in(node.inputs[0], flat);
      set_place(node.output, buffer, Layout::row_major(graph_.type(node.output).shape.rank()));
      return true;
    }
    return false;
  }

  int row_major_buffer(ValueId v) { return buffer_in(v, Layout::row_major(graph_.type(v).shape.rank())); }

  /// The decision or exit at the end of a segment; its operands must live until then.
  void finish_segment(Segment& segment) {
    const TreeNode& node = graph_.tree[static_cast<std::size_t>(segment_)];
    std::vector<int> buffers;
    for_each_tree_use(node, [&](ValueId v) { buffers.push_back(row_major_buffer(v)); });
    for (const int buffer : buffers) touch(buffer);
    if (const auto* decision = std::get_if<Decision>(&node)) {
      segment.decision = static_cast<int>(plan_.decision_segments.size());
      plan_.decision_segments.push_back(segment_);
      segment.name = decision->name;
      segment.settings = settings_of(*decision);
      segment.probabilities = decision->probabilities;
      segment.combine = decision->combine;
      segment.looked_at_type = graph_.type(decision->input);
      segment.leave = decision->leave;
      segment.stay = decision->stay;
    } else {
      const auto& exit = std::get<Exit>(node);
      segment.is_exit = true;
      segment.exit = static_cast<int>(plan_.exit_segments.size());
      plan_.exit_segments.push_back(segment_);
      for (const ValueId v : exit.outputs) segment.outputs.push_back({{}, graph_.type(v)});
      segment.prediction = exit.prediction;
    }
    segment_buffers_.emplace_back(segment_, std::move(buffers));
    ++position_;
  }

  /// Gives every step and segment its operands.
  void lay_out() {
    const BufferBytes bytes = place_buffers(buffers_);
    plan_.arena_bytes = bytes.arena;
    plan_.peak_live_bytes = bytes.peak_live;
    plan_.carried_bytes = bytes.carried;
    const auto operand = [&](int buffer) { return buffers_[static_cast<std::size_t>(buffer)].operand; };
    for (std::size_t i = 0; i < plan_.steps.size(); ++i) {
      plan_.steps[i].operands.clear();
      for (const int buffer : step_buffers_[i]) plan_.steps[i].operands.push_back(operand(buffer));
    }
    for (const auto& [id, buffers] : segment_buffers_) {
      Segment& segment = plan_.segments[static_cast<std::size_t>(id)];
      if (!segment.is_exit) {
        segment.looked_at = operand(buffers.front());
        continue;
      }
      for (std::size_t i = 0; i < buffers.size(); ++i) segment.outputs[i].operand = operand(buffers[i]);
    }
  }

  struct Copy {
    Place place;
    TreeId segment;
  };

  const Graph& graph_;
  std::span<const Backend* const> backends_;
  const ChooseCandidates& choose_;
  const Recipe* recipe_;  // null: all kernels compete
  PlanData plan_;
  std::vector<Place> places_;  // by value
  std::map<ValueId, std::vector<Copy>> copies_;
  std::vector<Buffer> buffers_;
  WeightPacker packer_;
  std::set<const Tensor*> read_;
  std::vector<std::vector<Candidate>> candidates_;  // by step
  std::vector<std::shared_ptr<StepArgs>> taken_;    // by step
  std::vector<std::vector<int>> step_buffers_;
  std::vector<std::pair<TreeId, std::vector<int>>> segment_buffers_;
  std::vector<TreeId> parents_;
  TreeId segment_ = 0;
  int shared_scratch_ = -1;  // number of its buffer
  int position_ = 0;         // steps, decisions and exits, counted in the order of the tree
};

}  // namespace

PlanData build_plan(const Graph& graph, std::span<const Backend* const> backends, const ChooseCandidates& choose,
                    int threads) {
  return Builder(graph, backends, choose, nullptr, threads).build();
}

PlanData rebuild_plan(const Graph& graph, std::span<const Backend* const> backends, const Recipe& recipe, int threads,
                      Ingredients* ingredients) {
  const ChooseCandidates take_first;
  Builder builder(graph, backends, take_first, &recipe, threads);
  PlanData plan = builder.build();
  if (ingredients != nullptr) *ingredients = std::move(builder).ingredients();
  return plan;
}

}  // namespace exeunt

#include "engine/compile/precision.h"

#include <exeunt/tools/calibrate.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>

#include "base/checksum.h"
#include "base/error.h"
#include "engine/compile/accuracy_guard.h"
#include "engine/compile/node_times.h"
#include "engine/compile/path_timer.h"
#include "graph/text.h"
#include "quant/calibration_names.h"
#include "quant/halve_graph.h"
#include "quant/halve_weights.h"
#include "quant/quantize_graph.h"

namespace exeunt {

namespace {

/// A plan that competes.
struct Rivalling {
  std::string name;
  std::shared_ptr<PlanData> plan;
  bool is_uniform = false;
  std::size_t lowering = 0;  ///< which one it uses, if any node is chosen
  std::vector<bool> chosen;  ///< by NodeId: those in the lower precision
};

/// A precision below f32 and what can compute in it.
struct Lowering {
  std::string name;
  std::string numbers;    ///< what it computes on
  bool is_fast = false;   ///< taken where nothing is timed
  std::string why_slow;   ///< why not
  std::vector<bool> all;  ///< by NodeId
  std::function<Graph(const std::vector<bool>& chosen)> lower;

  bool applies() const { return std::ranges::find(all, true) != all.end(); }
};

/// What the fastest plan is: a weight for each exit, or the slowest exit.
struct Objective {
  std::vector<double> shares;
  bool worst = false;

  double of(const std::vector<double>& us) const {
    if (worst) return *std::ranges::max_element(us);
    return std::inner_product(us.begin(), us.end(), shares.begin(), 0.0);
  }
};

Objective objective_of(const BuildOptions& options, std::size_t exits) {
  Objective objective{std::vector<double>(exits, 1.0 / static_cast<double>(exits)), options.optimize_for == "worst"};
  if (options.optimize_for == "worst") return objective;
  if (options.optimize_for == "mix") {
    if (options.calibration != nullptr && options.calibration->exit_shares.size() == exits)
      objective.shares = options.calibration->exit_shares;
    return objective;
  }
  std::size_t exit = 0;
  const char* end = options.optimize_for.data() + options.optimize_for.size();
  const auto [rest, error] = std::from_chars(options.optimize_for.data(), end, exit);
  require(error == std::errc{} && rest == end && exit < exits, ErrorCode::argument,
          "cannot optimise for '{}'; mix, worst, or an exit from 0 to {}", options.optimize_for, exits - 1);
  objective.shares.assign(exits, 0.0);
  objective.shares[exit] = 1;
  return objective;
}

class Planner {
 public:
  Planner(const Graph& graph, const BuildOptions& options, const PrecisionOptions& precision,
          const PlanGraph& plan_graph)
      : graph_(graph), options_(options), precision_(precision), plan_graph_(plan_graph) {}

  PlanData run() {
    const bool is_best = options_.precision == "best";
    if (is_best || options_.precision == "int8") add_int8();
    const bool is_half = options_.precision == "half";
    if (options_.precision == "bf16" || (is_half && precision_.has_fast_bf16) || is_best) add_bf16();
    if (options_.precision == "fp16" || (is_half && !precision_.has_fast_bf16) || is_best) add_fp16();
    if (!lowerings_.empty()) guard_accuracy();
    if (lowerings_.empty()) return finish(plan_graph_(graph_));
    if (precision_.can_time && !options_.strict) return compete();
    const auto taken =
        std::ranges::find_if(lowerings_, [&](const Lowering& low) { return low.is_fast || options_.strict; });
    if (taken != lowerings_.end()) {
      const std::shared_ptr<PlanData> plan = admitted(*taken, taken->all);
      return finish(plan != nullptr ? std::move(*plan) : plan_graph_(graph_));
    }
    for (const Lowering& low : lowerings_)
      notes_.push_back(fmt::format("{}: without timing, fp32 is taken: {}", low.name, low.why_slow));
    return finish(plan_graph_(graph_));
  }

 private:
  void lack(std::string note) {
    require(!options_.strict, ErrorCode::unsupported, "{}", note);
    notes_.push_back(std::move(note));
  }

  void add_int8() {
    Lowering int8{
        "int8",
        "integers",
        precision_.has_fast_integers,
        "this instruction set has none that multiplies bytes",
        choosable(),
        [this](const std::vector<bool>& chosen) { return quantize_graph(graph_, *options_.calibration, chosen); }};
    if (int8.applies()) lowerings_.push_back(std::move(int8));
  }

  void add_bf16() {
    // Elsewhere the kernels that compute on it are plain loops, for those who insist.
    if (precision_.has_fast_bf16 || (options_.strict && options_.precision == "bf16")) {
      add_halves("bf16", DType::bf16, precision_.has_fast_bf16);
    } else if (options_.precision != "best") {
      add_half_weights("bf16", DType::bf16);
    }
  }

  void add_fp16() {
    if (precision_.has_fast_fp16) {
      add_halves("fp16", DType::f16, true);
    } else {
      add_half_weights("fp16", DType::f16);
    }
  }

  /// Convolutions and products on 16-bit floats.
  void add_halves(const std::string& name, DType half, bool is_fast) {
    const std::vector<std::string> names =
        options_.calibration == nullptr ? std::vector<std::string>() : calibration_names(graph_);
    Lowering halves{name,
                    name,
                    is_fast,
                    name + " is computed by plain loops here",
                    find_choosable(name,
                                   [&](const Node& node) {
                                     std::string reason = refuse_halved(graph_, node, half);
                                     const bool has_range = reason.empty() && half == DType::f16 && !names.empty();
                                     if (has_range) reason = refuse_half_ranges(node, names, *options_.calibration);
                                     return reason;
                                   }),
                    [this, half](const std::vector<bool>& chosen) { return halve_graph(graph_, half, chosen); }};
    if (halves.applies()) {
      lowerings_.push_back(std::move(halves));
    } else if (options_.precision != "best") {
      lack(fmt::format("{0}: no node of this model can compute on {0}; fp32 is taken", name));
    }
  }

  /// Weights in 16 bits, arithmetic in f32.
  void add_half_weights(const std::string& name, DType half) {
    const bool is_best = options_.precision == "best";
    Lowering weights{name,
                     "16-bit weights",
                     precision_.has_fast_halves,
                     "this instruction set converts 16-bit weights by plain loops",
                     find_choosable(name, [&](const Node& node) { return refuse_half_weights(graph_, node, half); }),
                     [this, half](const std::vector<bool>& chosen) { return halve_weights(graph_, half, chosen); }};
    if (weights.applies()) {
      if (!is_best)
        notes_.push_back(fmt::format("{}: weights are rounded to 16 bits, arithmetic is f32", options_.precision));
      lowerings_.push_back(std::move(weights));
    } else if (!is_best) {
      lack(fmt::format("{}: no convolution or product of this model can have 16-bit weights; fp32 is taken",
                       options_.precision));
    }
  }

  /// By NodeId the convolutions and products that `refuse` has nothing against; notes on the others.
  template <class Refuse>
  std::vector<bool> find_choosable(std::string_view name, const Refuse& refuse) {
    std::vector<bool> all(graph_.nodes.size());
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      const Node& node = graph_.nodes[id];
      const bool is_product = std::holds_alternative<ops::Conv>(node.op) || std::holds_alternative<ops::Gemm>(node.op);
      if (!is_product) continue;
      const std::string reason = refuse(node);
      all[id] = reason.empty();
      if (!reason.empty()) notes_.push_back(fmt::format("{}: '{}' stays in fp32: {}", name, node.name, reason));
    }
    return all;
  }

  /// The nodes that can compute on integers.
  std::vector<bool> choosable() {
    const bool comes_quantised = std::ranges::any_of(
        graph_.nodes, [](const Node& n) { return std::holds_alternative<ops::QuantizedConv>(n.op); });
    if (options_.calibration == nullptr) {
      if (!comes_quantised)
        lack(
            "int8: needs the ranges of values, from samples (--calib SRC) or a table (--calib-table FILE); fp32 is "
            "taken");
      return {};
    }
    const std::vector<std::string> names = calibration_names(graph_);
    std::vector<bool> all = find_choosable(
        "int8", [&](const Node& node) { return refuse_quantized(graph_, node, names, *options_.calibration); });
    if (std::ranges::find(all, true) == all.end() && !comes_quantised)
      lack("int8: no node of this model can compute on integers with this calibration; fp32 is taken");
    return all;
  }

  /// Takes nodes out of the lowerings until BuildOptions::accuracy holds for each.
  void guard_accuracy() {
    const AccuracyBounds& bounds = options_.accuracy;
    if (!bounds.min_agreement && !bounds.max_error) return;
    const bool may_lower = precision_.can_time || std::ranges::any_of(lowerings_, [&](const Lowering& low) {
                             return low.is_fast || options_.strict;
                           });
    if (!may_lower) return;
    guard_.emplace(graph_, options_, precision_.plan_trial);
    for (Lowering& low : lowerings_) {
      std::string note;
      low.all = guard_->allowed(low.all, low.lower, low.name, note);
      if (!note.empty()) notes_.push_back(std::move(note));
      if (!low.applies())
        lack(fmt::format("{}: nothing of this model may leave fp32 within the bounds of accuracy", low.name));
    }
    std::erase_if(lowerings_, [](const Lowering& low) { return !low.applies(); });
  }

  /// The plan with these nodes lowered; null if its answers are too far from f32. Its kernels may round otherwise than
  /// those that the guard tried.
  std::shared_ptr<PlanData> admitted(const Lowering& low, const std::vector<bool>& chosen) {
    auto plan = shared(plan_graph_(low.lower(chosen)));
    if (!guard_ || !plan->runs_here || guard_->admits(plan)) return plan;
    notes_.push_back(fmt::format("{}: a plan with {} nodes on {} is left out for accuracy: {}", low.name,
                                 std::ranges::count(chosen, true), low.numbers, guard_->measured(plan)));
    return nullptr;
  }

  PlanData finish(PlanData data) {
    const std::shared_ptr<PlanData> plan = shared(std::move(data));
    if (guard_ && plan->runs_here)
      notes_.push_back(fmt::format("{}: against fp32 the plan has {}", options_.precision, guard_->measured(plan)));
    plan->precision = options_.precision;
    plan->notes = notes_;
    return std::move(*plan);
  }

  static std::shared_ptr<PlanData> shared(PlanData plan) { return std::make_shared<PlanData>(std::move(plan)); }

  /// Those of `chosen` that their own time and that of their conversions speaks for.
  std::vector<bool> worth(const PlanData& floats, const Rivalling& rival) const {
    const std::map<std::string, double> before = float_times(graph_, floats);
    const std::map<std::string, double> after = lowered_times(*rival.plan);
    std::vector<bool> chosen = rival.chosen;
    for (std::size_t id = 0; id < chosen.size(); ++id) {
      const std::string& name = graph_.nodes[id].name;
      if (!chosen[id] || !before.contains(name) || !after.contains(name)) continue;
      chosen[id] = after.at(name) < before.at(name);
    }
    return chosen;
  }

  PlanData compete() {
    constexpr int kMostMixed = 2;
    rivals_.push_back({"fp32", shared(plan_graph_(graph_)), true, 0, {}});
    for (std::size_t k = 0; k < lowerings_.size(); ++k) {
      const Lowering& low = lowerings_[k];
      std::shared_ptr<PlanData> uniform = admitted(low, low.all);
      if (uniform == nullptr) continue;
      rivals_.push_back({low.name, std::move(uniform), true, k, low.all});
      for (int i = 0; i < kMostMixed; ++i) {
        std::vector<bool> chosen = worth(*rivals_.front().plan, rivals_.back());
        const bool is_new = std::ranges::find(chosen, true) != chosen.end() && chosen != rivals_.back().chosen;
        if (!is_new) break;
        std::shared_ptr<PlanData> plan = admitted(low, chosen);
        if (plan == nullptr) break;
        rivals_.push_back({"mixed", std::move(plan), false, k, std::move(chosen)});
      }
    }
    return finish(std::move(*rivals_[pick()].plan));
  }

  /// A name for this choice that is the same wherever the same plans compete for the same thing.
  std::string key() const {
    std::string text = fmt::format("{} {} {}", precision_.isa, options_.threads, options_.optimize_for);
    const std::size_t exits = rivals_.front().plan->exit_segments.size();
    text += fmt::format(" {}", fmt::join(objective_of(options_, exits).shares, " "));
    for (const Rivalling& rival : rivals_) {
      text += print_graph(*rival.plan->graph, {.node_names = false});
      for (const Step& step : rival.plan->steps) text += step.kernel;
    }
    return fmt::format("plans {:016x}", fast_checksum(std::as_bytes(std::span(text))));
  }

  std::size_t pick() {
    const std::string name = key();
    const int level = options_.optimization_level;
    const Choice* known = precision_.cache == nullptr ? nullptr : precision_.cache->find(name, level);
    Choice choice = known != nullptr && known->candidate < rivals_.size() && known->us.size() == rivals_.size()
                        ? *known
                        : time_rivals(level);
    if (precision_.cache != nullptr && known == nullptr) precision_.cache->put(name, level, choice);
    for (std::size_t k = 0; k < choice.reasons.size(); ++k) {
      if (!choice.reasons[k].empty() && k == choice.candidate) notes_.push_back(choice.reasons[k]);
    }
    std::string times;
    for (std::size_t k = 0; k < rivals_.size(); ++k) {
      if (rivals_[k].is_uniform) times += fmt::format("{} {:.1f} us, ", rivals_[k].name, choice.us[k]);
    }
    const Rivalling& taken = rivals_[choice.candidate];
    const Lowering& low = lowerings_[taken.lowering];
    notes_.push_back(fmt::format("{}: {} of {} convolutions and products on {}; objective {}: {}taken {:.1f} us",
                                 options_.precision, std::ranges::count(taken.chosen, true),
                                 std::ranges::count(low.all, true), low.numbers, options_.optimize_for, times,
                                 choice.us[choice.candidate]));
    return choice.candidate;
  }

  /// The plan that is fastest by the objective; of those that are not more than 2 % behind the best uniform plan at any
  /// exit, if there is one.
  Choice time_rivals(int level) {
    constexpr double kSlack = 1.02;
    std::vector<std::shared_ptr<const PlanData>> plans;
    for (const Rivalling& rival : rivals_) plans.push_back(rival.plan);
    const std::vector<std::vector<double>> us = time_paths(plans, level);
    const Objective objective = objective_of(options_, us.front().size());
    Choice choice;
    choice.reasons.resize(rivals_.size());
    std::size_t best_free = 0;
    std::size_t best_fair = rivals_.size();
    for (std::size_t k = 0; k < rivals_.size(); ++k) {
      choice.us.push_back(objective.of(us[k]));
      bool is_fair = true;
      for (std::size_t e = 0; e < us[k].size(); ++e) {
        double best = us[k][e];
        for (std::size_t u = 0; u < rivals_.size(); ++u) best = rivals_[u].is_uniform ? std::min(best, us[u][e]) : best;
        if (us[k][e] <= kSlack * best) continue;
        is_fair = false;
        choice.reasons[k] = fmt::format("{}: exit {} pays: it takes {:.1f} us, {:.1f} us in the best plan of one type",
                                        options_.precision, e, us[k][e], best);
      }
      if (choice.us[k] < choice.us[best_free]) best_free = k;
      if (is_fair && (best_fair == rivals_.size() || choice.us[k] < choice.us[best_fair])) best_fair = k;
    }
    choice.candidate = best_fair < rivals_.size() ? best_fair : best_free;
    return choice;
  }

  const Graph& graph_;
  const BuildOptions& options_;
  const PrecisionOptions& precision_;
  const PlanGraph& plan_graph_;
  std::optional<AccuracyGuard> guard_;  ///< none: nothing is bounded, or there is nothing to lower
  std::vector<std::string> notes_;
  std::vector<Lowering> lowerings_;
  std::vector<Rivalling> rivals_;
};

}  // namespace

PlanData plan_precision(const Graph& graph, const BuildOptions& options, const PrecisionOptions& precision,
                        const PlanGraph& plan_graph) {
  constexpr std::array<std::string_view, 6> kKnown = {"fp32", "bf16", "fp16", "half", "int8", "best"};
  require(std::ranges::find(kKnown, options.precision) != kKnown.end(), ErrorCode::argument,
          "there is no precision '{}'; precisions: {}", options.precision, fmt::join(kKnown, ", "));
  objective_of(options, exits_of(graph).size());
  check_accuracy_bounds(graph, options.accuracy);
  return Planner(graph, options, precision, plan_graph).run();
}

}  // namespace exeunt

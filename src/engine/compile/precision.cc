#include "engine/compile/precision.h"

#include <exeunt/tools/calibrate.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>

#include "base/checksum.h"
#include "base/error.h"
#include "engine/compile/path_timer.h"
#include "graph/text.h"
#include "quant/calibration_names.h"
#include "quant/quantize_graph.h"

namespace exeunt {

namespace {

/// A plan that competes.
struct Rivalling {
  std::string name;
  std::shared_ptr<PlanData> plan;
  bool is_uniform = false;
  std::vector<bool> chosen;  ///< by NodeId: those on integers
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

/// Times of steps by the value of the graph that they make.
std::map<ValueId, double> times_by_value(const PlanData& plan) {
  std::map<ValueId, double> us;
  for (const Step& step : plan.steps) us[step.value] += step.us;
  return us;
}

/// What each node of the original graph takes on integers, by name, with the conversions that it needs.
std::map<std::string, double> integer_times(const PlanData& plan) {
  const Graph& graph = *plan.graph;
  const std::map<ValueId, double> us = times_by_value(plan);
  const std::vector<int> uses = count_uses(graph);
  const auto time = [&](ValueId v) { return us.contains(v) ? us.at(v) : 0.0; };
  std::map<std::string, double> result;
  for (const Node& node : graph.nodes) {
    if (!std::holds_alternative<ops::QuantizedConv>(node.op)) continue;
    double total = time(node.output);
    for (const ValueId v : node.inputs) {
      const Node* maker = v == kNoValue ? nullptr : graph.producer(v);
      if (maker != nullptr && std::holds_alternative<ops::Quantize>(maker->op))
        total += time(v) / std::max(1, uses[static_cast<std::size_t>(v)]);
    }
    for (const Node& user : graph.nodes) {
      if (std::holds_alternative<ops::Dequantize>(user.op) && user.inputs[0] == node.output) total += time(user.output);
    }
    result[node.name] += total;
  }
  return result;
}

std::map<std::string, double> float_times(const Graph& graph, const PlanData& plan) {
  const std::map<ValueId, double> us = times_by_value(plan);
  std::map<std::string, double> result;
  for (const Node& node : graph.nodes) {
    if (us.contains(node.output)) result[node.name] += us.at(node.output);
  }
  return result;
}

class Planner {
 public:
  Planner(const Graph& graph, const BuildOptions& options, const PrecisionOptions& precision,
          const PlanGraph& plan_graph)
      : graph_(graph), options_(options), precision_(precision), plan_graph_(plan_graph) {}

  PlanData run() {
    const bool wants_int8 = options_.precision == "int8" || options_.precision == "best";
    const bool wants_16_bit = options_.precision == "bf16" || options_.precision == "fp16" ||
                              options_.precision == "half" || options_.precision == "best";
    if (wants_16_bit && options_.precision != "best")
      lack(fmt::format("{}: there are no kernels of this type for {} yet; fp32 is taken", options_.precision,
                       precision_.isa));
    const std::vector<bool> all = wants_int8 ? choosable() : std::vector<bool>{};
    if (std::ranges::find(all, true) == all.end()) return finish(plan_graph_(graph_));
    if (options_.strict || (!precision_.can_time && precision_.has_fast_integers)) return finish(quantised(all));
    if (!precision_.can_time) {
      notes_.emplace_back("int8: without timing, fp32 is taken: this instruction set has none that multiplies bytes");
      return finish(plan_graph_(graph_));
    }
    return compete(all);
  }

 private:
  void lack(std::string note) {
    require(!options_.strict, ErrorCode::unsupported, "{}", note);
    notes_.push_back(std::move(note));
  }

  /// The nodes that can compute on integers.
  std::vector<bool> choosable() {
    std::vector<bool> all(graph_.nodes.size());
    const bool comes_quantised = std::ranges::any_of(
        graph_.nodes, [](const Node& n) { return std::holds_alternative<ops::QuantizedConv>(n.op); });
    if (options_.calibration == nullptr) {
      if (!comes_quantised)
        lack(
            "int8: needs the ranges of values, from samples (--calib SRC) or a table (--calib-table FILE); fp32 is "
            "taken");
      return all;
    }
    const std::vector<std::string> names = calibration_names(graph_);
    std::string first_reason;
    for (std::size_t id = 0; id < graph_.nodes.size(); ++id) {
      const Node& node = graph_.nodes[id];
      const bool is_product = std::holds_alternative<ops::Conv>(node.op) || std::holds_alternative<ops::Gemm>(node.op);
      if (!is_product) continue;
      const std::string reason = refuse_quantized(graph_, node, names, *options_.calibration);
      all[id] = reason.empty();
      if (!reason.empty()) notes_.push_back(fmt::format("int8: '{}' stays in fp32: {}", node.name, reason));
    }
    if (std::ranges::find(all, true) == all.end() && !comes_quantised)
      lack("int8: no node of this model can compute on integers with this calibration; fp32 is taken");
    return all;
  }

  PlanData quantised(const std::vector<bool>& chosen) {
    return plan_graph_(quantize_graph(graph_, *options_.calibration, chosen));
  }

  PlanData finish(PlanData plan) {
    plan.precision = options_.precision;
    plan.notes = notes_;
    return plan;
  }

  void add(std::string name, PlanData plan, bool is_uniform, std::vector<bool> chosen) {
    rivals_.push_back({std::move(name), std::make_shared<PlanData>(std::move(plan)), is_uniform, std::move(chosen)});
  }

  /// Those of `chosen` that their own time and that of their conversions speaks for.
  std::vector<bool> worth(const PlanData& floats, const Rivalling& rival) const {
    const std::map<std::string, double> before = float_times(graph_, floats);
    const std::map<std::string, double> after = integer_times(*rival.plan);
    std::vector<bool> chosen = rival.chosen;
    for (std::size_t id = 0; id < chosen.size(); ++id) {
      const std::string& name = graph_.nodes[id].name;
      if (!chosen[id] || !before.contains(name) || !after.contains(name)) continue;
      chosen[id] = after.at(name) < before.at(name);
    }
    return chosen;
  }

  PlanData compete(const std::vector<bool>& all) {
    constexpr int kMostMixed = 2;
    add("fp32", plan_graph_(graph_), true, {});
    add("int8", quantised(all), true, all);
    for (int i = 0; i < kMostMixed; ++i) {
      std::vector<bool> chosen = worth(*rivals_.front().plan, rivals_.back());
      const bool is_new = std::ranges::find(chosen, true) != chosen.end() && chosen != rivals_.back().chosen;
      if (!is_new) break;
      PlanData plan = quantised(chosen);
      add("mixed", std::move(plan), false, std::move(chosen));
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
    const auto& chosen = rivals_[choice.candidate].chosen;
    notes_.push_back(
        fmt::format("{}: {} of {} convolutions and products on integers; objective {}: fp32 {:.1f} us, "
                    "int8 {:.1f} us, taken {:.1f} us",
                    options_.precision, std::ranges::count(chosen, true), std::ranges::count(rivals_[1].chosen, true),
                    options_.optimize_for, choice.us[0], choice.us[1], choice.us[choice.candidate]));
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
  std::vector<std::string> notes_;
  std::vector<Rivalling> rivals_;
};

}  // namespace

PlanData plan_precision(const Graph& graph, const BuildOptions& options, const PrecisionOptions& precision,
                        const PlanGraph& plan_graph) {
  constexpr std::array<std::string_view, 6> kKnown = {"fp32", "bf16", "fp16", "half", "int8", "best"};
  require(std::ranges::find(kKnown, options.precision) != kKnown.end(), ErrorCode::argument,
          "there is no precision '{}'; precisions: {}", options.precision, fmt::join(kKnown, ", "));
  objective_of(options, exits_of(graph).size());
  return Planner(graph, options, precision, plan_graph).run();
}

}  // namespace exeunt

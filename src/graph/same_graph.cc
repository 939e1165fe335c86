#include "graph/same_graph.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

#include "base/dtype.h"
#include "base/error.h"

namespace exeunt {

namespace {

double number_at(const Tensor& tensor, std::int64_t i) {
  return dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    return static_cast<double>(widen(tensor.span<T>()[static_cast<std::size_t>(i)]));
  });
}

std::string text(const Node& node) { return fmt::format("{} '{}'", op_name(node.op), node.name); }

/// Thrown where the graphs part.
struct Difference {
  std::string text;
};

class Comparison {
 public:
  Comparison(const Graph& a, const Graph& b, double tolerance) : a_(a), b_(b), tolerance_(tolerance) {}

  void run() {
    expect(a_.inputs.size() == b_.inputs.size(), "{} inputs, {} inputs", a_.inputs.size(), b_.inputs.size());
    for (std::size_t i = 0; i < a_.inputs.size(); ++i) {
      const ValueId in_a = a_.inputs[i];
      const ValueId in_b = b_.inputs[i];
      expect(a_.type(in_a) == b_.type(in_b), "input {} is {}, {}", i, a_.type(in_a).str(), b_.type(in_b).str());
      same_.emplace(in_a, in_b);
    }
    const std::vector<NodeId> order_a = execution_order(a_);
    const std::vector<NodeId> order_b = execution_order(b_);
    for (std::size_t i = 0; i < std::min(order_a.size(), order_b.size()); ++i) {
      compare_nodes(a_.node(order_a[i]), b_.node(order_b[i]));
    }
    expect(order_a.size() == order_b.size(), "{} nodes, {} nodes", order_a.size(), order_b.size());
    compare_trees(0, 0);
  }

 private:
  template <class... Args>
  static void expect(bool same, fmt::format_string<Args...> format, Args&&... args) {
    if (!same) throw Difference{fmt::format(format, std::forward<Args>(args)...)};
  }

  void compare_nodes(const Node& a, const Node& b) {
    expect(op_name(a.op) == op_name(b.op), "{}, {}", text(a), text(b));
    expect(a.op == b.op, "{} and {} differ in a field", text(a), text(b));
    expect(a.inputs.size() == b.inputs.size(), "{} has {} operands, {} has {}", text(a), a.inputs.size(), text(b),
           b.inputs.size());
    for (std::size_t i = 0; i < a.inputs.size(); ++i) {
      expect(are_same(a.inputs[i], b.inputs[i]), "operand {} of {} is not that of {}: {}", i, text(a), text(b),
             reason_);
    }
    same_.emplace(a.output, b.output);
  }

  bool are_same(ValueId a, ValueId b) {
    reason_ = "another value";
    if (a == kNoValue || b == kNoValue) return a == b;
    const Tensor* in_a = a_.constant(a);
    const Tensor* in_b = b_.constant(b);
    if (in_a == nullptr || in_b == nullptr) {
      const auto found = same_.find(a);
      return found != same_.end() && found->second == b;
    }
    reason_ = fmt::format("{}, {}", in_a->type().str(), in_b->type().str());
    return in_a->type() == in_b->type() && have_same_numbers(*in_a, *in_b);
  }

  bool have_same_numbers(const Tensor& a, const Tensor& b) {
    for (std::int64_t i = 0; i < a.elements(); ++i) {
      const double x = number_at(a, i);
      const double y = number_at(b, i);
      if (x == y || (std::isnan(x) && std::isnan(y))) continue;
      if (std::abs(x - y) <= tolerance_ * std::max({1.0, std::abs(x), std::abs(y)})) continue;
      reason_ = fmt::format("element {} is {}, {}", i, x, y);
      return false;
    }
    return true;
  }

  void compare_trees(TreeId at_a, TreeId at_b) {
    const TreeNode& a = a_.tree[static_cast<std::size_t>(at_a)];
    const TreeNode& b = b_.tree[static_cast<std::size_t>(at_b)];
    expect(a.index() == b.index(), "a decision where the other graph has an exit");
    if (const auto* decision = std::get_if<Decision>(&a)) {
      constexpr std::array kinds = {"logits", "probabilities"};
      constexpr std::array states = {"disabled", "enabled"};
      const auto& other = std::get<Decision>(b);
      expect(decision->criterion == other.criterion && decision->threshold == other.threshold,
             "decision '{}' is {} > {}, '{}' is {} > {}", decision->name, criterion_kind_name(decision->criterion),
             decision->threshold, other.name, criterion_kind_name(other.criterion), other.threshold);
      expect(decision->probabilities == other.probabilities, "decision '{}' looks at {}, '{}' at {}", decision->name,
             kinds[decision->probabilities], other.name, kinds[other.probabilities]);
      expect(settings_of(*decision) == settings_of(other),
             "decision '{}' has temperature {} and is {}, '{}' has {} and is {}", decision->name, decision->temperature,
             states[decision->enabled], other.name, other.temperature, states[other.enabled]);
      expect(are_same(decision->input, other.input), "decisions '{}' and '{}' look at different values", decision->name,
             other.name);
      compare_trees(decision->leave, other.leave);
      compare_trees(decision->stay, other.stay);
      return;
    }
    const auto& exit = std::get<Exit>(a);
    const auto& other = std::get<Exit>(b);
    expect(exit.outputs.size() == other.outputs.size(), "an exit with {} outputs, with {}", exit.outputs.size(),
           other.outputs.size());
    expect(exit.prediction == other.prediction, "exits whose class scores stand at different places");
    for (std::size_t i = 0; i < exit.outputs.size(); ++i) {
      expect(are_same_outputs(exit.outputs[i], other.outputs[i]), "output {} of an exit differs: {}", i, reason_);
    }
  }

  bool are_same_outputs(ValueId a, ValueId b) {
    const Tensor* in_a = a_.constant(a);
    const Tensor* in_b = b_.constant(b);
    if (in_a == nullptr || in_b == nullptr) return are_same(a, b);
    reason_ = fmt::format("{}, {}", in_a->type().str(), in_b->type().str());
    return in_a->elements() == in_b->elements() && have_same_numbers(*in_a, *in_b);
  }

  const Graph& a_;
  const Graph& b_;
  double tolerance_;
  std::unordered_map<ValueId, ValueId> same_;
  std::string reason_;
};

}  // namespace

std::string first_difference(const Graph& a, const Graph& b, double tolerance) {
  try {
    Comparison(a, b, tolerance).run();
  } catch (const Difference& difference) {
    return difference.text;
  }
  return {};
}

}  // namespace exeunt

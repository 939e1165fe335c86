#include <array>
#include <numbers>
#include <set>

#include "passes/affine.h"
#include "passes/match.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

/// c[0] + c[1] * x + c[2] * x^2 + c[3] * x^3.
using Polynomial = std::array<double, 4>;

/// Reads a value as a polynomial of `x` and remembers what it goes through.
class PolynomialReader {
 public:
  PolynomialReader(const Graph& graph, ValueId x, std::set<ValueId>& between)
      : graph_(graph), x_(x), between_(between) {}

  std::optional<Polynomial> read(ValueId v, int depth = 0) {
    constexpr int kDeepest = 8;
    if (v == x_) return Polynomial{0, 1, 0, 0};
    if (const auto number = number_of(graph_, v)) return Polynomial{*number, 0, 0, 0};
    const Node* node = graph_.producer(v);
    if (node == nullptr || depth == kDeepest || graph_.type(v) != graph_.type(x_)) return std::nullopt;
    between_.insert(v);
    if (const auto f = affine_of(graph_, *node)) {
      const auto inner = f->by_axis() ? std::nullopt : read(f->x, depth + 1);
      return inner ? std::optional(sum(product(*inner, {f->scale[0]}), {f->shift[0]})) : std::nullopt;
    }
    const auto* binary = std::get_if<ops::Binary>(&node->op);
    if (binary == nullptr) return std::nullopt;
    const auto a = read(node->inputs[0], depth + 1);
    const auto b = a ? read(node->inputs[1], depth + 1) : std::nullopt;
    return b ? combine(binary->fn, *a, *b) : std::nullopt;
  }

 private:
  static Polynomial sum(const Polynomial& a, const Polynomial& b) {
    return {a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3]};
  }

  /// Without what is beyond the third power: degrees are checked before.
  static Polynomial product(const Polynomial& a, const Polynomial& b) {
    Polynomial result{};
    for (std::size_t i = 0; i < a.size(); ++i) {
      for (std::size_t j = 0; i + j < a.size(); ++j) result[i + j] += a[i] * b[j];
    }
    return result;
  }

  static std::size_t degree(const Polynomial& p) {
    std::size_t highest = 0;
    for (std::size_t i = 0; i < p.size(); ++i) highest = p[i] != 0 ? i : highest;
    return highest;
  }

  static std::optional<Polynomial> combine(ops::BinaryFn fn, const Polynomial& a, const Polynomial& b) {
    if (fn == ops::BinaryFn::Add) return sum(a, b);
    if (fn == ops::BinaryFn::Sub) return sum(a, product(b, {-1}));
    if (fn == ops::BinaryFn::Mul && degree(a) + degree(b) < a.size()) return product(a, b);
    const bool power = fn == ops::BinaryFn::Pow && degree(b) == 0 && (b[0] == 2 || b[0] == 3);
    if (!power || degree(a) > 1) return std::nullopt;
    return b[0] == 2 ? product(a, a) : product(a, product(a, a));
  }

  const Graph& graph_;
  ValueId x_;
  std::set<ValueId>& between_;
};

bool about_equal(const Polynomial& p, const Polynomial& q) {
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!about(p[i], q[i])) return false;
  }
  return true;
}

/// x * (a * g + b), where g is the result of a function of x.
struct Gated {
  ValueId x = kNoValue;
  double a = 1;
  double b = 0;
  std::set<ValueId> between;
};

/// Follows g forwards to `x * (a * g + b)` or `c * x * (a * g + b)`; `at` becomes the node that computes it.
class GateFollower {
 public:
  GateFollower(const Graph& graph, const Rewriter& rewriter) : graph_(graph), rewriter_(rewriter) {
    for (const NodeId id : execution_order(graph)) {
      for (const ValueId v : graph.node(id).inputs) user_.emplace(v, id);
    }
  }

  /// The next product or affine step behind gated.at; false if there is none.
  bool step(Gated& gated, ValueId& at) const {
    const auto user = user_.find(at);
    if (rewriter_.uses(at) != 1 || user == user_.end()) return false;
    const Node& node = graph_.node(user->second);
    if (const auto f = affine_of(graph_, node)) {
      if (f->by_axis() || (gated.x != kNoValue && f->shift[0] != 0)) return false;
      gated.a *= f->scale[0];
      gated.b = gated.b * f->scale[0] + f->shift[0];
    } else if (const auto* binary = std::get_if<ops::Binary>(&node.op);
               binary != nullptr && binary->fn == ops::BinaryFn::Mul && gated.x == kNoValue) {
      multiply(gated, node.inputs[node.inputs[0] == at ? 1 : 0]);
    } else {
      return false;
    }
    gated.between.insert(at);
    at = node.output;
    return true;
  }

 private:
  /// The gate meets x, or x times a number.
  void multiply(Gated& gated, ValueId factor) const {
    while (rewriter_.uses(factor) == 1 && graph_.producer(factor) != nullptr) {
      const auto f = affine_of(graph_, *graph_.producer(factor));
      if (!f || f->by_axis() || f->shift[0] != 0) break;
      gated.a *= f->scale[0], gated.b *= f->scale[0];
      gated.between.insert(factor);
      factor = f->x;
    }
    gated.x = factor;
  }

  const Graph& graph_;
  const Rewriter& rewriter_;
  std::map<ValueId, NodeId> user_;
};

/// The function that x * (a * g(p(x)) + b) is; nothing if none is known.
std::optional<ops::Unary> function_of(const ops::Unary& g, const Polynomial& p, const Gated& gated) {
  using enum ops::UnaryFn;
  const bool half = about(gated.a, 0.5) && about(gated.b, 0.5);
  const bool plain = about(gated.a, 1) && std::abs(gated.b) < 1e-6;
  const double cubic = std::sqrt(2 * std::numbers::inv_pi);
  const bool linear = p[2] == 0 && p[3] == 0;
  const auto is_hard_sigmoid = [&](double scale, double shift) { return about(scale, 1.0 / 6) && about(shift, 0.5); };
  switch (g.fn) {
    case Erf:
      if (half && about_equal(p, {0, std::numbers::sqrt2 / 2})) return ops::Unary{Gelu};
      break;
    case Tanh:
      if (half && about_equal(p, {0, cubic, 0, cubic * 0.044715})) return ops::Unary{GeluTanh};
      break;
    case Sigmoid:
      if (plain && linear && p[0] == 0) return ops::Unary{.fn = Swish, .alpha = p[1]};
      break;
    case HardSigmoid:
      if (plain && linear && is_hard_sigmoid(g.alpha * p[1], g.alpha * p[0] + g.beta)) return ops::Unary{HardSwish};
      break;
    case Clip: {
      const bool bounds = std::abs(gated.a * g.alpha + gated.b) < 1e-6 && about(gated.a * g.beta + gated.b, 1);
      if (linear && gated.a > 0 && bounds && is_hard_sigmoid(gated.a * p[1], gated.a * p[0] + gated.b))
        return ops::Unary{HardSwish};
      break;
    }
    default:
      break;
  }
  return std::nullopt;
}

/// x * tanh(softplus(x)).
std::optional<ops::Unary> mish(const Graph& graph, const Node& g, Gated& gated) {
  const Node* inner = made_by(graph, g.inputs[0], ops::UnaryFn::Softplus);
  const bool plain = gated.a == 1 && gated.b == 0;
  if (inner == nullptr || std::get<ops::Unary>(g.op).fn != ops::UnaryFn::Tanh || inner->inputs[0] != gated.x || !plain)
    return std::nullopt;
  gated.between.insert(g.inputs[0]);
  return ops::Unary{ops::UnaryFn::Mish};
}

struct GateMatch {
  ValueId x = kNoValue;
  ops::Unary op;
  ValueId last = kNoValue;
  std::set<ValueId> between;
};

std::optional<GateMatch> match_gate(const Graph& graph, const GateFollower& follower, const Node& g) {
  constexpr int kMostSteps = 4;
  const auto* gate = std::get_if<ops::Unary>(&g.op);
  if (gate == nullptr || !is_float(graph.type(g.output).dtype)) return std::nullopt;
  Gated gated;
  ValueId at = g.output;
  for (int i = 0; i < kMostSteps && follower.step(gated, at); ++i) {
    if (gated.x == kNoValue || graph.type(gated.x) != graph.type(at)) continue;
    Gated whole = gated;
    auto function = mish(graph, g, whole);
    if (!function) {
      const auto p = PolynomialReader(graph, gated.x, whole.between).read(g.inputs[0]);
      if (p) function = function_of(*gate, *p, gated);
    }
    if (function) return GateMatch{gated.x, *function, at, whole.between};
  }
  return std::nullopt;
}

}  // namespace

int recognize_gated_activation(Graph& graph) {
  Rewriter rewriter(graph);
  const std::vector<NodeId> order = execution_order(graph);
  const GateFollower follower(graph, rewriter);
  for (const NodeId id : order) {
    if (!rewriter.is_used(graph.node(id).output)) continue;
    const Node gate = graph.node(id);
    const auto found = match_gate(graph, follower, gate);
    if (!found || !rewriter.is_used(found->last)) continue;
    const Node last = *graph.producer(found->last);
    if (rewriter.only_for(last, found->between)) rewriter.replace_by_node(last, found->op, {found->x});
  }
  return rewriter.rewrites();
}

}  // namespace exeunt

#pragma once

#include <cmath>

#include "graph/graph.h"
#include "passes/numbers.h"

namespace exeunt {

// What recognising passes ask of a value: which node makes it.

/// The node that makes `v`, if its op is a T; else null.
template <class T>
const Node* made_by(const Graph& graph, ValueId v) {
  const Node* node = graph.producer(v);
  return node != nullptr && std::holds_alternative<T>(node->op) ? node : nullptr;
}

inline const Node* made_by(const Graph& graph, ValueId v, ops::UnaryFn fn) {
  const Node* node = made_by<ops::Unary>(graph, v);
  return node != nullptr && std::get<ops::Unary>(node->op).fn == fn ? node : nullptr;
}

inline const Node* made_by(const Graph& graph, ValueId v, ops::BinaryFn fn) {
  const Node* node = made_by<ops::Binary>(graph, v);
  return node != nullptr && std::get<ops::Binary>(node->op).fn == fn ? node : nullptr;
}

/// A value and one number.
struct WithNumber {
  ValueId x;
  double number;
};

/// x and c of fn(x, c), c one constant number that does not raise x's rank; with `either`, also of fn(c, x).
inline std::optional<WithNumber> with_number(const Graph& graph, ValueId v, ops::BinaryFn fn, bool either) {
  const Node* node = made_by(graph, v, fn);
  if (node == nullptr) return std::nullopt;
  for (const std::size_t i : {std::size_t{1}, std::size_t{0}}) {
    const auto number = number_of(graph, node->inputs[i]);
    const ValueId x = node->inputs[1 - i];
    if (number && graph.type(x) == graph.type(v)) return WithNumber{x, *number};
    if (!either) break;
  }
  return std::nullopt;
}

/// x of x * x, also as a power.
inline ValueId square_of(const Graph& graph, ValueId v) {
  const Node* product = made_by(graph, v, ops::BinaryFn::Mul);
  if (product != nullptr && product->inputs[0] == product->inputs[1]) return product->inputs[0];
  const auto power = with_number(graph, v, ops::BinaryFn::Pow, false);
  return power && power->number == 2 ? power->x : kNoValue;
}

/// Equal but for rounding, as in 1 / 1.4142 for the root of a half.
inline bool about(double a, double b) { return std::abs(a - b) <= 1e-5 * std::abs(b) + 1e-7; }

}  // namespace exeunt

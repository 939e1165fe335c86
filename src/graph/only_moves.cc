#include "graph/only_moves.h"

namespace exeunt {

bool only_moves(const Node& node) {
  if (const auto* pool = std::get_if<ops::Pool>(&node.op)) return pool->fn == ops::PoolFn::max;
  if (const auto* pad = std::get_if<ops::Pad>(&node.op)) return pad->mode != ops::PadMode::constant || pad->value == 0;
  const bool moves = std::holds_alternative<ops::Slice>(node.op) || std::holds_alternative<ops::Reshape>(node.op) ||
                     std::holds_alternative<ops::Transpose>(node.op);
  return moves && node.inputs.size() == 1;
}

Op moving_bytes(const Op& op, std::int64_t zero) {
  const auto* pad = std::get_if<ops::Pad>(&op);
  if (pad == nullptr) return op;
  ops::Pad bytes = *pad;
  bytes.value = static_cast<double>(zero);
  return bytes;
}

}  // namespace exeunt

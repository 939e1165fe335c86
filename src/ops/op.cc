#include "ops/op.h"

namespace exeunt {

namespace {

/// Out of line: it is called for each op, and in every program for devices.
[[gnu::noinline]] void add(std::vector<Op>& list, Op&& op) { list.push_back(std::move(op)); }

template <class Family, class Enum>
void add_family(std::vector<Op>& list) {
  for (std::size_t i = 0; i < ops::kEnumNames<Enum>.size(); ++i) {
    Family op;
    op.fn = static_cast<Enum>(i);
    add(list, op);
  }
}

template <class T>
void add_prototypes(std::vector<Op>& list) {
  if constexpr (std::same_as<T, ops::Unary>) {
    add_family<T, ops::UnaryFn>(list);
  } else if constexpr (std::same_as<T, ops::Binary>) {
    add_family<T, ops::BinaryFn>(list);
  } else if constexpr (std::same_as<T, ops::Compare>) {
    add_family<T, ops::CompareFn>(list);
  } else if constexpr (std::same_as<T, ops::Reduce>) {
    add_family<T, ops::ReduceFn>(list);
  } else if constexpr (std::same_as<T, ops::ArgReduce>) {
    add_family<T, ops::ArgReduceFn>(list);
  } else {
    add(list, T{});
  }
}

template <class... Ts>
std::vector<Op> all_prototypes(const std::variant<Ts...>*) {
  std::vector<Op> list;
  (add_prototypes<Ts>(list), ...);
  return list;
}

}  // namespace

std::string_view op_name(const Op& op) noexcept {
  return std::visit(
      [](const auto& o) -> std::string_view {
        if constexpr (requires { o.name(); }) {
          return o.name();
        } else {
          return o.kName;
        }
      },
      op);
}

std::span<const Op> op_prototypes() {
  static const std::vector<Op> list = all_prototypes(static_cast<const Op*>(nullptr));
  return list;
}

TensorType infer_type(const Op& op, ops::Types in) {
  const TensorType type = std::visit([&](const auto& o) { return infer(o, in); }, op);
  checked_bytes(type);
  return type;
}

void run_reference(const Op& op, ops::Inputs in, ops::Outputs out) {
  std::visit([&](const auto& o) { reference(o, in, out); }, op);
}

double estimate_work(const Op& op, ops::Types in, const TensorType& out) {
  return std::visit(
      [&](const auto& o) {
        if constexpr (requires { work(o, in, out); }) {
          return work(o, in, out);
        } else {
          return static_cast<double>(out.shape.elements());
        }
      },
      op);
}

double count_macs(const Op& op, ops::Types in, const TensorType& out) {
  const bool product = std::holds_alternative<ops::Conv>(op) || std::holds_alternative<ops::ConvTranspose>(op) ||
                       std::holds_alternative<ops::Gemm>(op) || std::holds_alternative<ops::MatMul>(op) ||
                       std::holds_alternative<ops::QuantizedConv>(op);
  return product ? estimate_work(op, in, out) : 0;
}

}  // namespace exeunt

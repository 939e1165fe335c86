#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class ArgReduceFn : std::uint8_t { ArgMax, ArgMin };

template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<ArgReduceFn> = {"ArgMax", "ArgMin"};

/// The place along `axis` of the largest or smallest element, as i64; of several the first, or the last with
/// `select_last_index`. The axis stays as size 1 with `keepdims`. Numbers of any dtype; a NaN wins.
/// Source: ONNX ArgMax-1..-13, ArgMin-1..-13.
struct ArgReduce {
  ArgReduceFn fn = ArgReduceFn::ArgMax;
  std::int64_t axis = 0;
  bool keepdims = true;
  bool select_last_index = false;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const ArgReduce&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("axis", self.axis), visit("keepdims", self.keepdims), visit("select_last_index", self.select_last_index);
  }
};

TensorType infer(const ArgReduce& op, Types in);
void reference(const ArgReduce& op, Inputs in, Outputs out);
double work(const ArgReduce& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

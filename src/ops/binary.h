#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Functions of two elements, under their ONNX names. And, Or, Xor take bool, the others numbers.
/// Integer division truncates; division by zero gives 0, the smallest value over -1 itself.
enum class BinaryFn : std::uint8_t { Add, And, Div, Max, Min, Mul, Or, Pow, Sub, Xor };

template <>
inline constexpr std::array<std::string_view, 10> kEnumNames<BinaryFn> = {"Add", "And", "Div", "Max", "Min",
                                                                          "Mul", "Or",  "Pow", "Sub", "Xor"};

/// y = fn(a, b), broadcast as in NumPy; one dtype (Pow's exponent may have another).
/// Source: the ONNX ops of those names, opset 7 and later.
struct Binary {
  BinaryFn fn = BinaryFn::Add;

  std::string_view name() const noexcept { return enum_name(fn); }
  bool operator==(const Binary&) const = default;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
};

TensorType infer(const Binary& op, Types in);
void reference(const Binary& op, Inputs in, Outputs out);

}  // namespace exeunt::ops

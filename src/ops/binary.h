#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Functions of two elements, under their ONNX names (BitShift and Mod in their two forms). And, Or, Xor take bool,
/// Bit... and Mod integers (shifts: unsigned ones), the others numbers.
/// Integer division truncates; division by zero gives 0, the smallest value over -1 itself.
/// Mod has the sign of b, Fmod that of a; modulo 0 is 0 for integers. Shifts by the width or more give 0.
/// PRelu is a, where a is negative b * a; b may not be larger than a.
enum class BinaryFn : std::uint8_t {
  Add,
  And,
  BitShiftLeft,
  BitShiftRight,
  BitwiseAnd,
  BitwiseOr,
  BitwiseXor,
  Div,
  Fmod,
  Max,
  Min,
  Mod,
  Mul,
  Or,
  PRelu,
  Pow,
  Sub,
  Xor
};

template <>
inline constexpr std::array<std::string_view, 18> kEnumNames<BinaryFn> = {
    "Add", "And", "BitShiftLeft", "BitShiftRight", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "Fmod",
    "Max", "Min", "Mod",          "Mul",           "Or",         "PRelu",     "Pow",        "Sub", "Xor"};

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

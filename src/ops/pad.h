#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class PadMode : std::uint8_t { constant, reflect, edge, wrap };

template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<PadMode> = {"constant", "reflect", "edge", "wrap"};

/// Adds pads[i] elements before and pads[rank + i] after axis i; negative counts cut off, before the
/// modes repeat what is left. `value` fills in mode constant.
/// Source: ONNX Pad-2, -11, -13, -18, -19 with constant pads.
struct Pad {
  static constexpr std::string_view kName = "Pad";
  Ints pads;
  PadMode mode = PadMode::constant;
  double value = 0;

  bool operator==(const Pad&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("pads", self.pads), visit("mode", self.mode), visit("value", self.value);
  }
};

TensorType infer(const Pad& op, Types in);
void reference(const Pad& op, Inputs in, Outputs out);

}  // namespace exeunt::ops

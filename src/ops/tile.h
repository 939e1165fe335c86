#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

/// Repeats x repeats[i] times along axis i.
/// Source: ONNX Tile-6, -13 with constant repeats.
struct Tile {
  static constexpr std::string_view kName = "Tile";
  Ints repeats;

  bool operator==(const Tile&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("repeats", self.repeats);
  }
};

TensorType infer(const Tile& op, Types in);
void reference(const Tile& op, Inputs in, Outputs out);

}  // namespace exeunt::ops

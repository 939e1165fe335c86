#pragma once

#include "ops/fields.h"
#include "ops/operands.h"

namespace exeunt::ops {

enum class TopKPart : std::uint8_t { values, indices };

template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<TopKPart> = {"values", "indices"};

/// The k largest (or smallest) elements along `axis`, best first, or their indices as i64. Of equals
/// the one with the lower index comes first; NaN is larger than every number.
/// Source: ONNX TopK-10, -11 with a constant k, one node for each output; `sorted` 0 leaves the order open.
struct TopK {
  static constexpr std::string_view kName = "TopK";
  std::int64_t k = 1;
  std::int64_t axis = -1;
  bool largest = true;
  TopKPart part = TopKPart::values;

  bool operator==(const TopK&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("k", self.k), visit("axis", self.axis), visit("largest", self.largest), visit("part", self.part);
  }
};

TensorType infer(const TopK& op, Types in);
void reference(const TopK& op, Inputs in, Outputs out);
double work(const TopK& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

#pragma once

#include "ops/operands.h"
#include "ops/window.h"

namespace exeunt::ops {

enum class PoolFn : std::uint8_t { max, average, lp };

template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<PoolFn> = {"max", "average", "lp"};

/// Pooling over 1 to 3 spatial axes. x [N,C,spatial...] -> y [N,C,spatial...].
///
/// `count_include_pad` counts padding in an average (never what ceil_mode hangs over the end of it).
/// Max takes every numeric dtype, the others floats; lp is (sum of |x|^p)^(1/p). A NaN in a
/// window makes its maximum NaN; padding is the lowest value. Import writes global pooling as a window of the whole
/// input. Source: ONNX MaxPool-1..-22 (first output), AveragePool-1..-22, LpPool-2..-22, GlobalAveragePool-1, -22,
/// GlobalMaxPool-1, -22, GlobalLpPool-2, -22.
struct Pool {
  static constexpr std::string_view kName = "Pool";
  PoolFn fn = PoolFn::max;
  Ints kernel;
  Ints strides;
  Ints pads;
  Ints dilations;
  bool ceil_mode = false;
  bool count_include_pad = false;
  std::int64_t p = 2;

  bool operator==(const Pool&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("fn", self.fn), visit("kernel", self.kernel), visit("strides", self.strides), visit("pads", self.pads);
    visit("dilations", self.dilations), visit("ceil_mode", self.ceil_mode);
    visit("count_include_pad", self.count_include_pad), visit("p", self.p);
  }
};

TensorType infer(const Pool& op, Types in);
void reference(const Pool& op, Inputs in, Outputs out);
double work(const Pool& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

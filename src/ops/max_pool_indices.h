#pragma once

#include "ops/operands.h"
#include "ops/window.h"

namespace exeunt::ops {

/// Where max pooling (see Pool) found its values: element offsets in the whole of x, as i64. Of equal values the
/// first counts; a window over padding alone has none and gives -1. With `column_major` offsets count the first
/// spatial axis fastest; x itself stays row-major. Source: ONNX MaxPool-8..-22 (second output).
struct MaxPoolIndices {
  static constexpr std::string_view kName = "MaxPoolIndices";
  Ints kernel;
  Ints strides;
  Ints pads;
  Ints dilations;
  bool ceil_mode = false;
  bool column_major = false;

  bool operator==(const MaxPoolIndices&) const = default;
  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("kernel", self.kernel), visit("strides", self.strides), visit("pads", self.pads);
    visit("dilations", self.dilations), visit("ceil_mode", self.ceil_mode), visit("column_major", self.column_major);
  }
};

TensorType infer(const MaxPoolIndices& op, Types in);
void reference(const MaxPoolIndices& op, Inputs in, Outputs out);
double work(const MaxPoolIndices& op, Types in, const TensorType& out);

}  // namespace exeunt::ops

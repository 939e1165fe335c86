#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/dtype.h"
#include "diagnose/checks.h"

namespace exeunt::checks {

namespace {

std::optional<double> number(const Tensor* tensor) {
  if (tensor == nullptr || tensor->elements() != 1) return std::nullopt;
  return dispatch(tensor->dtype(),
                  [&]<class T>(TypeTag<T>) { return static_cast<double>(widen(tensor->span<T>()[0])); });
}

/// The real numbers for which an 8-bit input stands.
struct Range {
  double scale = 0;
  double zero = 0;
  double low = 0;
  double high = 0;
};

std::optional<Range> range_of(const Graph& graph, const Node& node) {
  const bool dequantizes = std::holds_alternative<ops::Dequantize>(node.op);
  const DType dtype = graph.type(dequantizes ? node.inputs[0] : node.output).dtype;
  if (dtype != DType::i8 && dtype != DType::u8) return std::nullopt;
  const bool has_zero = has_operand(node, 2);
  const auto scale = number(graph.constant(node.inputs[1]));
  const auto zero = has_zero ? number(graph.constant(node.inputs[2])) : std::optional(0.0);
  if (!scale || !zero) return std::nullopt;
  const double least = dtype == DType::i8 ? -128 : 0;
  return Range{*scale, *zero, (least - *zero) * *scale, (least + 255 - *zero) * *scale};
}

/// Pixels as they are, scaled to 1 or to -1 .. 1, or with mean and standard deviation taken out: some units wide.
bool is_usual(const Range& range) {
  constexpr double kSlack = 0.02;
  if (!(range.scale > 0) || !std::isfinite(range.scale) || range.low > 0 || range.high < 0) return false;
  const double width = range.high - range.low;
  constexpr double kStandardised[] = {3, 10};
  if (width >= kStandardised[0] && width <= kStandardised[1]) return true;
  return std::ranges::any_of(std::initializer_list<double>{1, 2, 255},
                             [&](double usual) { return std::abs(width - usual) <= kSlack * usual; });
}

}  // namespace

void input_scale(const Subject& subject, std::vector<Warning>& warnings) {
  const Graph& graph = subject.imported;
  for (const Node& node : graph.nodes) {
    const bool quantized =
        std::holds_alternative<ops::Quantize>(node.op) || std::holds_alternative<ops::Dequantize>(node.op);
    if (!quantized || std::ranges::find(graph.inputs, node.inputs[0]) == graph.inputs.end()) continue;
    const auto range = range_of(graph, node);
    if (!range || is_usual(*range)) continue;
    warnings.push_back(
        {"input_scale", node.name,
         fmt::format("the 8-bit input '{}' has scale {:.4g} and zero point {:g}: it stands for {:.4g} .. "
                     "{:.4g}, which no usual picture range is",
                     graph.value(node.inputs[0]).name, range->scale, range->zero, range->low, range->high),
         "usual are 0 .. 255, 0 .. 1, -1 .. 1 and standardised pixels; calibrate with data as the model "
         "will get it"});
  }
}

}  // namespace exeunt::checks

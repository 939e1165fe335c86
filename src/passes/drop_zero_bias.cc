#include <algorithm>

#include "base/dtype.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

constexpr std::size_t kBias = 2;

bool takes_bias(const Op& op) {
  return std::holds_alternative<ops::Conv>(op) || std::holds_alternative<ops::ConvTranspose>(op) ||
         std::holds_alternative<ops::Gemm>(op);
}

bool is_zero(const Tensor& tensor) {
  return dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    return std::ranges::all_of(tensor.span<T>(), [](T value) { return static_cast<double>(widen(value)) == 0; });
  });
}

}  // namespace

int drop_zero_bias(Graph& graph) {
  int rewrites = 0;
  for (Node& node : graph.nodes) {
    if (!takes_bias(node.op) || node.inputs.size() <= kBias) continue;
    const Tensor* bias = graph.constant(node.inputs[kBias]);
    if (bias == nullptr || !is_zero(*bias)) continue;
    node.inputs[kBias] = kNoValue;
    while (node.inputs.back() == kNoValue) node.inputs.pop_back();
    ++rewrites;
  }
  return rewrites;
}

}  // namespace exeunt

#include "engine/compile/sampled_error.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "base/half.h"

namespace exeunt {

namespace {

constexpr int kSamples = 192;

double number_at(DType dtype, const std::byte* data, std::int64_t offset) {
  if (dtype == DType::bf16)
    return static_cast<double>(static_cast<float>(reinterpret_cast<const BFloat16*>(data)[offset]));
  if (dtype == DType::f16) return static_cast<double>(static_cast<float>(reinterpret_cast<const Half*>(data)[offset]));
  return static_cast<double>(reinterpret_cast<const float*>(data)[offset]);
}

/// A tensor of f32, bf16 or f16 as a step sees it.
struct SampledTensor {
  DType dtype;
  const std::byte* data;
  Strides strides;

  double at(const std::vector<std::int64_t>& index) const {
    std::int64_t offset = 0;
    for (std::size_t a = 0; a < index.size(); ++a) offset += index[a] * strides[a];
    return number_at(dtype, data, offset);
  }
};

/// The sum behind the result at `y`, as the op defines it.
double convolve_at(const ops::Conv& op, const SampledTensor& x, const Shape& xs, const Tensor& weights,
                   const std::vector<std::int64_t>& y) {
  const Shape& ws = weights.shape();
  const std::int64_t first_channel = y[1] / (ws[0] / op.group) * ws[1];
  const std::byte* w = weights.view().data;
  std::vector<std::int64_t> at = y;
  double sum = 0;
  const std::int64_t taps = ws.elements() / ws[0] / ws[1];
  const std::size_t axes = op.strides.size();
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    std::int64_t rest = tap;
    bool inside = true;
    for (std::size_t a = axes; a-- > 0;) {
      const int axis = static_cast<int>(a) + 2;
      at[a + 2] = y[a + 2] * op.strides[a] - op.pads[a] + rest % ws[axis] * op.dilations[a];
      rest /= ws[axis];
      inside = inside && at[a + 2] >= 0 && at[a + 2] < xs[axis];
    }
    if (!inside) continue;
    for (std::int64_t c = 0; c < ws[1]; ++c) {
      at[1] = first_channel + c;
      sum += x.at(at) * number_at(weights.dtype(), w, (y[1] * ws[1] + c) * taps + tap);
    }
  }
  return sum;
}

double activate(const ops::Conv& op, double x) {
  if (op.activation == ops::Activation::relu) return std::max(x, 0.0);
  if (op.activation == ops::Activation::clip) return std::clamp(x, op.activation_alpha, op.activation_beta);
  return x;
}

}  // namespace

double sampled_error(const Graph& graph, const Node& node, const Candidate& candidate, std::byte* const* operands) {
  const auto* op = std::get_if<ops::Conv>(&node.op);
  if (op == nullptr) return 0;
  const Shape& ys = graph.type(node.output).shape;
  const Shape& xs = graph.type(node.inputs[0]).shape;
  std::vector<SampledTensor> uses;
  for (std::size_t i = 0; i < candidate.uses.size(); ++i) {
    const TensorType& type = graph.type(node.inputs[candidate.uses[i].index]);
    uses.push_back({type.dtype, operands[i], candidate.uses[i].layout.strides(type.shape)});
  }
  const SampledTensor result{graph.type(node.output).dtype, operands[uses.size()], candidate.result.strides(ys)};
  const Tensor* bias = node.inputs.size() > 2 ? graph.constant(node.inputs[2]) : nullptr;
  std::minstd_rand random(1);
  double worst = 0;
  double squares = 0;
  for (int k = 0; k < kSamples; ++k) {
    std::vector<std::int64_t> y;
    for (const std::int64_t dim : ys) y.push_back(static_cast<std::int64_t>(random()) % dim);
    double wanted = convolve_at(*op, uses[0], xs, *graph.constant(node.inputs[1]), y);
    if (bias != nullptr) wanted += number_at(bias->dtype(), bias->view().data, y[1]);
    if (uses.size() > 1) wanted += uses[1].at(y);
    squares += wanted * wanted;
    worst = std::max(worst, std::abs(result.at(y) - activate(*op, wanted)));
  }
  return worst / std::max(std::sqrt(squares / kSamples), 1e-30);
}

}  // namespace exeunt

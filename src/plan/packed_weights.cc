#include "plan/packed_weights.h"

#include <cstring>

namespace exeunt {

PackedWeights WeightPacker::pack(const Tensor* weights, const Tensor* bias, const std::string& order,
                                 std::size_t floats, const std::function<void(std::span<float>)>& fill) {
  PackedWeights& packed = packed_[{weights, bias, order}];
  if (packed == nullptr) {
    auto buffer = std::make_shared<AlignedBuffer>(floats * sizeof(float));
    fill({reinterpret_cast<float*>(buffer->data()), floats});
    packed = std::move(buffer);
  }
  return packed;
}

void PlanWeights::reserve(const PackedWeights& weights) {
  constexpr std::size_t kLine = 64;
  if (offsets_.emplace(weights, bytes_).second) bytes_ += (weights->size() + kLine - 1) / kLine * kLine;
}

void PlanWeights::move_in() {
  memory_ = AlignedBuffer(bytes_);
  for (const auto& [weights, offset] : offsets_) std::memcpy(memory_.data() + offset, weights->data(), weights->size());
}

const float* PlanWeights::address(const PackedWeights& weights) const {
  return reinterpret_cast<const float*>(memory_.data() + offsets_.at(weights));
}

}  // namespace exeunt

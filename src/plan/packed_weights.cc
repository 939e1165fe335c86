#include "plan/packed_weights.h"

#include <cstring>

namespace exeunt {

PackedWeights WeightPacker::pack(const Tensor* weights, const Tensor* bias, const std::string& order,
                                 std::size_t floats, const std::function<void(std::span<float>)>& fill) {
  const auto [known, is_new] = index_.emplace(std::tuple{weights, bias, order}, entries_.size());
  if (!is_new) return entries_[known->second].packed;
  Entry entry{weights, bias, order, nullptr};
  if (source_) {
    entry.packed = source_(entry, floats);
  } else {
    AlignedBuffer buffer(floats * sizeof(float));
    fill({reinterpret_cast<float*>(buffer.data()), floats});
    entry.packed = std::make_shared<const PackedBuffer>(std::move(buffer));
  }
  entries_.push_back(std::move(entry));
  return entries_.back().packed;
}

void PlanWeights::reserve(const PackedWeights& weights) {
  if (offsets_.emplace(weights, bytes_).second) bytes_ += whole_lines(weights->size());
}

void PlanWeights::move_in() {
  memory_ = AlignedBuffer::uninitialized(bytes_);
  for (const auto& [weights, offset] : offsets_) std::memcpy(memory_.data() + offset, weights->data(), weights->size());
}

const float* PlanWeights::address(const PackedWeights& weights) const {
  return reinterpret_cast<const float*>(memory_.data() + offsets_.at(weights));
}

}  // namespace exeunt

#pragma once

#include <exeunt/tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>

#include "base/aligned_buffer.h"

namespace exeunt {

/// Weights in the order in which a kernel reads them. Shared by all steps that want the same ones in the same order.
using PackedWeights = std::shared_ptr<const AlignedBuffer>;

/// Says where weights lie from now on; may let go of where they lay.
using MoveWeights = std::function<const float*(PackedWeights&)>;

/// Packs each pair of weights and bias once per order while a plan is built, however many candidates and exits ask.
class WeightPacker {
 public:
  /// @param order   names what `fill` does, with every parameter that matters
  /// @param floats  how many there are; zero where `fill` writes nothing
  PackedWeights pack(const Tensor* weights, const Tensor* bias, const std::string& order, std::size_t floats,
                     const std::function<void(std::span<float>)>& fill);

 private:
  std::map<std::tuple<const Tensor*, const Tensor*, std::string>, PackedWeights> packed_;
};

/// The packed weights of a finished plan in one piece of memory, in the order of its steps, so that large pages can
/// hold them.
class PlanWeights {
 public:
  /// Counts the weights in. Twice the same ones: once.
  void reserve(const PackedWeights& weights);
  /// Copies all that is reserved into memory of its own.
  void move_in();
  /// Where they lie now.
  const float* address(const PackedWeights& weights) const;
  /// Lets go of the originals; no address can be asked for any more.
  void release_originals() { offsets_.clear(); }
  std::size_t bytes() const noexcept { return bytes_; }

 private:
  std::map<PackedWeights, std::size_t> offsets_;
  std::size_t bytes_ = 0;
  AlignedBuffer memory_;
};

}  // namespace exeunt

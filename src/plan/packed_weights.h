#pragma once

#include <exeunt/tensor.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "base/aligned_buffer.h"

namespace exeunt {

/// Weights in the order in which a kernel reads them: in memory of their own, or where a plan file has them.
class PackedBuffer {
 public:
  explicit PackedBuffer(AlignedBuffer memory) : memory_(std::move(memory)), bytes_(memory_.data(), memory_.size()) {}
  /// Borrows `place`, aligned to 64 bytes, which outlives the building of a plan.
  explicit PackedBuffer(std::span<const std::byte> place) : bytes_(place) {}

  const std::byte* data() const noexcept { return bytes_.data(); }
  std::size_t size() const noexcept { return bytes_.size(); }

 private:
  AlignedBuffer memory_;
  std::span<const std::byte> bytes_;
};

/// Shared by all steps that want the same weights in the same order.
using PackedWeights = std::shared_ptr<const PackedBuffer>;

/// Says where weights lie from now on; may let go of where they lay.
using MoveWeights = std::function<const float*(PackedWeights&)>;

/// Packs each pair of weights and bias once per order while a plan is built, however many candidates and exits ask.
class WeightPacker {
 public:
  /// What is packed, and how.
  struct Entry {
    const Tensor* weights = nullptr;
    const Tensor* bias = nullptr;
    std::string order;
    PackedWeights packed;
  };
  /// Finds weights that were packed before. @throws Error if it does not have them
  using Source = std::function<PackedWeights(const Entry& wanted, std::size_t floats)>;

  explicit WeightPacker(Source source = {}) : source_(std::move(source)) {}

  /// @param order   names what `fill` does, with every parameter that matters
  /// @param floats  how many there are; zero where `fill` writes nothing
  /// @param fill    the only place that may read the elements of `weights` and `bias`: a plan that was loaded has none
  PackedWeights pack(const Tensor* weights, const Tensor* bias, const std::string& order, std::size_t floats,
                     const std::function<void(std::span<float>)>& fill);

  /// All that was packed, in the order in which it was first asked for.
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  Source source_;
  std::map<std::tuple<const Tensor*, const Tensor*, std::string>, std::size_t> index_;
  std::vector<Entry> entries_;
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

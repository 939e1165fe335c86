#include "plan/arena.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>

namespace exeunt {

namespace {

/// Real networks with a gap left by all orders need about ten.
constexpr int kRetries = 20;

std::size_t rounded(std::size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

std::size_t peak_live(std::span<const BufferUse> buffers) {
  std::map<int, std::ptrdiff_t> changes;  // of the live bytes, by position
  for (const BufferUse& buffer : buffers) {
    changes[buffer.first] += static_cast<std::ptrdiff_t>(rounded(buffer.bytes));
    changes[buffer.last + 1] -= static_cast<std::ptrdiff_t>(rounded(buffer.bytes));
  }
  std::ptrdiff_t live = 0;
  std::ptrdiff_t peak = 0;
  for (const auto& [position, change] : changes) peak = std::max(peak, live += change);
  return static_cast<std::size_t>(peak);
}

/// The placed buffers, found by when they live: most of a long graph's never meet.
class Placed {
 public:
  explicit Placed(std::span<const BufferUse> buffers) : buffers_(buffers) {
    for (const BufferUse& buffer : buffers) {
      const auto needed = static_cast<std::size_t>(buffer.last / kPositions) + 1;
      blocks_.resize(std::max(blocks_.size(), needed));
    }
  }

  void add(std::size_t id) {
    for (auto& block : blocks_of(buffers_[id])) block.push_back(id);
  }

  /// Those that live at one time with `buffer`; some more than once.
  std::vector<std::size_t> meeting(const BufferUse& buffer) {
    std::vector<std::size_t> met;
    for (const auto& block : blocks_of(buffer)) {
      std::ranges::copy_if(block, std::back_inserter(met), [&](std::size_t id) {
        return buffers_[id].first <= buffer.last && buffer.first <= buffers_[id].last;
      });
    }
    return met;
  }

 private:
  static constexpr int kPositions = 64;

  std::span<std::vector<std::size_t>> blocks_of(const BufferUse& buffer) {
    const auto first = static_cast<std::size_t>(buffer.first / kPositions);
    return std::span(blocks_).subspan(first, static_cast<std::size_t>(buffer.last / kPositions) + 1 - first);
  }

  std::span<const BufferUse> buffers_;
  std::vector<std::vector<std::size_t>> blocks_;  // ids by the positions that they live at, kPositions together
};

/// Places the buffers in this order, each in the lowest gap that is free for its whole life.
ArenaPlan place(std::span<const BufferUse> buffers, std::span<const std::size_t> order) {
  ArenaPlan plan{std::vector<std::size_t>(buffers.size()), 0, 0};
  Placed placed(buffers);
  for (const std::size_t id : order) {
    const BufferUse& buffer = buffers[id];
    std::vector<std::size_t> others = placed.meeting(buffer);
    std::ranges::sort(others, {}, [&](std::size_t other) { return plan.offsets[other]; });
    std::size_t offset = 0;
    for (const std::size_t other : others) {
      if (plan.offsets[other] >= offset + rounded(buffer.bytes)) break;
      offset = std::max(offset, plan.offsets[other] + rounded(buffers[other].bytes));
    }
    plan.offsets[id] = offset;
    plan.bytes = std::max(plan.bytes, offset + rounded(buffer.bytes));
    placed.add(id);
  }
  return plan;
}

}  // namespace

ArenaPlan plan_arena(std::span<const BufferUse> buffers) {
  const auto size = [&](std::size_t i) { return buffers[i].bytes; };
  const auto life = [&](std::size_t i) { return static_cast<std::size_t>(buffers[i].last - buffers[i].first + 1); };
  const std::vector<std::function<bool(std::size_t, std::size_t)>> orders = {
      [&](auto a, auto b) { return size(a) > size(b); },
      [&](auto a, auto b) { return size(a) * life(a) > size(b) * life(b); },
      [&](auto a, auto b) { return life(a) > life(b); },
      [&](auto a, auto b) { return buffers[a].first < buffers[b].first; },
  };
  ArenaPlan best;
  const std::size_t peak = peak_live(buffers);
  for (std::size_t i = 0; i < orders.size(); ++i) {
    std::vector<std::size_t> ids(buffers.size());
    std::iota(ids.begin(), ids.end(), std::size_t{0});
    std::ranges::stable_sort(ids, orders[i]);
    for (int retry = 0; retry <= kRetries; ++retry) {
      ArenaPlan plan = place(buffers, ids);
      // The buffer that came to lie highest chooses first next time.
      const auto highest = std::ranges::find_if(
          ids, [&](std::size_t id) { return plan.offsets[id] + rounded(buffers[id].bytes) == plan.bytes; });
      if (highest != ids.end()) std::rotate(ids.begin(), highest, highest + 1);
      if ((i == 0 && retry == 0) || plan.bytes < best.bytes) best = std::move(plan);
      if (best.bytes <= peak) break;
    }
  }
  best.peak_live_bytes = peak;
  return best;
}

}  // namespace exeunt

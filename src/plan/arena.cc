#include "plan/arena.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace exeunt {

namespace {

/// Real networks with a gap left by all orders need about ten.
constexpr int kRetries = 20;

std::size_t rounded(std::size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

std::size_t peak_live(std::span<const BufferUse> buffers) {
  std::size_t peak = 0;
  for (const BufferUse& at : buffers) {
    std::size_t live = 0;
    for (const BufferUse& other : buffers) {
      if (other.first <= at.first && at.first <= other.last) live += rounded(other.bytes);
    }
    peak = std::max(peak, live);
  }
  return peak;
}

/// Places the buffers in this order, each in the lowest gap that is free for its whole life.
ArenaPlan place(std::span<const BufferUse> buffers, std::span<const std::size_t> order) {
  ArenaPlan plan{std::vector<std::size_t>(buffers.size()), 0, 0};
  std::vector<std::size_t> placed;  // by offset
  for (const std::size_t id : order) {
    const BufferUse& buffer = buffers[id];
    std::size_t offset = 0;
    for (const std::size_t other : placed) {
      const bool together = buffers[other].first <= buffer.last && buffer.first <= buffers[other].last;
      if (!together) continue;
      if (plan.offsets[other] >= offset + rounded(buffer.bytes)) break;
      offset = std::max(offset, plan.offsets[other] + rounded(buffers[other].bytes));
    }
    plan.offsets[id] = offset;
    plan.bytes = std::max(plan.bytes, offset + rounded(buffer.bytes));
    const auto where = std::ranges::upper_bound(placed, offset, {}, [&](std::size_t p) { return plan.offsets[p]; });
    placed.insert(where, id);
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

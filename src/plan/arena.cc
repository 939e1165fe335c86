#include "plan/arena.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace exeunt {

namespace {

/// Real networks with a gap left by all orders need about ten.
constexpr int kRetries = 20;

std::size_t rounded(std::size_t bytes) { return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment; }

/// @param positions  more than any buffer's last
std::size_t peak_live(std::span<const BufferUse> buffers, std::size_t positions) {
  std::vector<std::size_t> begun(positions + 1);  // bytes
  std::vector<std::size_t> ended(positions + 1);
  for (const BufferUse& buffer : buffers) {
    begun[static_cast<std::size_t>(buffer.first)] += rounded(buffer.bytes);
    ended[static_cast<std::size_t>(buffer.last) + 1] += rounded(buffer.bytes);
  }
  std::size_t live = 0;
  std::size_t peak = 0;
  for (std::size_t at = 0; at < positions; ++at) {
    live += begun[at] - ended[at];
    peak = std::max(peak, live);
  }
  return peak;
}

/// The placed buffers, found by when they begin: most of a long graph's are needed for a few steps, and never meet.
class Placed {
 public:
  Placed(std::span<const BufferUse> buffers, std::size_t positions)
      : buffers_(buffers), begun_(positions / kPositions + 1) {}

  void add(std::size_t id) {
    const BufferUse& buffer = buffers_[id];
    (block_of(buffer.last) - block_of(buffer.first) > kShortBlocks ? long_ : begun_[block_of(buffer.first)])
        .push_back(id);
  }

  /// Those that live at one time with `buffer`.
  std::vector<std::size_t> meeting(const BufferUse& buffer) const {
    std::vector<std::size_t> met;
    const auto look_at = [&](const std::vector<std::size_t>& ids) {
      for (const std::size_t id : ids) {
        if (buffers_[id].first <= buffer.last && buffer.first <= buffers_[id].last) met.push_back(id);
      }
    };
    look_at(long_);
    const std::size_t first = block_of(buffer.first);
    for (std::size_t at = first - std::min(first, kShortBlocks); at <= block_of(buffer.last); ++at) look_at(begun_[at]);
    return met;
  }

 private:
  static constexpr std::size_t kPositions = 64;   // a block
  static constexpr std::size_t kShortBlocks = 4;  // a short life ends so many blocks behind its beginning at most

  static std::size_t block_of(int position) { return static_cast<std::size_t>(position) / kPositions; }

  std::span<const BufferUse> buffers_;
  std::vector<std::vector<std::size_t>> begun_;  // ids of short lives by the block in which they begin
  std::vector<std::size_t> long_;
};

/// Places the buffers in this order, each in the lowest gap that is free for its whole life.
ArenaPlan place(std::span<const BufferUse> buffers, std::span<const std::size_t> order, std::size_t positions) {
  ArenaPlan plan{std::vector<std::size_t>(buffers.size()), 0, 0};
  Placed placed(buffers, positions);
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

/// The ways to order buffers: what is larger comes first.
enum class By { size, size_and_life, life, begin };

std::size_t key_of(const BufferUse& buffer, By by) {
  const auto life = static_cast<std::size_t>(buffer.last - buffer.first + 1);
  switch (by) {
    case By::size:
      return buffer.bytes;
    case By::size_and_life:
      return buffer.bytes * life;
    case By::life:
      return life;
    default:
      return std::numeric_limits<std::size_t>::max() - static_cast<std::size_t>(buffer.first);
  }
}

std::vector<std::size_t> ordered(std::span<const BufferUse> buffers, By by) {
  std::vector<std::size_t> ids(buffers.size());
  std::iota(ids.begin(), ids.end(), std::size_t{0});
  std::ranges::sort(ids, [&](std::size_t a, std::size_t b) {
    const std::size_t key_a = key_of(buffers[a], by);
    const std::size_t key_b = key_of(buffers[b], by);
    return key_a != key_b ? key_a > key_b : a < b;
  });
  return ids;
}

}  // namespace

ArenaPlan plan_arena(std::span<const BufferUse> given) {
  std::vector<BufferUse> buffers(given.begin(), given.end());
  // Behind the last beginning nobody new is met: a life without end becomes one that can be counted out.
  int last_first = 0;
  for (const BufferUse& buffer : buffers) last_first = std::max(last_first, buffer.first);
  for (BufferUse& buffer : buffers) buffer.last = std::min(buffer.last, last_first);
  const std::size_t positions = static_cast<std::size_t>(last_first) + 1;
  ArenaPlan best;
  const std::size_t peak = peak_live(buffers, positions);
  for (const By by : {By::size, By::size_and_life, By::life, By::begin}) {
    std::vector<std::size_t> ids = ordered(buffers, by);
    for (int retry = 0; retry <= kRetries; ++retry) {
      ArenaPlan plan = place(buffers, ids, positions);
      // The buffer that came to lie highest chooses first next time.
      const auto highest = std::ranges::find_if(
          ids, [&](std::size_t id) { return plan.offsets[id] + rounded(buffers[id].bytes) == plan.bytes; });
      if (highest != ids.end()) std::rotate(ids.begin(), highest, highest + 1);
      if ((by == By::size && retry == 0) || plan.bytes < best.bytes) best = std::move(plan);
      if (best.bytes <= peak) break;
    }
  }
  best.peak_live_bytes = peak;
  return best;
}

}  // namespace exeunt

#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace exeunt {

/// A buffer that is needed from position `first` to `last`, both inclusive, of the linear order of steps.
struct BufferUse {
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
};

struct ArenaPlan {
  std::vector<std::size_t> offsets;  ///< one a buffer, multiples of kArenaAlignment
  std::size_t bytes = 0;
  std::size_t peak_live_bytes = 0;  ///< the lower bound: most (rounded) bytes alive at one position
};

inline constexpr std::size_t kArenaAlignment = 64;

/// Gives each buffer a fixed place such that no two that live at one time overlap. Greedy, first gap
/// that fits, for several orders of the buffers, each improved by a few retries; the smallest result counts.
/// Source: greedy by size, Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020.
ArenaPlan plan_arena(std::span<const BufferUse> buffers);

}  // namespace exeunt

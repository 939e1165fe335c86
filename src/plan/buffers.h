#pragma once

#include <cstddef>
#include <vector>

#include "plan/arena.h"
#include "plan/plan_data.h"

namespace exeunt {

/// A piece of memory that values share: in the arena, of a constant, or of the caller.
struct Buffer {
  Operand operand;
  BufferUse use;  ///< arena only
  TreeId segment = 0;
  bool is_carried = false;  ///< read in a later segment
};

struct BufferBytes {
  std::size_t arena = 0;
  std::size_t peak_live = 0;
  std::size_t carried = 0;
};

/// Gives every arena buffer its offset, and those that a batch carries along their place in a sample's row.
BufferBytes place_buffers(std::vector<Buffer>& buffers);

}  // namespace exeunt

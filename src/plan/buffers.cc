#include "plan/buffers.h"

namespace exeunt {

BufferBytes place_buffers(std::vector<Buffer>& buffers) {
  std::vector<BufferUse> uses;
  std::vector<BufferUse> carried;
  for (const Buffer& buffer : buffers) {
    if (buffer.operand.kind != Operand::Kind::arena) continue;
    uses.push_back(buffer.use);
    if (buffer.is_carried) carried.push_back(buffer.use);
  }
  const ArenaPlan arena = plan_arena(uses);
  const ArenaPlan row = plan_arena(carried);
  std::size_t next = 0;
  std::size_t next_carried = 0;
  for (Buffer& buffer : buffers) {
    if (buffer.operand.kind != Operand::Kind::arena) continue;
    buffer.operand.offset = arena.offsets[next++];
    if (buffer.is_carried) buffer.operand.carried = static_cast<std::int64_t>(row.offsets[next_carried++]);
  }
  return {arena.bytes, arena.peak_live_bytes, row.bytes};
}

}  // namespace exeunt

#include "base/aligned_buffer.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/error.h"

namespace exeunt {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;

std::size_t machine_bytes() {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page = ::sysconf(_SC_PAGE_SIZE);
  return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) : ~std::size_t{0};
}

}  // namespace

void AlignedBuffer::Free::operator()(std::byte* p) const noexcept { std::free(p); }

AlignedBuffer::AlignedBuffer(std::size_t bytes) {
  *this = uninitialized(bytes);
  std::memset(data(), 0, bytes);
}

AlignedBuffer AlignedBuffer::uninitialized(std::size_t bytes) {
  // The kernel would promise more than there is and stop the process when it is touched.
  require(bytes <= machine_bytes(), ErrorCode::device, "{} MB of memory are needed; this machine has {} MB",
          bytes >> 20, machine_bytes() >> 20);
  // Weights that come from the third-level cache lose a third of their speed to misses of the address cache in small
  // pages. Half a large page in use is the least that is worth one.
  const std::size_t alignment = bytes >= kLargePage / 2 ? kLargePage : kAlignment;
  const std::size_t size = (std::max<std::size_t>(bytes, 1) + alignment - 1) / alignment * alignment;
  auto* memory = static_cast<std::byte*>(std::aligned_alloc(alignment, size));
  require(memory != nullptr, ErrorCode::device, "no memory for {} bytes", bytes);
  // Only a hint: where the system has no large pages to give, small ones do.
  if (alignment == kLargePage) ::madvise(memory, size, MADV_HUGEPAGE);
  AlignedBuffer buffer;
  buffer.data_.reset(memory);
  buffer.size_ = bytes;
  return buffer;
}

}  // namespace exeunt

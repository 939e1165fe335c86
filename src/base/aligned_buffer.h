#pragma once

#include <cstddef>
#include <memory>

namespace exeunt {

/// Bytes rounded up to the 64 to which buffers are aligned.
constexpr std::size_t whole_lines(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

/// Bytes aligned to 64, zero at first; from 1 MB on in large pages where the system has them. Not bound by the tensor
/// size limit.
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  /// @throws Error device if the machine does not have the memory
  explicit AlignedBuffer(std::size_t bytes);
  /// With whatever the memory holds, for those who fill all of it.
  static AlignedBuffer uninitialized(std::size_t bytes);

  std::byte* data() noexcept { return data_.get(); }
  const std::byte* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  struct Free {
    void operator()(std::byte* p) const noexcept;
  };
  std::unique_ptr<std::byte[], Free> data_;
  std::size_t size_ = 0;
};

}  // namespace exeunt

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/aligned_buffer.h"

namespace exeunt {

namespace file {
struct Plan;
}

/// To be raised whenever the form of the file, or an order in which weights are packed, changes.
inline constexpr std::uint32_t kPlanFormat = 3;

/// The bytes of a plan file, found whole and well-formed: a header with a checksum over everything, the content as
/// FlatBuffers (plan_file.fbs), the packed weights.
class PlanFile {
 public:
  /// Maps a file. @throws Error file; format if it is no plan file, of another form, cut off or changed
  static std::shared_ptr<const PlanFile> map(const std::filesystem::path& path);
  /// The same for bytes that are copied. @throws Error format
  static std::shared_ptr<const PlanFile> copy(std::span<const std::byte> bytes);
  /// Puts a file together. @param content  a finished buffer of plan_file.fbs
  static AlignedBuffer compose(std::span<const std::byte> content, std::size_t packed_bytes,
                               const std::function<void(std::byte* packed)>& fill);

  ~PlanFile();
  PlanFile(const PlanFile&) = delete;
  PlanFile& operator=(const PlanFile&) = delete;

  std::span<const std::byte> bytes() const noexcept { return bytes_; }
  const file::Plan& content() const noexcept { return *content_; }
  std::span<const std::byte> content_bytes() const noexcept { return content_bytes_; }
  /// Aligned to 64 bytes.
  std::span<const std::byte> packed() const noexcept { return packed_; }

 private:
  PlanFile() = default;
  void check();

  AlignedBuffer copy_;
  bool is_mapped_ = false;
  std::span<const std::byte> bytes_;
  std::span<const std::byte> content_bytes_;
  std::span<const std::byte> packed_;
  const file::Plan* content_ = nullptr;
};

}  // namespace exeunt

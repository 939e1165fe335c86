#include "plan/plan_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/checksum.h"
#include "base/error.h"
#include "plan_file_generated.h"

namespace exeunt {

namespace {

constexpr std::array kMagic = {'E', 'x', 'e', 'u', 'n', 't', 'P', 'l'};
constexpr std::size_t kLine = 64;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t format = kPlanFormat;
  std::uint32_t zero = 0;
  std::uint64_t checksum = 0;  ///< of all that follows
  std::uint64_t file_bytes = 0;
  std::uint64_t content_bytes = 0;  ///< from the end of the header on
  std::uint64_t packed_at = 0;
  std::uint64_t packed_bytes = 0;
  std::uint64_t reserved = 0;
};
static_assert(sizeof(Header) == kLine);
constexpr std::size_t kChecked = offsetof(Header, file_bytes);

/// An open file, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    require(fd_ >= 0, ErrorCode::file, "{}", std::strerror(errno));
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::shared_ptr<const PlanFile> PlanFile::map(const std::filesystem::path& path) {
  return with_context(path.string(), [&] {
    std::error_code ignored;
    require(!std::filesystem::is_directory(path, ignored), ErrorCode::file, "is a folder, not a file");
    const Descriptor descriptor(path);
    struct stat status = {};
    require(::fstat(descriptor.get(), &status) == 0, ErrorCode::file, "{}", std::strerror(errno));
    require(status.st_size > 0, ErrorCode::format, "is empty, not a plan file");
    const auto size = static_cast<std::size_t>(status.st_size);
    void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor.get(), 0);
    require(address != MAP_FAILED, ErrorCode::file, "cannot be mapped: {}", std::strerror(errno));
    const std::shared_ptr<PlanFile> file(new PlanFile);
    file->is_mapped_ = true;
    file->bytes_ = {static_cast<const std::byte*>(address), size};
    file->check();
    return std::shared_ptr<const PlanFile>(file);
  });
}

std::shared_ptr<const PlanFile> PlanFile::copy(std::span<const std::byte> bytes) {
  const std::shared_ptr<PlanFile> file(new PlanFile);
  file->copy_ = AlignedBuffer::uninitialized(bytes.size());
  if (!bytes.empty()) std::memcpy(file->copy_.data(), bytes.data(), bytes.size());
  file->bytes_ = {file->copy_.data(), bytes.size()};
  file->check();
  return file;
}

PlanFile::~PlanFile() {
  if (is_mapped_) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void PlanFile::check() {
  Header header;
  const std::size_t known = std::min(bytes_.size(), sizeof(header));
  std::memcpy(&header, bytes_.data(), known);
  require(known >= kMagic.size() && header.magic == kMagic, ErrorCode::format, "is not a plan file");
  require(known < kMagic.size() + sizeof(header.format) || header.format == kPlanFormat, ErrorCode::format,
          "is a plan file of form {}; this version of Exeunt reads form {}: build it again", header.format,
          kPlanFormat);
  require(known == sizeof(header), ErrorCode::format, "is cut off within its first {} bytes", sizeof(header));
  require(bytes_.size() >= header.file_bytes, ErrorCode::format, "is cut off: it holds {} of {} bytes", bytes_.size(),
          header.file_bytes);
  require(header.zero == 0 && header.checksum == fast_checksum(bytes_.subspan(kChecked)), ErrorCode::format,
          "is damaged: its checksum does not fit. Build it again");
  const std::size_t rest = bytes_.size() - sizeof(header);
  const bool fits = header.content_bytes <= rest && header.packed_at % kLine == 0 &&
                    header.packed_at >= sizeof(header) + header.content_bytes && header.packed_at <= bytes_.size() &&
                    header.packed_bytes == bytes_.size() - header.packed_at && header.file_bytes == bytes_.size();
  require(fits, ErrorCode::format, "is not well-formed: its parts do not fit into it");
  const auto* content = reinterpret_cast<const std::uint8_t*>(bytes_.data() + sizeof(header));
  flatbuffers::Verifier verifier(content, header.content_bytes);
  require(file::VerifyPlanBuffer(verifier), ErrorCode::format, "is not well-formed: its content cannot be read");
  content_ = file::GetPlan(content);
  content_bytes_ = bytes_.subspan(sizeof(header), header.content_bytes);
  packed_ = bytes_.subspan(header.packed_at);
}

AlignedBuffer PlanFile::compose(std::span<const std::byte> content, std::size_t packed_bytes,
                                const std::function<void(std::byte* packed)>& fill) {
  Header header;
  header.content_bytes = content.size();
  header.packed_at = whole_lines(sizeof(header) + content.size());
  header.packed_bytes = packed_bytes;
  header.file_bytes = header.packed_at + packed_bytes;
  AlignedBuffer bytes(header.file_bytes);
  std::memcpy(bytes.data() + sizeof(header), content.data(), content.size());
  fill(bytes.data() + header.packed_at);
  std::memcpy(bytes.data(), &header, sizeof(header));
  header.checksum = fast_checksum({bytes.data() + kChecked, bytes.size() - kChecked});
  std::memcpy(bytes.data(), &header, sizeof(header));
  return bytes;
}

}  // namespace exeunt

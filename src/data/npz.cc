#include <exeunt/tools/arrays.h>
#include <zip.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/shape.h"
#include "data/npy.h"

namespace exeunt {

namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr zip_uint64_t kMaxHeaderBytes = 1U << 16;
// Deflate cannot shrink by more than this, so a larger claim is a lie.
constexpr zip_uint64_t kMaxDeflateRatio = 1032;
// 1980-01-01 00:00, the start of the zip calendar: equal arrays make equal files.
constexpr zip_uint16_t kDosDate = (1U << 5) | 1U;

struct Discard {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

struct CloseEntry {
  void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};

Archive open_archive(const std::filesystem::path& path, int flags, ErrorCode on_failure) {
  int code = 0;
  Archive archive(zip_open(path.c_str(), flags, &code));
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string reason = zip_error_strerror(&error);
    zip_error_fini(&error);
    fail(on_failure, "the zip archive cannot be opened: {}", reason);
  }
  return archive;
}

std::vector<std::byte> read_entry(zip_t* archive, const zip_stat_t& stat) {
  require(stat.size <= static_cast<zip_uint64_t>(kMaxTensorBytes) + kMaxHeaderBytes, ErrorCode::shape,
          "the array has 2 GB or more; split it");
  require(stat.size <= (stat.comp_size + 1) * kMaxDeflateRatio, ErrorCode::format,
          "the zip entry is damaged: {} bytes cannot come from {}", stat.size, stat.comp_size);
  const std::unique_ptr<zip_file_t, CloseEntry> file(zip_fopen_index(archive, stat.index, 0));
  require(file != nullptr, ErrorCode::format, "the zip entry cannot be read: {}", zip_strerror(archive));
  std::vector<std::byte> bytes(stat.size);
  const zip_int64_t got = zip_fread(file.get(), bytes.data(), bytes.size());
  require(got == static_cast<zip_int64_t>(bytes.size()), ErrorCode::format, "the zip entry is damaged: {}",
          zip_file_strerror(file.get()));
  // libzip compares the checksum only when it meets the end.
  std::byte beyond{};
  require(zip_fread(file.get(), &beyond, 1) == 0, ErrorCode::format, "the zip entry is damaged: {}",
          zip_file_strerror(file.get()));
  return bytes;
}

/// Reads entry `index` into `arrays`.
void read_array(zip_t* archive, zip_uint64_t index, Arrays& arrays) {
  zip_stat_t stat;
  require(zip_stat_index(archive, index, 0, &stat) == 0 && (stat.valid & ZIP_STAT_NAME) != 0 &&
              (stat.valid & ZIP_STAT_SIZE) != 0 && (stat.valid & ZIP_STAT_COMP_SIZE) != 0,
          ErrorCode::format, "entry {} of the zip archive is damaged", index);
  std::string_view name = stat.name;
  with_context(fmt::format("array '{}'", name), [&] {
    require(name.ends_with(kSuffix), ErrorCode::format, "is no .npy file; an .npz file holds nothing else");
    name.remove_suffix(kSuffix.size());
    Tensor array = decode_npy(read_entry(archive, stat));
    const bool added = arrays.emplace(name, std::move(array)).second;
    require(added, ErrorCode::format, "appears more than once");
  });
}

/// The header and elements must live until the archive is closed.
void add_array(zip_t* archive, const std::string& name, std::string& header, TensorView array) {
  std::array<zip_buffer_fragment_t, 2> fragments{};
  fragments[0] = {reinterpret_cast<zip_uint8_t*>(header.data()), header.size()};
  // libzip's fragments are not const, but are only read from.
  auto* elements = reinterpret_cast<zip_uint8_t*>(const_cast<std::byte*>(array.data));
  fragments[1] = {elements, array.type.bytes()};
  const zip_uint64_t count = fragments[1].length > 0 ? 2 : 1;
  zip_source_t* source = zip_source_buffer_fragment(archive, fragments.data(), count, 0);
  require(source != nullptr, ErrorCode::file, "cannot be written: {}", zip_strerror(archive));
  const zip_int64_t index = zip_file_add(archive, (name + std::string(kSuffix)).c_str(), source, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(source);
    fail(ErrorCode::file, "array '{}' cannot be written: {}", name, zip_strerror(archive));
  }
  const auto entry = static_cast<zip_uint64_t>(index);
  require(zip_file_set_dostime(archive, entry, 0, kDosDate, 0) == 0 &&
              zip_set_file_compression(archive, entry, ZIP_CM_DEFLATE, 0) == 0,
          ErrorCode::file, "array '{}' cannot be written: {}", name, zip_strerror(archive));
}

void write_archive(const std::filesystem::path& path, const Arrays& arrays) {
  std::vector<std::string> headers;
  headers.reserve(arrays.size());
  Archive archive = open_archive(path, ZIP_CREATE | ZIP_TRUNCATE, ErrorCode::file);
  for (const auto& [name, array] : arrays) {
    headers.push_back(npy_header(array.type()));
    add_array(archive.get(), name, headers.back(), array.view());
  }
  errno = 0;
  if (zip_close(archive.get()) != 0) {
    // What the system says of a full disk is not kept in the archive's error.
    const int reason = errno;
    fail(ErrorCode::file, "cannot be written: {}", reason != 0 ? std::strerror(reason) : zip_strerror(archive.get()));
  }
  static_cast<void>(archive.release());
}

}  // namespace

Arrays read_npz(const std::filesystem::path& path) {
  // Also tells a missing file from a damaged one: libzip takes an empty file for an empty archive.
  const std::vector<std::byte> magic = read_file(path, 0, 2);
  return with_context(path.string(), [&] {
    require(magic[0] == std::byte{'P'} && magic[1] == std::byte{'K'}, ErrorCode::format, "is no .npz (zip) file");
    const Archive archive = open_archive(path, ZIP_RDONLY, ErrorCode::format);
    Arrays arrays;
    const auto entries = static_cast<zip_uint64_t>(zip_get_num_entries(archive.get(), 0));
    for (zip_uint64_t i = 0; i < entries; ++i) read_array(archive.get(), i, arrays);
    return arrays;
  });
}

void write_npz(const std::filesystem::path& path, const Arrays& arrays) {
  if (arrays.empty()) {  // libzip would delete the file
    std::array<std::byte, 22> end_record{std::byte{'P'}, std::byte{'K'}, std::byte{5}, std::byte{6}};
    write_file(path, end_record);
    return;
  }
  replace_file(path, [&](const std::filesystem::path& temporary) {
    with_context(path.string(), [&] { write_archive(temporary, arrays); });
  });
}

}  // namespace exeunt

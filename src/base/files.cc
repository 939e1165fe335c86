#include "base/files.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/text.h"

namespace exeunt {

namespace {

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

File open_file(const std::filesystem::path& path, const char* mode) {
  std::error_code ignored;
  require(!std::filesystem::is_directory(path, ignored), ErrorCode::file, "{}: is a folder, not a file", path.string());
  File file(std::fopen(path.c_str(), mode));
  require(file != nullptr, ErrorCode::file, "{}: {}", path.string(), std::strerror(errno));
  return file;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path) { return read_file(path, 0, -1); }

std::vector<std::byte> read_file(const std::filesystem::path& path, std::int64_t offset, std::int64_t length) {
  const File file = open_file(path, "rb");
  require(std::fseek(file.get(), 0, SEEK_END) == 0, ErrorCode::file, "{}: cannot be read to its end", path.string());
  const std::int64_t size = std::ftell(file.get());
  if (length < 0) length = size - offset;
  require(offset >= 0 && length >= 0 && offset <= size && length <= size - offset, ErrorCode::format,
          "{}: holds {} bytes, too few for {} bytes at offset {}", path.string(), size, length, offset);
  std::vector<std::byte> bytes(static_cast<std::size_t>(length));
  std::fseek(file.get(), offset, SEEK_SET);
  const std::size_t got = std::fread(bytes.data(), 1, bytes.size(), file.get());
  require(got == bytes.size(), ErrorCode::file, "{}: read {} of {} bytes", path.string(), got, bytes.size());
  return bytes;
}

void replace_file(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write) {
  std::error_code ignored;
  require(!std::filesystem::is_directory(path, ignored), ErrorCode::file, "{}: is a folder, not a file", path.string());
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  require(std::filesystem::is_directory(folder, ignored) && ::access(folder.c_str(), W_OK) == 0, ErrorCode::file,
          "{}: cannot be written: the folder '{}' is missing or read-only", path.string(), folder.string());
  std::filesystem::path temporary = path;
  temporary += formatted(".{}.part", ::getpid());
  try {
    write(temporary);
    std::filesystem::rename(temporary, path);
  } catch (const std::filesystem::filesystem_error& error) {
    std::filesystem::remove(temporary, ignored);
    fail(ErrorCode::file, "{}: cannot be written: {}", path.string(), error.code().message());
  } catch (...) {
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  replace_file(path, [&](const std::filesystem::path& temporary) {
    File file(std::fopen(temporary.c_str(), "wb"));
    require(file != nullptr, ErrorCode::file, "{}: cannot be written: {}", path.string(), std::strerror(errno));
    const std::size_t put = std::fwrite(bytes.data(), 1, bytes.size(), file.get());
    const bool closed = std::fclose(file.release()) == 0;
    require(put == bytes.size() && closed, ErrorCode::file, "{}: cannot be written: {}", path.string(),
            std::strerror(errno));
  });
}

}  // namespace exeunt

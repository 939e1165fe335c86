#include "write_file.h"

#include <exeunt/error.h>

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace exeunt::cli {

void write_file(const std::string& path, const std::string& content) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, getpid());
  std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  std::error_code failure;
  const int reason = errno;
  if (file) std::filesystem::rename(temporary, path, failure);
  if (file && !failure) return;
  std::error_code ignored;
  std::filesystem::remove(temporary, ignored);
  throw Error(ErrorCode::file,
              fmt::format("{}: cannot be written: {}", path, failure ? failure.message() : std::strerror(reason)));
}

}  // namespace exeunt::cli

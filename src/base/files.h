#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace exeunt {

/// The whole content of a file. @throws Error file (missing, a folder, unreadable)
std::vector<std::byte> read_file(const std::filesystem::path& path);

/// `length` bytes from `offset`; `length` < 0 reads to the end. @throws Error file, format if the file is shorter
std::vector<std::byte> read_file(const std::filesystem::path& path, std::int64_t offset, std::int64_t length);

/// Lets `write` fill a temporary file beside `path` and renames it over `path` when it returns, so
/// that nobody ever sees half a file. The temporary file is gone if `write` throws. @throws Error file
void replace_file(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write);

/// replace_file with these bytes.
void write_file(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace exeunt

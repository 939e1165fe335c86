#pragma once

#include <string>

namespace exeunt::cli {

/// Writes a file beside `path` and renames it when it is whole, so that nobody ever sees half of it. @throws Error file
void write_file(const std::string& path, const std::string& content);

}  // namespace exeunt::cli

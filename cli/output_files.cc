#include "output_files.h"

#include <exeunt/error.h>

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

namespace exeunt::cli {

namespace {

/// Whether two names, the files of which need not be there, are of one file.
bool is_same(const std::string& a, const std::string& b) {
  std::error_code missing;
  if (std::filesystem::equivalent(a, b, missing)) return true;
  const auto whole = [&](const std::string& path) { return std::filesystem::weakly_canonical(path, missing); };
  return whole(a) == whole(b);
}

void check_writable(const NamedFile& output) {
  std::error_code ignored;
  if (std::filesystem::is_directory(output.path, ignored))
    throw Error(ErrorCode::file, fmt::format("{}: cannot be written ({}): it is a folder", output.path, output.option));
  const std::filesystem::path parent = std::filesystem::path(output.path).parent_path();
  const std::filesystem::path folder = parent.empty() ? "." : parent;
  const char* const wrong = !std::filesystem::is_directory(folder, ignored) ? "there is no folder"
                            : ::access(folder.c_str(), W_OK) != 0           ? "there is no right to write to the folder"
                                                                            : nullptr;
  if (wrong == nullptr) return;
  throw Error(ErrorCode::file,
              fmt::format("{}: cannot be written ({}): {} '{}'", output.path, output.option, wrong, folder.string()));
}

}  // namespace

void check_outputs(std::span<const NamedFile> outputs, std::span<const NamedFile> inputs) {
  for (const NamedFile& output : outputs) {
    if (output.path.empty()) continue;
    check_writable(output);
    for (const NamedFile& input : inputs) {
      if (input.path.empty() || !is_same(output.path, input.path)) continue;
      throw Error(ErrorCode::argument, fmt::format("{}: {} would overwrite what {} reads: name another file",
                                                   output.path, output.option, input.option));
    }
    for (const NamedFile* other = outputs.data(); other != &output; ++other) {
      if (other->path.empty() || !is_same(output.path, other->path)) continue;
      throw Error(ErrorCode::argument, fmt::format("{}: {} and {} would be written to one file: name another one",
                                                   output.path, other->option, output.option));
    }
  }
}

std::string file_of_data(const std::string& source) {
  constexpr std::string_view kNpz = "npz:";
  return source.starts_with(kNpz) ? source.substr(kNpz.size()) : "";
}

}  // namespace exeunt::cli

#pragma once

#include <span>
#include <string>
#include <vector>

namespace exeunt::cli {

/// A file that an option names; none if the path is empty.
struct NamedFile {
  std::string option;  ///< "-o", "MODEL"
  std::string path;
};

/// To be called before the work whose results go to `outputs`: that each can be written (its folder is there and
/// writable, it is no folder itself), is no file that the command reads, and that no two are the same.
/// @throws Error file, argument
void check_outputs(std::span<const NamedFile> outputs, std::span<const NamedFile> inputs);

/// The file of a data source: that of "npz:FILE"; none of the others.
std::string file_of_data(const std::string& source);

}  // namespace exeunt::cli

#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

namespace exeunt {

/// The folder of models and data that lies beside the checkout (or where EXEUNT_SHARED says); empty if
/// there is none. Tests that need it skip without it.
inline std::optional<std::filesystem::path> shared_folder() {
  const char* given = std::getenv("EXEUNT_SHARED");
  const std::filesystem::path folder =
      given != nullptr ? given : std::filesystem::path(EXEUNT_SOURCE_DIR) / ".." / "shared";
  if (!std::filesystem::is_directory(folder / "models")) return std::nullopt;
  return folder;
}

}  // namespace exeunt

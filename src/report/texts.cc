#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <span>

#include "base/files.h"

namespace exeunt {

std::string count_text(double count) {
  if (count >= 1e9) return fmt::format("{:.2f} G", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.2f} M", count / 1e6);
  if (count >= 1e4) return fmt::format("{:.1f} k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

std::string bytes_text(double bytes) {
  if (bytes >= 1e6) return fmt::format("{:.2f} MB", bytes / 1e6);
  if (bytes >= 1e3) return fmt::format("{:.1f} kB", bytes / 1e3);
  return fmt::format("{:.0f} B", bytes);
}

void save_text(const std::string& text, const std::filesystem::path& path) {
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace exeunt

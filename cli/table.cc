#include "table.h"

#include <fmt/format.h>

#include <algorithm>

namespace exeunt::cli {

Table::Table(std::vector<std::string> header, std::vector<std::size_t> left) : left_(std::move(left)) {
  rows_.push_back(std::move(header));
  add_rule();
}

void Table::add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
void Table::add_rule() { rows_.emplace_back(); }

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string Table::str() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], display_width(row[c]));
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const std::string cell = c < row.size() ? row[c] : "";
      const std::string space(widths[c] - display_width(cell), ' ');
      const bool to_left = std::ranges::find(left_, c) != left_.end();
      if (c > 0) line += "  ";
      line += row.empty() ? std::string(widths[c], '-') : to_left ? cell + space : space + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string microseconds(double us) {
  if (us >= 100) return fmt::format("{:.0f}", us);
  return us >= 10 ? fmt::format("{:.1f}", us) : fmt::format("{:.2f}", us);
}

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

}  // namespace exeunt::cli

#include "table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace exeunt::cli {

Table::Table(std::vector<std::string> header, std::vector<std::size_t> left) : left_(std::move(left)) {
  rows_.push_back({std::move(header), ""});
  add_rule();
}

void Table::add(std::vector<std::string> row) { rows_.push_back({std::move(row), ""}); }
void Table::add_rule() { rows_.emplace_back(); }
void Table::add_heading(std::string text) { rows_.push_back({{}, std::move(text)}); }

std::size_t display_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string Table::str() const {
  std::vector<std::size_t> widths;
  for (const Row& row : rows_) {
    widths.resize(std::max(widths.size(), row.cells.size()));
    for (std::size_t c = 0; c < row.cells.size(); ++c) widths[c] = std::max(widths[c], display_width(row.cells[c]));
  }
  std::string text;
  for (const auto& [row, heading] : rows_) {
    std::string line = heading;
    for (std::size_t c = 0; heading.empty() && c < widths.size(); ++c) {
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

std::string wrapped(const std::string& text, std::size_t indent) {
  std::string lines;
  std::string line;
  bool fresh = true;
  for (std::size_t end = 0; end < text.size();) {
    const std::size_t start = text.find_first_not_of(' ', end);
    if (start == std::string::npos) break;
    const std::size_t space = start - end;
    end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    const bool fits = fresh || display_width(line) + space + display_width(word) <= kLineWidth;
    if (!fits) lines += std::exchange(line, "") + '\n';
    line += std::string(fits ? space : indent, ' ') + word;
    fresh = false;
  }
  return lines + line + '\n';
}

std::string printable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool in_list = byte == '\n' && text.compare(i + 1, 2, "  ") == 0;
    if ((byte < 0x20 || byte == 0x7f) && !in_list) text[i] = '?';
  }
  return text;
}

std::string shortened(const std::string& given, std::size_t length) {
  const std::string name = printable(given);
  if (display_width(name) <= length) return name;
  std::size_t from = name.size();
  for (std::size_t kept = 3; kept < length && from > 0; ++kept) {
    do --from;
    while (from > 0 && (static_cast<unsigned char>(name[from]) & 0xC0U) == 0x80U);
  }
  return "..." + name.substr(from);
}

std::string percent(double share) { return fmt::format("{:.1f} %", share * 100); }

std::string microseconds(double us) {
  if (us >= 100) return fmt::format("{:.0f}", us);
  return us >= 10 ? fmt::format("{:.1f}", us) : fmt::format("{:.2f}", us);
}

}  // namespace exeunt::cli

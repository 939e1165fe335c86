#pragma once

#include <string>
#include <vector>

namespace exeunt::cli {

/// Text in columns. The first column is left-aligned, the others are right-aligned unless named in `left`.
class Table {
 public:
  explicit Table(std::vector<std::string> header, std::vector<std::size_t> left = {0});

  void add(std::vector<std::string> row);
  /// A line across before the next row.
  void add_rule();
  std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // an empty row is a rule
  std::vector<std::size_t> left_;
};

/// Characters that `text` takes on a terminal: UTF-8 sequences count one.
std::size_t display_width(const std::string& text);

/// "94.2 %", or "-" for nothing.
std::string percent(double share);
/// Three significant digits, at most one after the point beyond 100: "9.81", "12.3", "845".
std::string microseconds(double us);
/// "1.23 M", "456 k".
std::string count_text(double count);
/// "1.2 MB"
std::string bytes_text(double bytes);

}  // namespace exeunt::cli

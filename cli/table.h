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
  /// A line of its own before the next row, over all columns.
  void add_heading(std::string text);
  std::string str() const;

 private:
  struct Row {
    std::vector<std::string> cells;  // none: a rule or a heading
    std::string heading;
  };
  std::vector<Row> rows_;
  std::vector<std::size_t> left_;
};

/// Characters that `text` takes on a terminal: UTF-8 sequences count one.
std::size_t display_width(const std::string& text);

/// What a line of a terminal or a page holds.
inline constexpr std::size_t kLineWidth = 100;

/// Text in lines of at most kLineWidth characters, broken at spaces; all but the first one start with `indent` spaces.
std::string wrapped(const std::string& text, std::size_t indent);

/// Without control characters, which would move a terminal's cursor; a line's end stays where a list goes on behind it.
std::string printable(std::string text);

/// Printable, and at most `length` characters: the end of a longer name, where exporters put what tells nodes apart.
std::string shortened(const std::string& name, std::size_t length);

/// "94.2 %", or "-" for nothing.
std::string percent(double share);
/// Three significant digits, at most one after the point beyond 100: "9.81", "12.3", "845".
std::string microseconds(double us);

}  // namespace exeunt::cli

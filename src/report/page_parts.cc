#include "report/page_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"

namespace exeunt {

std::string percent_text(double share, int digits) { return fmt::format("{:.{}f} %", 100 * share, digits); }

std::string us_number(double us) { return fmt::format("{:.{}f}", us, us < 100 ? 2 : 1); }

std::string us_text(double us) { return us_number(us) + " us"; }

std::string shortened_name(std::string_view name, std::size_t length) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  if (static_cast<std::size_t>(std::ranges::count_if(name, begins)) <= length) return std::string(name);
  std::size_t from = name.size();
  for (std::size_t kept = 1; kept < length && from > 0; ++kept) {
    do --from;
    while (from > 0 && !begins(name[from]));
  }
  return "\xe2\x80\xa6" + std::string(name.substr(from));
}

std::string tile(const std::string& value, const std::string& name) {
  return fmt::format("<div class=\"tile\"><b>{}</b><span>{}</span></div>\n", escaped(value), escaped(name));
}

std::string legend_key(const std::string& sample, const std::string& text) {
  return fmt::format("<li><svg viewBox=\"0 0 26 14\" aria-hidden=\"true\">{}</svg>{}</li>\n", sample, text);
}

std::string cell_bar(double share, std::string_view classes) {
  const double width = std::isfinite(share) ? 100 * std::clamp(share, 0.0, 1.0) : 0;
  return fmt::format(
      "<svg class=\"cellbar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
      "<rect class=\"groove\" width=\"100\" height=\"10\"/><rect class=\"{}\" width=\"{:.2f}\" height=\"10\"/></svg>",
      classes, width);
}

}  // namespace exeunt

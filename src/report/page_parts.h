#pragma once

#include <string>
#include <string_view>

namespace exeunt {

// Figures and small pieces that all pages share.

/// "12.3 %"
std::string percent_text(double share, int digits = 1);
/// "12.34 us", "123.4 us"
std::string us_text(double us);
/// The same without the unit.
std::string us_number(double us);

/// The end of a name that is too long: names of a file often begin alike. Whole characters, control ones as spaces.
std::string shortened_name(std::string_view name, std::size_t length);

/// A figure with what it is.
std::string tile(const std::string& value, const std::string& name);

/// An entry of a legend. @param sample  what stands in a picture of 26 x 14
std::string legend_key(const std::string& sample, const std::string& text);

/// A bar for a table's cell: `share` (0 to 1) of its width.
/// @param classes  of the bar, "f-mix"
std::string cell_bar(double share, std::string_view classes);

}  // namespace exeunt

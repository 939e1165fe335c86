#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace exeunt {

/// Text as HTML and SVG show it: <, >, &, quotes; control characters become spaces.
std::string escaped(std::string_view text);

/// A whole page with the style of all our pages.
/// @param body    HTML
/// @param style   CSS of this page besides
/// @param script  of our own, nothing of a model in it; runs when the page is there
std::string html_page(std::string_view title, const std::string& body, std::string_view style = {},
                      std::string_view script = {});

/// A table that scrolls sideways where it is too wide. Cells are text.
/// @param marked  rows to stand out
std::string html_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows,
                       const std::vector<std::size_t>& marked = {});

}  // namespace exeunt

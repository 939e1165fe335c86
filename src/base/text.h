#pragma once

#include <fmt/format.h>

#include <string>

namespace exeunt {

/// What fmt::vformat does. The library for devices has one of its own without the rest of fmt, which leaves out what
/// follows a colon: widths, precisions, other bases.
std::string format_text(fmt::string_view text, fmt::format_args args);

/// fmt::format by way of format_text. What is part of the library for devices makes its texts with it.
template <class... Args>
std::string formatted(fmt::format_string<Args...> text, Args&&... args) {
  return format_text(text, fmt::make_format_args(args...));
}

}  // namespace exeunt

#pragma once

#include <exeunt/error.h>

#include <utility>

#include "base/text.h"

namespace exeunt {

/// Throws Error with a formatted message.
template <class... Args>
[[noreturn]] void fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(code, formatted(format, std::forward<Args>(args)...));
}

/// Throws Error unless `condition` holds. For what a user can get wrong.
template <class... Args>
void require(bool condition, ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  if (!condition) fail(code, format, std::forward<Args>(args)...);
}

/// Runs `f`; an Error that leaves it gets `context` in front of its message.
template <class F>
decltype(auto) with_context(std::string_view context, F&& f) {
  try {
    return std::forward<F>(f)();
  } catch (const Error& error) {
    throw error.in(context);
  }
}

}  // namespace exeunt

template <>
struct fmt::formatter<exeunt::ErrorCode> : fmt::formatter<std::string_view> {
  auto format(exeunt::ErrorCode code, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(exeunt::error_code_name(code), context);
  }
};

#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

namespace exeunt {

/// What plain texts take: numbers and strings.
template <class T>
concept PlainArgument = std::is_arithmetic_v<std::remove_cvref_t<T>> || std::is_convertible_v<T, std::string_view>;

/// A format of fmt's that is checked when compiling and says only where arguments go: {} or {0}.
template <class... Args>
class PlainFormat {
 public:
  template <class S>
  requires std::is_convertible_v<const S&, std::string_view>
  consteval PlainFormat(const S& text) : text_(text) {  // NOLINT: a string becomes one
    bool inside = false;
    for (const char c : std::string_view(text)) {
      if (inside && c == ':') message_with_width_or_precision();
      inside = c == '{' || (inside && c >= '0' && c <= '9');
    }
  }
  fmt::string_view text() const noexcept { return text_; }

 private:
  /// What the compiler names where a message has more: fmt::format makes a string of that first.
  static void message_with_width_or_precision() {}

  fmt::format_string<Args...> text_;
};

/// fmt::vformat for plain texts. The library for devices has one of its own, without the rest of fmt.
std::string format_plain(fmt::string_view text, fmt::format_args args);

/// fmt::format for plain texts: what goes into messages and names of kernels.
template <PlainArgument... Args>
std::string formatted(PlainFormat<std::type_identity_t<Args>...> text, Args&&... args) {
  return format_plain(text.text(), fmt::make_format_args(args...));
}

}  // namespace exeunt

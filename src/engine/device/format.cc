#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace exeunt {

namespace {

/// Puts one argument behind a text, as fmt does with {}.
class Append {
 public:
  explicit Append(std::string& text) noexcept : text_(text) {}

  void operator()(bool value) const { text_ += value ? "true" : "false"; }
  void operator()(char value) const { text_ += value; }
  void operator()(const char* value) const { text_ += value; }
  void operator()(fmt::string_view value) const { text_.append(value.data(), value.size()); }
  void operator()(float value) const { real(value); }
  void operator()(double value) const { real(value); }
  void operator()(fmt::basic_format_arg<fmt::format_context>::handle value) const {
    fmt::memory_buffer buffer;
    fmt::format_parse_context plain("}");
    fmt::format_context context(fmt::appender(buffer), {});
    value.format(plain, context);
    text_.append(buffer.data(), buffer.size());
  }
  template <class T>
  void operator()(T value) const {
    // What is left are kinds that no text of ours has: addresses and numbers of 128 bits.
    if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) digits(value);
  }

 private:
  template <class... How>
  void digits(How... how) const {
    std::array<char, 64> buffer;
    text_.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), how...).ptr);
  }
  /// The fewest digits that tell the number from others of its type.
  template <class T>
  void real(T value) const {
    const T size = std::abs(value);
    const bool fixed = !(size > 0 && (size < T(1e-4) || size >= T(1e16)));
    digits(value, fixed ? std::chars_format::fixed : std::chars_format::scientific);
  }

  std::string& text_;
};

}  // namespace

std::string format_text(fmt::string_view text, fmt::format_args args) {
  std::string result;
  int next = 0;
  for (const char *p = text.begin(), *end = text.end(); p < end;) {
    const char c = *p++;
    const bool is_brace = c == '{' || c == '}';
    if (!is_brace || *p == c) {
      result += c;
      if (is_brace) ++p;
      continue;
    }
    int index = 0;
    const std::from_chars_result number = std::from_chars(p, end, index);
    if (number.ptr == p) index = next++;
    p = std::find(number.ptr, end, '}') + 1;
    fmt::visit_format_arg(Append(result), args.get(index));
  }
  return result;
}

}  // namespace exeunt

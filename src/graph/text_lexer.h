#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace exeunt {

/// Words of the graph text form, with the place of the current one for error messages.
/// Lexical rules: identifiers and numbers, "quoted", single punctuation; `#` starts a comment.
class TextLexer {
 public:
  explicit TextLexer(std::string_view text) : text_(text) { advance(); }

  /// The current word; empty at the end. Quoted strings keep their opening quote as a mark.
  const std::string& word() const noexcept { return word_; }
  bool at_end() const noexcept { return word_.empty(); }
  bool at(std::string_view word) const noexcept { return word_ == word; }

  std::string take();
  bool take_if(std::string_view word);
  void expect(std::string_view word);
  std::string take_string();
  /// A number of exactly this type: floats are rounded once.
  template <class T>
  T take_number() {
    T value{};
    const char* const last = word_.data() + word_.size();
    const auto [end, failure] = std::from_chars(word_.data(), last, value);
    if (failure != std::errc{} || end != last)
      error("'" + word_ + (std::integral<T> ? "' is no integer of this type" : "' is no number of this type"));
    advance();
    return value;
  }
  /// true or false, also as 1 or 0.
  bool take_flag();

  /// Where the current word stands.
  std::size_t place() const noexcept { return start_; }
  /// Throws Error format with line and column of the current word, or of `place`.
  [[noreturn]] void error(std::string_view message) const { error_at(start_, message); }
  [[noreturn]] void error_at(std::size_t place, std::string_view message) const;

 private:
  void advance();
  void read_quoted();

  std::string_view text_;
  std::size_t next_ = 0;
  std::size_t start_ = 0;
  std::string word_;
};

}  // namespace exeunt

#include "graph/text_lexer.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace exeunt {

namespace {

bool is_word_char(char c) {
  return (std::isalnum(static_cast<unsigned char>(c)) != 0) || c == '_' || c == '.' || c == '%';
}

}  // namespace

void TextLexer::error_at(std::size_t place, std::string_view message) const {
  const std::string_view before = text_.substr(0, place);
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto line_start = before.rfind('\n');
  const std::size_t column = line_start == std::string_view::npos ? place + 1 : place - line_start;
  fail(ErrorCode::format, "graph text, line {}, column {}: {}", line, column, message);
}

void TextLexer::advance() {
  while (next_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[next_])) != 0 || text_[next_] == '#')) {
    if (text_[next_] == '#') {
      while (next_ < text_.size() && text_[next_] != '\n') ++next_;
    } else {
      ++next_;
    }
  }
  start_ = next_;
  word_.clear();
  if (next_ == text_.size()) return;
  const char first = text_[next_];
  if (first == '"') return read_quoted();
  const bool number = std::isdigit(static_cast<unsigned char>(first)) != 0 || first == '-';
  word_ += text_[next_++];
  if (!number && !is_word_char(first)) return;
  // In a number, a sign may follow the exponent's letter.
  while (next_ < text_.size() && (is_word_char(text_[next_]) ||
                                  (number && (text_[next_] == '+' || text_[next_] == '-') && word_.back() == 'e'))) {
    word_ += text_[next_++];
  }
}

void TextLexer::read_quoted() {
  word_ = text_[next_++];
  while (next_ < text_.size() && text_[next_] != '"') {
    char c = text_[next_++];
    if (c == '\\' && next_ < text_.size()) {
      c = text_[next_++];
      unsigned code = 0;
      if (c == 'x' && next_ + 2 <= text_.size() &&
          std::from_chars(text_.data() + next_, text_.data() + next_ + 2, code, 16).ptr == text_.data() + next_ + 2) {
        c = static_cast<char>(code);
        next_ += 2;
      }
    }
    word_ += c;
  }
  if (next_ == text_.size()) error("a quoted name does not end");
  ++next_;
}

std::string TextLexer::take() {
  std::string taken = std::move(word_);
  advance();
  return taken;
}

bool TextLexer::take_if(std::string_view word) {
  if (word_ != word) return false;
  advance();
  return true;
}

void TextLexer::expect(std::string_view word) {
  if (!take_if(word)) error(fmt::format("expected '{}', found '{}'", word, word_));
}

std::string TextLexer::take_string() {
  if (!word_.starts_with('"')) error(fmt::format("expected a quoted name, found '{}'", word_));
  return take().substr(1);
}

bool TextLexer::take_flag() {
  const bool flag = at("true") || at("1");
  if (!flag && !at("false") && !at("0")) error(fmt::format("'{}' is neither true nor false", word_));
  advance();
  return flag;
}

}  // namespace exeunt

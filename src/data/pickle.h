#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exeunt {

/// One value of a pickle. Which fields count depends on `kind`.
struct PickleValue {
  enum class Kind : std::uint8_t { none, boolean, integer, string, list, tuple, dict, array, global, dtype };

  Kind kind = Kind::none;
  std::int64_t integer = 0;               ///< integer, boolean
  std::string bytes;                      ///< string: bytes or UTF-8; array: its elements; global, dtype: the name
  std::vector<const PickleValue*> items;  ///< list, tuple; dict: key, value, key, value ...
  std::vector<std::int64_t> shape;        ///< array

  /// The value behind a string key of a dict; nullptr if there is none.
  const PickleValue* find(std::string_view key) const noexcept;
};

/// A pickle of plain data: None, bools, integers, strings, lists, tuples, dicts and NumPy arrays of
/// bytes, in the opcodes that Python writes for these in protocols 2 to 4.
///
/// Nothing is ever imported or called: what is not such data is an error.
class Pickle {
 public:
  /// @throws Error format if it is damaged, unsupported if it holds something else.
  explicit Pickle(std::span<const std::byte> bytes);
  Pickle(Pickle&&) = default;  // a copy's values would point into the original

  const PickleValue& root() const noexcept { return *root_; }

 private:
  // Owns all values, since lists may legally hold themselves.
  std::deque<PickleValue> values_;
  const PickleValue* root_ = nullptr;
};

}  // namespace exeunt

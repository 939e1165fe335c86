#include "data/pickle.h"

#include <algorithm>
#include <array>

#include "base/error.h"

namespace exeunt {

namespace {

using Kind = PickleValue::Kind;

// The names that CIFAR-10's files and NumPy's pickles of arrays refer to, each reduced to what it means.
struct GlobalRow {
  std::string_view module;
  std::string_view name;
};
constexpr std::array<GlobalRow, 5> kGlobals = {{{"numpy.core.multiarray", "_reconstruct"},
                                                {"numpy._core.multiarray", "_reconstruct"},
                                                {"numpy", "ndarray"},
                                                {"numpy", "dtype"},
                                                {"_codecs", "encode"}}};

/// UTF-8 to Latin-1: how Python 3 writes bytes in protocol 2.
std::string latin1(std::string_view utf8) {
  std::string result;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      result += utf8[i];
      continue;
    }
    const bool pair = (lead == 0xc2 || lead == 0xc3) && i + 1 < utf8.size();
    require(pair, ErrorCode::format, "the pickle holds bytes that are not Latin-1");
    ++i;
    result += static_cast<char>((lead & 0x03U) << 6 | (static_cast<unsigned char>(utf8[i]) & 0x3fU));
  }
  return result;
}

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::deque<PickleValue>& values) : bytes_(bytes), values_(values) {}

  const PickleValue* run() {
    require(take_byte() == 0x80, ErrorCode::format, "is no pickle of protocol 2 or later");
    const unsigned protocol = take_byte();
    require(protocol >= 2 && protocol <= 5, ErrorCode::unsupported, "pickle protocol {} is unknown", protocol);
    while (true) {
      const unsigned opcode = take_byte();
      if (opcode == '.') break;
      const bool known = run_scalar(opcode) || run_container(opcode) || run_memo(opcode) || run_object(opcode);
      require(known, ErrorCode::unsupported, "the pickle has the opcode {:#04x} at byte {}, which plain data never has",
              opcode, at_ - 1);
    }
    return pop();
  }

 private:
  bool run_scalar(unsigned opcode) {
    switch (opcode) {
      case 'N':
        push(Kind::none);
        return true;
      case 0x88:
        push_integer(Kind::boolean, 1);
        return true;
      case 0x89:
        push_integer(Kind::boolean, 0);
        return true;
      case 'K':
        push_integer(Kind::integer, static_cast<std::int64_t>(take_number(1)));
        return true;
      case 'M':
        push_integer(Kind::integer, static_cast<std::int64_t>(take_number(2)));
        return true;
      case 'J':
        push_integer(Kind::integer, static_cast<std::int32_t>(take_number(4)));
        return true;
      case 'U':  // short str, bytes and unicode differ in their meaning to Python only
      case 'C':
      case 0x8c:
        push_string(take_number(1));
        return true;
      case 'T':
      case 'B':
      case 'X':
        push_string(take_number(4));
        return true;
      case 0x8d:
      case 0x8e:
        push_string(take_number(8));
        return true;
      default:
        return false;
    }
  }

  bool run_container(unsigned opcode) {
    switch (opcode) {
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case ']':
        push(Kind::list);
        return true;
      case '}':
        push(Kind::dict);
        return true;
      case ')':
        push(Kind::tuple);
        return true;
      case 'a':
        append(Kind::list, {pop()});
        return true;
      case 'e':
        append(Kind::list, pop_mark());
        return true;
      case 's':
        append(Kind::dict, pop(2));
        return true;
      case 'u':
        append(Kind::dict, pop_mark());
        return true;
      case 't':
        push_tuple(pop_mark());
        return true;
      case 0x85:
        push_tuple(pop(1));
        return true;
      case 0x86:
        push_tuple(pop(2));
        return true;
      case 0x87:
        push_tuple(pop(3));
        return true;
      default:
        return false;
    }
  }

  bool run_memo(unsigned opcode) {
    switch (opcode) {
      case 'q':
        memorize(take_number(1));
        return true;
      case 'r':
        memorize(take_number(4));
        return true;
      case 0x94:
        memorize(memo_.size());
        return true;
      case 'h':
        recall(take_number(1));
        return true;
      case 'j':
        recall(take_number(4));
        return true;
      case 0x95:
        take_number(8);
        return true;  // a frame's length, of use to streams
      default:
        return false;
    }
  }

  bool run_object(unsigned opcode) {
    switch (opcode) {
      case 'c': {
        const std::string_view module = take_line();
        push_global(module, take_line());
        return true;
      }
      case 0x93: {
        const auto names = pop(2);
        push_global(names[0]->bytes, names[1]->bytes);
        return true;
      }
      case 'R':
        reduce(pop(2));
        return true;
      case 'b':
        build(pop());
        return true;
      default:
        return false;
    }
  }

  void push_global(std::string_view module, std::string_view name) {
    const bool known =
        std::ranges::any_of(kGlobals, [&](const GlobalRow& row) { return row.module == module && row.name == name; });
    require(known, ErrorCode::unsupported, "the pickle refers to the Python object '{}.{}'; only plain data is read",
            module, name);
    push(Kind::global).bytes = name;
  }

  /// The calls of the known names: an empty array, an element type, a byte string.
  void reduce(const std::vector<PickleValue*>& call) {
    const PickleValue* function = call[0];
    const PickleValue* arguments = call[1];
    require(function->kind == Kind::global && arguments->kind == Kind::tuple, ErrorCode::unsupported,
            "the pickle calls something; only plain data is read");
    const auto& items = arguments->items;
    const auto is_string = [&](std::size_t i) { return i < items.size() && items[i]->kind == Kind::string; };
    if (function->bytes == "_reconstruct") {
      push(Kind::array);
    } else if (function->bytes == "dtype" && is_string(0)) {
      push(Kind::dtype).bytes = items[0]->bytes;
    } else if (function->bytes == "encode" && is_string(0) && is_string(1) && items[1]->bytes == "latin1") {
      count_copy(items[0]->bytes.size());
      push(Kind::string).bytes = latin1(items[0]->bytes);
    } else {
      fail(ErrorCode::unsupported, "the pickle calls '{}' in an unknown way; only plain data is read", function->bytes);
    }
  }

  /// Gives an array its state (version, shape, dtype, Fortran order, elements).
  void build(const PickleValue* state) {
    require(!stack_.empty(), ErrorCode::format, "the pickle is damaged: its stack is empty");
    PickleValue& target = *stack_.back();
    if (target.kind == Kind::dtype) return;  // byte order and the like: nothing to single bytes
    const auto& items = state->items;
    const bool plain = target.kind == Kind::array && state->kind == Kind::tuple && items.size() == 5 &&
                       items[1]->kind == Kind::tuple && items[2]->kind == Kind::dtype &&
                       items[3]->kind == Kind::boolean && items[4]->kind == Kind::string;
    require(plain, ErrorCode::unsupported, "the pickle holds an object that is no plain NumPy array");
    require(items[2]->bytes == "u1", ErrorCode::unsupported, "the pickle holds an array of type '{}', not 'u1'",
            items[2]->bytes);
    require(items[3]->integer == 0, ErrorCode::unsupported, "the pickle holds an array in Fortran order");
    target.shape.clear();
    std::size_t left = items[4]->bytes.size();
    for (const PickleValue* dim : items[1]->items) {
      require(dim->kind == Kind::integer && dim->integer > 0 && left % static_cast<std::size_t>(dim->integer) == 0,
              ErrorCode::format, "the pickle is damaged: an array's shape does not fit its bytes");
      left /= static_cast<std::size_t>(dim->integer);
      target.shape.push_back(dim->integer);
    }
    require(left == 1, ErrorCode::format, "the pickle is damaged: an array's shape does not fit its bytes");
    count_copy(items[4]->bytes.size());
    target.bytes = items[4]->bytes;
  }

  /// A few bytes of a pickle can ask to copy one large string again and again.
  void count_copy(std::size_t size) {
    copied_ += size;
    require(copied_ <= 2 * bytes_.size(), ErrorCode::unsupported, "the pickle copies its strings without end");
  }

  unsigned take_byte() {
    require(at_ < bytes_.size(), ErrorCode::format, "the pickle is cut off");
    return std::to_integer<unsigned>(bytes_[at_++]);
  }

  std::uint64_t take_number(std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value |= std::uint64_t{take_byte()} << (8 * i);
    return value;
  }

  std::string_view take_text(std::uint64_t length) {
    require(length <= bytes_.size() - at_, ErrorCode::format, "the pickle is cut off");
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + at_, length);
    at_ += length;
    return text;
  }

  std::string_view take_line() {
    const auto rest = bytes_.subspan(at_);
    const auto end = std::ranges::find(rest, std::byte{'\n'});
    const std::string_view line = take_text(static_cast<std::uint64_t>(end - rest.begin()));
    take_byte();
    return line;
  }

  PickleValue& push(Kind kind) {
    PickleValue& value = values_.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }
  void push_integer(Kind kind, std::int64_t integer) { push(kind).integer = integer; }
  void push_string(std::uint64_t length) { push(Kind::string).bytes = take_text(length); }
  void push_tuple(const std::vector<PickleValue*>& items) {
    push(Kind::tuple).items.assign(items.begin(), items.end());
  }

  /// Never past the last mark, which belongs to a container that is still open.
  std::vector<PickleValue*> pop(std::size_t count) {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    require(stack_.size() >= floor + count, ErrorCode::format, "the pickle is damaged: its stack is empty");
    std::vector<PickleValue*> result(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return result;
  }
  PickleValue* pop() { return pop(1).front(); }
  std::vector<PickleValue*> pop_mark() {
    require(!marks_.empty(), ErrorCode::format, "the pickle is damaged: it closes what it never opened");
    auto result = pop(stack_.size() - marks_.back());
    marks_.pop_back();
    return result;
  }

  void append(Kind kind, const std::vector<PickleValue*>& items) {
    const bool fits = !stack_.empty() && stack_.back()->kind == kind && (kind != Kind::dict || items.size() % 2 == 0);
    require(fits, ErrorCode::format, "the pickle is damaged: it adds to what is no list or dict");
    stack_.back()->items.insert(stack_.back()->items.end(), items.begin(), items.end());
  }

  void memorize(std::uint64_t slot) {
    require(!stack_.empty() && slot <= bytes_.size(), ErrorCode::format, "the pickle is damaged at its memo");
    if (slot >= memo_.size()) memo_.resize(slot + 1);
    memo_[slot] = stack_.back();
  }
  void recall(std::uint64_t slot) {
    require(slot < memo_.size() && memo_[slot] != nullptr, ErrorCode::format, "the pickle is damaged at its memo");
    stack_.push_back(memo_[slot]);
  }

  std::span<const std::byte> bytes_;
  std::deque<PickleValue>& values_;
  std::size_t at_ = 0;
  std::size_t copied_ = 0;
  std::vector<PickleValue*> stack_;
  std::vector<std::size_t> marks_;
  std::vector<PickleValue*> memo_;
};

}  // namespace

const PickleValue* PickleValue::find(std::string_view key) const noexcept {
  if (kind != Kind::dict) return nullptr;
  const PickleValue* found = nullptr;
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (items[i]->kind == Kind::string && items[i]->bytes == key) found = items[i + 1];
  }
  return found;
}

Pickle::Pickle(std::span<const std::byte> bytes) : root_(Machine(bytes, values_).run()) {}

}  // namespace exeunt

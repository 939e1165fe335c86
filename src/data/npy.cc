#include "data/npy.h"

#include <exeunt/tools/arrays.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/shape.h"

namespace exeunt {

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
// Elements start at a multiple of this, as NumPy writes them.
constexpr std::size_t kHeaderAlignment = 64;

struct DescrRow {
  DType dtype;
  std::string_view descr;
};

// bf16 is last: its pattern type reads back as u16.
constexpr std::array<DescrRow, 13> kDescrs = {{{DType::f32, "<f4"},
                                               {DType::f64, "<f8"},
                                               {DType::f16, "<f2"},
                                               {DType::i8, "|i1"},
                                               {DType::u8, "|u1"},
                                               {DType::i16, "<i2"},
                                               {DType::u16, "<u2"},
                                               {DType::i32, "<i4"},
                                               {DType::u32, "<u4"},
                                               {DType::i64, "<i8"},
                                               {DType::u64, "<u8"},
                                               {DType::boolean, "|b1"},
                                               {DType::bf16, "<u2"}}};

std::string_view descr_of(DType dtype) { return std::ranges::find(kDescrs, dtype, &DescrRow::dtype)->descr; }

DType dtype_of(std::string_view descr) {
  const bool big_endian = descr.starts_with('>') && !descr.ends_with('1');
  require(!big_endian, ErrorCode::format,
          "elements of type '{}' are big endian; save the array as little endian (astype)", descr);
  const std::string_view kind = descr.substr(std::min<std::size_t>(1, descr.size()));
  const auto row = std::ranges::find_if(kDescrs, [&](const DescrRow& r) { return r.descr.substr(1) == kind; });
  require(row != kDescrs.end(), ErrorCode::format,
          "elements of type '{}' are not supported; use floats of 2, 4 or 8 bytes, integers or bool", descr);
  return row->dtype;
}

/// Reads the header, a Python dict of a string, a bool and a tuple of integers.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  TensorType parse() {
    expect('{');
    while (!accept('}')) {
      parse_item(quoted());
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    require(text_.empty() && dtype_ && shape_ && order_seen_, ErrorCode::format, "the .npy header is damaged");
    return {*dtype_, *shape_};
  }

 private:
  void parse_item(std::string_view key) {
    expect(':');
    skip_space();
    if (key == "descr") {
      require(!text_.starts_with('['), ErrorCode::format, "arrays of records are not supported; save one field");
      dtype_ = dtype_of(quoted());
    } else if (key == "fortran_order") {
      const bool fortran = accept_word("True");
      require(fortran || accept_word("False"), ErrorCode::format, "the .npy header is damaged at fortran_order");
      require(!fortran, ErrorCode::format, "the array is in Fortran order; save it in C order (ascontiguousarray)");
      order_seen_ = true;
    } else if (key == "shape") {
      shape_ = tuple();
    } else {
      fail(ErrorCode::format, "the .npy header has the unknown key '{}'", key);
    }
  }

  Shape tuple() {
    std::vector<std::int64_t> dims;
    std::int64_t product = 1;
    expect('(');
    while (!accept(')')) {
      dims.push_back(integer());
      // Also over the dims of an empty array, whose product would otherwise overflow.
      const std::int64_t factor = std::max<std::int64_t>(dims.back(), 1);
      require(factor <= kMaxTensorBytes / product, ErrorCode::shape, "the array has 2 GB or more; split it");
      product *= factor;
      require(dims.size() <= Shape::kMaxRank, ErrorCode::format, "the array has more than {} dimensions",
              Shape::kMaxRank);
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return Shape(dims);
  }

  std::int64_t integer() {
    skip_space();
    std::int64_t value = -1;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    require(error == std::errc{} && value >= 0, ErrorCode::format, "the .npy header is damaged at shape");
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    accept_word("L");  // Python 2 wrote long integers so
    return value;
  }

  std::string_view quoted() {
    skip_space();
    const char quote = text_.empty() ? '\0' : text_.front();
    require(quote == '\'' || quote == '"', ErrorCode::format, "the .npy header is damaged");
    const std::size_t end = text_.find(quote, 1);
    require(end != std::string_view::npos, ErrorCode::format, "the .npy header is damaged");
    const std::string_view result = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return result;
  }

  bool accept_word(std::string_view word) {
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  bool accept(char c) {
    skip_space();
    return accept_word(std::string_view(&c, 1));
  }

  void expect(char c) { require(accept(c), ErrorCode::format, "the .npy header is damaged: no '{}'", c); }

  void skip_space() { text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n"), text_.size())); }

  std::string_view text_;
  std::optional<DType> dtype_;
  std::optional<Shape> shape_;
  bool order_seen_ = false;
};

/// Any byte but 0 becomes 1: other values of bool would be undefined behaviour later on.
void copy_booleans(std::span<const std::byte> from, std::span<std::byte> to) {
  std::ranges::transform(from, to.begin(), [](std::byte b) { return std::byte{b != std::byte{0}}; });
}

}  // namespace

std::string npy_header(const TensorType& type) {
  const std::string comma = type.shape.rank() == 1 ? "," : "";
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr_of(type.dtype),
                                   fmt::join(type.shape.dims(), ", "), comma);
  const std::size_t prefix = kMagic.size() + 4;
  const std::size_t total = (prefix + header.size() + 1 + kHeaderAlignment - 1) / kHeaderAlignment * kHeaderAlignment;
  header.resize(total - prefix - 1, ' ');
  header += '\n';
  std::string result(kMagic);
  result += {'\x01', '\x00', static_cast<char>(header.size() & 0xffU), static_cast<char>(header.size() >> 8)};
  return result + header;
}

Tensor decode_npy(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  require(text.starts_with(kMagic), ErrorCode::format, "is no .npy file");
  const std::size_t prefix = kMagic.size() + 2;
  require(text.size() > prefix, ErrorCode::format, "the .npy header is cut off");
  const int version = static_cast<unsigned char>(text[kMagic.size()]);
  require(version >= 1 && version <= 3, ErrorCode::format, ".npy version {} is unknown; versions 1 to 3 can be read",
          version);
  const std::size_t length_bytes = version == 1 ? 2 : 4;
  require(text.size() >= prefix + length_bytes, ErrorCode::format, "the .npy header is cut off");
  std::size_t length = 0;
  for (std::size_t i = length_bytes; i-- > 0;) length = length << 8 | static_cast<unsigned char>(text[prefix + i]);
  const std::size_t start = prefix + length_bytes;
  require(length <= text.size() - start, ErrorCode::format, "the .npy header is cut off");

  const TensorType type = HeaderParser(text.substr(start, length)).parse();
  const auto elements = bytes.subspan(start + length);
  const std::size_t expected = checked_bytes(type);
  require(elements.size() == expected, ErrorCode::format, "the array {} takes {} bytes, but the file holds {}",
          type.str(), expected, elements.size());
  Tensor result(type);
  if (type.dtype == DType::boolean) {
    copy_booleans(elements, std::span(result.mutable_view().data, expected));
  } else if (expected > 0) {
    std::memcpy(result.mutable_view().data, elements.data(), expected);
  }
  return result;
}

Tensor read_npy(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return with_context(path.string(), [&] { return decode_npy(bytes); });
}

void write_npy(const std::filesystem::path& path, TensorView array) {
  const std::string header = npy_header(array.type);
  std::vector<std::byte> bytes(header.size() + array.type.bytes());
  std::memcpy(bytes.data(), header.data(), header.size());
  std::copy_n(array.data, array.type.bytes(), bytes.begin() + static_cast<std::ptrdiff_t>(header.size()));
  write_file(path, bytes);
}

}  // namespace exeunt

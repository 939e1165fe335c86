#include "onnx/tensor_proto.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "base/dtype.h"
#include "base/files.h"
#include "base/shape.h"

namespace exeunt {

static_assert(std::endian::native == std::endian::little, "ONNX raw data is little endian and copied as it is");

namespace {

std::int64_t parse_count(const std::string& text, std::string_view what) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  require(failure == std::errc{} && end == text.data() + text.size() && value >= 0, ErrorCode::format,
          "external data: {} is '{}', not a count of bytes", what, text);
  return value;
}

std::vector<std::byte> read_external(const onnx::TensorProto& proto, const std::filesystem::path& folder,
                                     std::size_t bytes) {
  std::filesystem::path location;
  std::int64_t offset = 0;
  std::int64_t length = static_cast<std::int64_t>(bytes);
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = parse_count(entry.value(), "offset");
    if (entry.key() == "length") length = parse_count(entry.value(), "length");
  }
  require(!location.empty(), ErrorCode::format, "external data without a location");
  bool leaves = location.is_absolute();
  for (const auto& part : location) leaves = leaves || part == "..";
  require(!leaves, ErrorCode::file, "external data '{}' lies outside the model's folder; move it beside the model",
          location.string());
  std::error_code ignored;
  require(std::filesystem::exists(folder / location, ignored), ErrorCode::file,
          "external data file '{}' is missing; it belongs beside the model", (folder / location).string());
  require(length == static_cast<std::int64_t>(bytes), ErrorCode::format,
          "external data '{}' gives {} bytes; {} are needed", location.string(), length, bytes);
  return read_file(folder / location, offset, length);
}

/// Fills from a repeated field; narrow types are stored one to an int32, 16-bit floats as their bits.
template <class T, class Field>
void fill_typed(std::span<T> out, const Field& field) {
  require(static_cast<std::size_t>(field.size()) == out.size(), ErrorCode::format,
          "holds {} values; its dims ask for {}", field.size(), out.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto value = field.Get(static_cast<int>(i));
    if constexpr (ShortFloat<T>) {
      out[i].bits = static_cast<std::uint16_t>(value);
    } else {
      out[i] = static_cast<T>(value);
    }
  }
}

void fill_from_fields(Tensor& tensor, const onnx::TensorProto& proto) {
  dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    const std::span<T> out = tensor.mutable_span<T>();
    if constexpr (std::same_as<T, float>) {
      fill_typed(out, proto.float_data());
    } else if constexpr (std::same_as<T, double>) {
      fill_typed(out, proto.double_data());
    } else if constexpr (std::same_as<T, std::int64_t>) {
      fill_typed(out, proto.int64_data());
    } else if constexpr (std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>) {
      fill_typed(out, proto.uint64_data());
    } else if constexpr (std::same_as<T, bool>) {
      require(static_cast<std::size_t>(proto.int32_data_size()) == out.size(), ErrorCode::format,
              "holds {} values; its dims ask for {}", proto.int32_data_size(), out.size());
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = proto.int32_data(static_cast<int>(i)) != 0;
    } else {
      fill_typed(out, proto.int32_data());
    }
  });
}

/// Bytes other than 0 and 1 are no valid bool in C++.
void normalize_bools(Tensor& tensor) {
  if (tensor.dtype() != DType::boolean) return;
  const std::span<std::uint8_t> bytes = tensor.mutable_span<std::uint8_t>();
  for (std::uint8_t& byte : bytes) byte = byte != 0 ? 1 : 0;
}

}  // namespace

DType dtype_of_onnx(std::int64_t onnx_type) {
  switch (onnx_type) {
    case onnx::TensorProto::FLOAT:
      return DType::f32;
    case onnx::TensorProto::DOUBLE:
      return DType::f64;
    case onnx::TensorProto::FLOAT16:
      return DType::f16;
    case onnx::TensorProto::BFLOAT16:
      return DType::bf16;
    case onnx::TensorProto::INT8:
      return DType::i8;
    case onnx::TensorProto::UINT8:
      return DType::u8;
    case onnx::TensorProto::INT16:
      return DType::i16;
    case onnx::TensorProto::UINT16:
      return DType::u16;
    case onnx::TensorProto::INT32:
      return DType::i32;
    case onnx::TensorProto::UINT32:
      return DType::u32;
    case onnx::TensorProto::INT64:
      return DType::i64;
    case onnx::TensorProto::UINT64:
      return DType::u64;
    case onnx::TensorProto::BOOL:
      return DType::boolean;
    default:
      break;
  }
  const std::string name = onnx::TensorProto::DataType_IsValid(static_cast<int>(onnx_type))
                               ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(onnx_type))
                               : fmt::format("number {}", onnx_type);
  fail(ErrorCode::unsupported, "element type {} is not supported", name);
}

Tensor tensor_of_proto(const onnx::TensorProto& proto, const std::filesystem::path& folder) {
  const std::vector<std::int64_t> dims(proto.dims().begin(), proto.dims().end());
  const TensorType type{dtype_of_onnx(proto.data_type()), Shape(dims)};
  const std::size_t bytes = checked_bytes(type);
  if (proto.data_location() == onnx::TensorProto::EXTERNAL) {
    const std::vector<std::byte> data = read_external(proto, folder, bytes);
    Tensor tensor(type);
    if (bytes > 0) std::memcpy(tensor.mutable_view().data, data.data(), bytes);
    normalize_bools(tensor);
    return tensor;
  }
  // Sizes are compared before memory is taken: a few bytes of file can declare 2 GB.
  if (proto.has_raw_data()) {
    require(proto.raw_data().size() == bytes, ErrorCode::format, "holds {} bytes; its dims ask for {}",
            proto.raw_data().size(), bytes);
    Tensor tensor(type);
    if (bytes > 0) std::memcpy(tensor.mutable_view().data, proto.raw_data().data(), bytes);
    normalize_bools(tensor);
    return tensor;
  }
  const std::int64_t stored = std::int64_t{proto.float_data_size()} + proto.int32_data_size() +
                              proto.int64_data_size() + proto.double_data_size() + proto.uint64_data_size();
  require(stored == type.shape.elements(), ErrorCode::format, "holds {} values; its dims ask for {}", stored,
          type.shape.elements());
  Tensor tensor(type);
  fill_from_fields(tensor, proto);
  return tensor;
}

}  // namespace exeunt

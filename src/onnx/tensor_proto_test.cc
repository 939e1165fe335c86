#include "onnx/tensor_proto.h"

#include "support/expect_error.h"
#include "support/temp_dir.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using onnx::TensorProto;
using ::testing::ElementsAre;

TensorProto proto_of(TensorProto::DataType type, const std::vector<std::int64_t>& dims) {
  TensorProto proto;
  proto.set_data_type(type);
  for (const std::int64_t dim : dims) proto.add_dims(dim);
  return proto;
}

TensorProto raw(TensorProto::DataType type, const std::vector<std::int64_t>& dims, const std::string& bytes) {
  TensorProto proto = proto_of(type, dims);
  proto.set_raw_data(bytes);
  return proto;
}

std::vector<double> numbers_of(const TensorProto& proto) { return numbers(tensor_of_proto(proto, ".")); }

struct TypeRow {
  TensorProto::DataType onnx;
  DType dtype;
};

constexpr TypeRow kTypes[] = {
    {TensorProto::FLOAT, DType::f32},     {TensorProto::DOUBLE, DType::f64}, {TensorProto::FLOAT16, DType::f16},
    {TensorProto::BFLOAT16, DType::bf16}, {TensorProto::INT8, DType::i8},    {TensorProto::UINT8, DType::u8},
    {TensorProto::INT16, DType::i16},     {TensorProto::UINT16, DType::u16}, {TensorProto::INT32, DType::i32},
    {TensorProto::UINT32, DType::u32},    {TensorProto::INT64, DType::i64},  {TensorProto::UINT64, DType::u64},
    {TensorProto::BOOL, DType::boolean},
};

TEST(DTypeOfOnnx, NamesWhatIsNotSupported) {
  for (const TypeRow& row : kTypes) EXPECT_EQ(dtype_of_onnx(row.onnx), row.dtype);
  expect_error(ErrorCode::unsupported, "element type STRING", [] { dtype_of_onnx(TensorProto::STRING); });
  expect_error(ErrorCode::unsupported, "element type COMPLEX64", [] { dtype_of_onnx(TensorProto::COMPLEX64); });
  expect_error(ErrorCode::unsupported, "element type UNDEFINED", [] { dtype_of_onnx(0); });
  expect_error(ErrorCode::unsupported, "element type number 17", [] { dtype_of_onnx(17); });
  expect_error(ErrorCode::unsupported, "element type number -1", [] { dtype_of_onnx(-1); });
}

TEST(TensorOfProto, RawBytesAreLittleEndian) {
  EXPECT_THAT(numbers_of(raw(TensorProto::FLOAT, {1, 2}, {"\0\0\xC0\x3F\0\0\0\xC0", 8})), ElementsAre(1.5, -2));
  EXPECT_THAT(numbers_of(raw(TensorProto::INT16, {2}, {"\x01\x00\xFF\xFF", 4})), ElementsAre(1, -1));
  EXPECT_THAT(numbers_of(raw(TensorProto::FLOAT16, {2}, {"\x00\x3E\x00\xC0", 4})), ElementsAre(1.5, -2));
  EXPECT_THAT(numbers_of(raw(TensorProto::BFLOAT16, {2}, {"\xC0\x3F\x00\xC0", 4})), ElementsAre(1.5, -2));
  EXPECT_THAT(numbers_of(raw(TensorProto::UINT8, {}, "\xFF")), ElementsAre(255));
}

TEST(TensorOfProto, EveryTypeSurvivesAsRawBytes) {
  for (const TypeRow& row : kTypes) {
    SCOPED_TRACE(dtype_name(row.dtype));
    const Tensor one = tensor(row.dtype, {3}, {0, 1, 1});
    const std::string bytes(reinterpret_cast<const char*>(one.view().data), one.bytes());
    const Tensor read = tensor_of_proto(raw(row.onnx, {3}, bytes), ".");
    EXPECT_EQ(read.type(), one.type());
    EXPECT_THAT(numbers(read), ElementsAre(0, 1, 1));
  }
}

TEST(TensorOfProto, TypedFieldsHoldOneValueEach) {
  TensorProto floats = proto_of(TensorProto::FLOAT, {2});
  floats.add_float_data(1.5F), floats.add_float_data(-2);
  EXPECT_THAT(numbers_of(floats), ElementsAre(1.5, -2));
  TensorProto doubles = proto_of(TensorProto::DOUBLE, {1});
  doubles.add_double_data(0.1);
  EXPECT_THAT(numbers_of(doubles), ElementsAre(0.1));
  TensorProto longs = proto_of(TensorProto::INT64, {1});
  longs.add_int64_data(-(std::int64_t{1} << 40));
  EXPECT_THAT(numbers_of(longs), ElementsAre(-0x1p40));
  for (const auto type : {TensorProto::UINT32, TensorProto::UINT64}) {
    TensorProto words = proto_of(type, {1});
    words.add_uint64_data(0xFFFFFFFF);
    EXPECT_THAT(numbers_of(words), ElementsAre(4294967295.0));
  }
}

TEST(TensorOfProto, NarrowTypesStandOneToAnInt32) {
  for (const auto type :
       {TensorProto::INT8, TensorProto::UINT8, TensorProto::INT16, TensorProto::UINT16, TensorProto::INT32}) {
    TensorProto proto = proto_of(type, {2});
    proto.add_int32_data(7), proto.add_int32_data(100);
    EXPECT_THAT(numbers_of(proto), ElementsAre(7, 100)) << type;
  }
  TensorProto negative = proto_of(TensorProto::INT8, {1});
  negative.add_int32_data(-3);
  EXPECT_THAT(numbers_of(negative), ElementsAre(-3));
}

TEST(TensorOfProto, ShortFloatsStandAsTheirBits) {
  TensorProto half = proto_of(TensorProto::FLOAT16, {2});
  half.add_int32_data(0x3E00), half.add_int32_data(0xC000);
  EXPECT_THAT(numbers_of(half), ElementsAre(1.5, -2));
  TensorProto brain = proto_of(TensorProto::BFLOAT16, {1});
  brain.add_int32_data(0x3FC0);
  EXPECT_THAT(numbers_of(brain), ElementsAre(1.5));
}

TEST(TensorOfProto, EveryBoolBut0IsTrue) {
  const Tensor bytes = tensor_of_proto(raw(TensorProto::BOOL, {3}, {"\0\1\xFF", 3}), ".");
  EXPECT_THAT(bytes.span<std::uint8_t>(), ElementsAre(0, 1, 1));
  TensorProto typed = proto_of(TensorProto::BOOL, {3});
  for (const int value : {0, 1, 256}) typed.add_int32_data(value);
  EXPECT_THAT(tensor_of_proto(typed, ".").span<std::uint8_t>(), ElementsAre(0, 1, 1));
}

TEST(TensorOfProto, ScalarsAndEmptyTensors) {
  TensorProto scalar = proto_of(TensorProto::FLOAT, {});
  scalar.add_float_data(3);
  EXPECT_EQ(tensor_of_proto(scalar, ".").type(), (TensorType{DType::f32, {}}));
  EXPECT_EQ(tensor_of_proto(proto_of(TensorProto::FLOAT, {0}), ".").type(), (TensorType{DType::f32, {0}}));
  EXPECT_EQ(tensor_of_proto(raw(TensorProto::FLOAT, {2, 0}, ""), ".").type(), (TensorType{DType::f32, {2, 0}}));
  constexpr std::int64_t kHuge = std::int64_t{1} << 62;
  EXPECT_EQ(tensor_of_proto(proto_of(TensorProto::FLOAT, {kHuge, kHuge, 0}), ".").elements(), 0);
}

TEST(TensorOfProto, ByteCountsMustFit) {
  expect_error(ErrorCode::format, "holds 7 bytes; its dims ask for 8",
               [] { tensor_of_proto(raw(TensorProto::FLOAT, {2}, "1234567"), "."); });
  expect_error(ErrorCode::format, "holds 9 bytes",
               [] { tensor_of_proto(raw(TensorProto::FLOAT, {2}, "123456789"), "."); });
  expect_error(ErrorCode::format, "holds 1 values; its dims ask for 2", [] {
    TensorProto proto = proto_of(TensorProto::FLOAT, {2});
    proto.add_float_data(1);
    tensor_of_proto(proto, ".");
  });
  expect_error(ErrorCode::format, "holds 0 values; its dims ask for 2", [] {
    TensorProto in_the_wrong_field = proto_of(TensorProto::FLOAT, {2});
    in_the_wrong_field.add_int64_data(1), in_the_wrong_field.add_int64_data(2);
    tensor_of_proto(in_the_wrong_field, ".");
  });
  expect_error(ErrorCode::format, "holds 1 values; its dims ask for 2", [] {
    TensorProto bools = proto_of(TensorProto::BOOL, {2});
    bools.add_int32_data(1);
    tensor_of_proto(bools, ".");
  });
  expect_error(ErrorCode::format, "holds 0 values", [] { tensor_of_proto(proto_of(TensorProto::INT64, {1}), "."); });
}

TEST(TensorOfProto, DimsAreCheckedBeforeMemoryIsTaken) {
  expect_error(ErrorCode::shape, "2 GB or more", [] { tensor_of_proto(raw(TensorProto::FLOAT, {1 << 29}, ""), "."); });
  expect_error(ErrorCode::shape, "2 GB or more", [] {
    tensor_of_proto(proto_of(TensorProto::INT8, {std::int64_t{1} << 62, std::int64_t{1} << 62}), ".");
  });
  expect_error(ErrorCode::format, "holds 0 values",
               [] { tensor_of_proto(proto_of(TensorProto::INT8, {1 << 30}), "."); });
  expect_error(ErrorCode::shape, "negative dimension", [] { tensor_of_proto(raw(TensorProto::FLOAT, {-1}, ""), "."); });
  expect_error(ErrorCode::shape, "9 dimensions", [] {
    tensor_of_proto(raw(TensorProto::UINT8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "x"), ".");
  });
  expect_error(ErrorCode::unsupported, "STRING", [] { tensor_of_proto(proto_of(TensorProto::STRING, {1}), "."); });
}

/// Two floats in `location`.
TensorProto external(const std::string& location, const std::string& offset = "", const std::string& length = "") {
  TensorProto proto = proto_of(TensorProto::FLOAT, {2});
  proto.set_data_location(TensorProto::EXTERNAL);
  for (const auto& [key, value] : {std::pair{"location", location}, {"offset", offset}, {"length", length}}) {
    if (value.empty()) continue;
    auto* entry = proto.add_external_data();
    entry->set_key(key);
    entry->set_value(value);
  }
  return proto;
}

class ExternalData : public ::testing::Test {
 protected:
  ExternalData() { dir_.write("w.bin", {"padd\0\0\xC0\x3F\0\0\0\xC0", 12}), dir_.write("sub/w.bin", "12345678"); }

  Tensor read(const TensorProto& proto) const { return tensor_of_proto(proto, dir_.path()); }
  void expect_refused(ErrorCode code, const std::string& text, const TensorProto& proto) const {
    expect_error(code, text, [&] { read(proto); });
  }

  TempDir dir_;
};

TEST_F(ExternalData, LiesBesideTheModel) {
  EXPECT_THAT(numbers(read(external("w.bin", "4", "8"))), ElementsAre(1.5, -2));
  EXPECT_THAT(numbers(read(external("w.bin", "4"))), ElementsAre(1.5, -2));
  EXPECT_EQ(read(external("sub/w.bin")).elements(), 2);
  EXPECT_EQ(read(external("./sub/w.bin", "0")).elements(), 2);
}

TEST_F(ExternalData, MissingFile) {
  expect_refused(ErrorCode::file, "external data file '" + (dir_ / "no.bin").string() + "' is missing",
                 external("no.bin"));
  expect_refused(ErrorCode::format, "without a location", external(""));
  expect_refused(ErrorCode::file, "is a folder", external("sub"));
}

TEST_F(ExternalData, MayNotLeaveTheFolder) {
  for (const char* location : {"../w.bin", "sub/../../w.bin", "/etc/hostname", "sub/.."}) {
    expect_refused(ErrorCode::file, "lies outside the model's folder", external(location));
  }
}

TEST_F(ExternalData, OffsetAndLengthMustFit) {
  expect_refused(ErrorCode::format, "gives 4 bytes; 8 are needed", external("w.bin", "0", "4"));
  expect_refused(ErrorCode::format, "too few for 8 bytes at offset 5", external("w.bin", "5"));
  expect_refused(ErrorCode::format, "too few", external("w.bin", "9223372036854775807", "8"));
  expect_refused(ErrorCode::format, "offset is '-4', not a count", external("w.bin", "-4"));
  expect_refused(ErrorCode::format, "offset is '4x', not a count", external("w.bin", "4x"));
  expect_refused(ErrorCode::format, "length is '99999999999999999999'", external("w.bin", "0", "99999999999999999999"));
}

TEST_F(ExternalData, BoolsAreMadeValid) {
  TensorProto proto = external("w.bin");
  proto.set_data_type(TensorProto::BOOL);
  EXPECT_THAT(read(proto).span<std::uint8_t>(), ElementsAre(1, 1));
}

}  // namespace

}  // namespace exeunt

#include "data/npy.h"

#include <exeunt/tools/arrays.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "base/files.h"
#include "support/expect_error.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::expect_any_error;
using testing::expect_error;
using testing::SmallDisk;
using testing::TempDir;

constexpr std::array<DType, 12> kNumpyTypes = {DType::f32, DType::f64, DType::f16, DType::i8,
                                               DType::u8,  DType::i16, DType::u16, DType::i32,
                                               DType::u32, DType::i64, DType::u64, DType::boolean};

/// A tensor whose bytes are 0, 1, 2, ... (bool: 0, 1, 0, ...).
Tensor counting(const TensorType& type) {
  Tensor tensor(type);
  for (std::size_t i = 0; i < tensor.bytes(); ++i) {
    tensor.mutable_view().data[i] = static_cast<std::byte>(type.dtype == DType::boolean ? i % 2 : i);
  }
  return tensor;
}

void expect_same(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.type(), b.type()) << a.type().str() << " and " << b.type().str();
  EXPECT_EQ(std::memcmp(a.view().data, b.view().data, a.bytes()), 0) << a.type().str();
}

/// A file of `version` with this header and elements.
std::string npy_text(int version, std::string header, const std::string& elements) {
  header += '\n';
  std::string text = "\x93NUMPY";
  text += {static_cast<char>(version), '\0'};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(header.size() >> (8 * i) & 0xffU);
  return text + header + elements;
}

Tensor decode(const std::string& text) { return decode_npy(std::as_bytes(std::span(text))); }

TEST(Npy, ReadsBackEveryTypeAndShape) {
  const TempDir dir;
  for (const DType dtype : kNumpyTypes) {
    for (const Shape& shape :
         {Shape{}, Shape{5}, Shape{0}, Shape{2, 0, 3}, Shape{2, 3, 4}, Shape{1, 1, 1, 1, 1, 1, 1, 2}}) {
      const Tensor array = counting({dtype, shape});
      write_npy(dir / "a.npy", array.view());
      expect_same(read_npy(dir / "a.npy"), array);
    }
  }
}

TEST(Npy, WritesBfloat16AsItsPatterns) {
  const TempDir dir;
  const Tensor array = counting({DType::bf16, {3}});
  write_npy(dir / "a.npy", array.view());
  const Tensor back = read_npy(dir / "a.npy");
  EXPECT_EQ(back.type(), (TensorType{DType::u16, {3}}));
  EXPECT_EQ(std::memcmp(back.view().data, array.view().data, 6), 0);
}

// What numpy.save writes for numpy.arange(3, dtype='i2').
TEST(Npy, WritesTheBytesThatNumpyWrites) {
  const std::vector<std::int16_t> values = {0, 1, 2};
  const TempDir dir;
  write_npy(dir / "a.npy", Tensor::of(DType::i16, {3}, std::span<const std::int16_t>(values)).view());
  const std::vector<std::byte> bytes = read_file(dir / "a.npy");
  std::string header = "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }";
  header.resize(128 - 10 - 1, ' ');
  const std::string expected = npy_text(1, header, std::string("\0\0\1\0\2\0", 6));
  ASSERT_EQ(expected.size(), 128U + 6U);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), expected);
}

TEST(Npy, ReadsVersionsOneToThree) {
  for (int version = 1; version <= 3; ++version) {
    const Tensor array = decode(npy_text(version, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "ab"));
    EXPECT_EQ(array.span<std::uint8_t>()[1], 'b');
  }
  expect_error(ErrorCode::format, "version 4",
               [] { decode(npy_text(4, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "ab")); });
}

TEST(Npy, ReadsHeadersAsPythonWritesThem) {
  for (const char* header : {R"({"shape": (2, 1), "fortran_order": False, "descr": "|u1"})",
                             "{'descr': '|u1','fortran_order': False,'shape': (2L, 1L)}",
                             "{ 'descr' : '<u1', 'fortran_order' : False, 'shape' : ( 2 , 1 , ) , }   "}) {
    EXPECT_EQ(decode(npy_text(1, header, "ab")).shape(), (Shape{2, 1})) << header;
  }
}

TEST(Npy, RefusesWhatItCannotHoldAndSaysWhy) {
  const auto refuse = [](const std::string& descr, const char* order, const std::string& reason) {
    const std::string header = "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': (2,)}";
    expect_error(ErrorCode::format, reason, [&] { decode(npy_text(1, header, std::string(16, '\0'))); });
  };
  refuse("'<f8'", "True", "Fortran order");
  refuse("'>f8'", "False", "big endian");
  refuse("'<c8'", "False", "'<c8' are not supported");
  refuse("'|O'", "False", "'|O' are not supported");
  refuse("'<U2'", "False", "'<U2' are not supported");
  refuse("''", "False", "not supported");
  refuse("[('a', '<f4'), ('b', '<f4')]", "False", "records");
}

TEST(Npy, RefusesDamagedHeaders) {
  for (const char* header :
       {"", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': False}",
        "{'descr': '|u1', 'fortran_order': Maybe, 'shape': (2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2", "{'descr': '|u1', 'fortran_order': False, 'shape': 2}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)} x",
        "{'descr': '|u1, 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,2)}", "{'other': 1}"}) {
    expect_error(ErrorCode::format, "", [&] { decode(npy_text(1, header, "ab")); });
  }
}

TEST(Npy, RefusesSizesBeyondAllMemory) {
  for (const char* shape : {"(3000000000,)", "(65536, 65536)", "(4611686018427387904, 4611686018427387904)",
                            "(0, 4611686018427387904, 4611686018427387904)", "(99999999999999999999,)"}) {
    const std::string header = std::string("{'descr': '<f8', 'fortran_order': False, 'shape': ") + shape + "}";
    expect_any_error([&] { decode(npy_text(1, header, "ab")); });
  }
}

TEST(Npy, RefusesEveryTruncationAndExtraBytes) {
  for (int version = 1; version <= 3; ++version) {
    const std::string whole =
        npy_text(version, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", std::string(12, 'x'));
    decode(whole);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      expect_error(ErrorCode::format, "", [&] { decode(whole.substr(0, length)); });
    }
    expect_error(ErrorCode::format, "takes 12 bytes, but the file holds 13", [&] { decode(whole + "x"); });
  }
}

TEST(Npy, SurvivesAnyChangedByte) {
  const std::string whole =
      npy_text(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", std::string(12, 'x'));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {1, 2, 16, 128}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      try {
        decode(changed);
      } catch (const Error&) {
      }
    }
  }
}

TEST(Npy, ReadsAnyTrueByteAsOne) {
  const Tensor array =
      decode(npy_text(1, "{'descr': '|b1', 'fortran_order': False, 'shape': (3,)}", std::string("\0\2\xff", 3)));
  EXPECT_EQ(array.span<std::uint8_t>()[0], 0);
  EXPECT_EQ(array.span<std::uint8_t>()[1], 1);
  EXPECT_EQ(array.span<std::uint8_t>()[2], 1);
}

TEST(Npy, NamesTheFileInItsErrors) {
  const TempDir dir;
  expect_error(ErrorCode::file, (dir / "absent.npy").string(), [&] { read_npy(dir / "absent.npy"); });
  const auto path = dir.write("a.npy", "no array at all");
  expect_error(ErrorCode::format, path.string() + ": is no .npy file", [&] { read_npy(path); });
}

TEST(Npy, LeavesTheOldFileWhenTheDiskIsFull) {
  const TempDir dir;
  const Tensor old = counting({DType::u8, {4}});
  write_npy(dir / "a.npy", old.view());
  const Tensor large = counting({DType::f32, {10'000}});
  bool threw = false;
  {
    const SmallDisk disk(1000);
    try {
      write_npy(dir / "a.npy", large.view());
    } catch (const Error& error) {
      threw = error.code() == ErrorCode::file;
    }
  }
  EXPECT_TRUE(threw);
  expect_same(read_npy(dir / "a.npy"), old);
}

}  // namespace

}  // namespace exeunt

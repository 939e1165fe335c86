#include <exeunt/tools/arrays.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "data/npy.h"
#include "support/expect_error.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::content_of;
using testing::expect_error;
using testing::SmallDisk;
using testing::TempDir;

Tensor ramp(const Shape& shape) {
  Tensor tensor(TensorType{DType::f32, shape});
  float next = 0;
  for (float& value : tensor.mutable_span<float>()) value = next++;
  return tensor;
}

Arrays sample_arrays() {
  Arrays arrays;
  arrays.emplace("x", ramp({20, 3}));
  arrays.emplace("empty", ramp({0, 3}));
  arrays.emplace("scalar", ramp({}));
  return arrays;
}

void expect_same(const Arrays& a, const Arrays& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, array] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    const Tensor& other = b.at(name);
    ASSERT_EQ(array.type(), other.type());
    EXPECT_EQ(std::memcmp(array.view().data, other.view().data, array.bytes()), 0) << name;
  }
}

/// A zip archive of these entries, deflated or stored.
void write_zip(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& entries,
               int compression) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  ASSERT_NE(archive, nullptr);
  for (const auto& [name, content] : entries) {
    zip_source_t* source = zip_source_buffer(archive, content.data(), content.size(), 0);
    const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
    zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), compression, 0);
  }
  ASSERT_EQ(zip_close(archive), 0);
}

std::string npy_of(const Tensor& array) {
  return npy_header(array.type()) + std::string(reinterpret_cast<const char*>(array.view().data), array.bytes());
}

TEST(Npz, ReadsBackWhatItWrites) {
  const TempDir dir;
  const Arrays arrays = sample_arrays();
  write_npz(dir / "a.npz", arrays);
  expect_same(read_npz(dir / "a.npz"), arrays);
  write_npz(dir / "none.npz", {});
  EXPECT_TRUE(read_npz(dir / "none.npz").empty());
}

TEST(Npz, ReadsStoredAndDeflatedEntries) {
  const TempDir dir;
  const Tensor array = ramp({100});
  for (const int compression : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    write_zip(dir / "a.npz", {{"x.npy", npy_of(array)}}, compression);
    const Arrays back = read_npz(dir / "a.npz");
    EXPECT_TRUE(std::ranges::equal(back.at("x").span<float>(), array.span<float>()));
  }
}

TEST(Npz, IsTheSameFileWhereverAndWheneverItIsWritten) {
  const TempDir dir;
  write_npz(dir / "a.npz", sample_arrays());
  ASSERT_EQ(::setenv("TZ", "Pacific/Auckland", 1), 0);
  ::tzset();
  write_npz(dir / "b.npz", sample_arrays());
  ::unsetenv("TZ");
  ::tzset();
  EXPECT_EQ(content_of(dir / "a.npz"), content_of(dir / "b.npz"));
}

TEST(Npz, RefusesEveryTruncation) {
  const TempDir dir;
  for (const int compression : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    write_zip(dir / "a.npz", {{"x.npy", npy_of(ramp({30}))}, {"y.npy", npy_of(ramp({}))}}, compression);
    const std::string whole = content_of(dir / "a.npz");
    for (std::size_t length = 0; length < whole.size(); ++length) {
      const auto path = dir.write("cut.npz", whole.substr(0, length));
      expect_error(ErrorCode::format, path.string(), [&] { read_npz(path); });
    }
  }
}

TEST(Npz, SurvivesAnyChangedByteAndNoticesChangedElements) {
  const TempDir dir;
  for (const int compression : {ZIP_CM_STORE, ZIP_CM_DEFLATE}) {
    const Tensor array = ramp({30});
    write_zip(dir / "a.npz", {{"x.npy", npy_of(array)}}, compression);
    const std::string whole = content_of(dir / "a.npz");
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x11);
      const auto path = dir.write("changed.npz", changed);
      try {
        const Arrays back = read_npz(path);
        for (const auto& [name, read] : back) {
          EXPECT_TRUE(std::ranges::equal(read.span<float>(), array.span<float>())) << "byte " << at;
        }
      } catch (const Error&) {
      }
    }
  }
}

TEST(Npz, RefusesOtherContent) {
  const TempDir dir;
  const std::string array = npy_of(ramp({2}));
  write_zip(dir / "other.npz", {{"readme.txt", "hello"}}, ZIP_CM_STORE);
  expect_error(ErrorCode::format, "'readme.txt': is no .npy file", [&] { read_npz(dir / "other.npz"); });
  write_zip(dir / "bad.npz", {{"x.npy", "hello"}}, ZIP_CM_STORE);
  expect_error(ErrorCode::format, "array 'x.npy': is no .npy file", [&] { read_npz(dir / "bad.npz"); });
  const auto npy = dir.write("a.npz", array);
  expect_error(ErrorCode::format, "is no .npz (zip) file", [&] { read_npz(npy); });
}

TEST(Npz, TellsAMissingFileFromADamagedOne) {
  const TempDir dir;
  expect_error(ErrorCode::file, "absent.npz", [&] { read_npz(dir / "absent.npz"); });
  expect_error(ErrorCode::file, "is a folder", [&] { read_npz(dir.path()); });
  expect_error(ErrorCode::file, "missing", [&] { write_npz(dir / "absent/a.npz", sample_arrays()); });
}

TEST(Npz, LeavesTheOldFileWhenTheDiskIsFull) {
  const TempDir dir;
  const Arrays old = sample_arrays();
  write_npz(dir / "a.npz", old);
  Arrays large;
  large.emplace("x", ramp({100'000}));
  bool threw = false;
  {
    const SmallDisk disk(2000);
    try {
      write_npz(dir / "a.npz", large);
    } catch (const Error& error) {
      threw = error.code() == ErrorCode::file;
    }
  }
  EXPECT_TRUE(threw);
  expect_same(read_npz(dir / "a.npz"), old);
  const std::filesystem::directory_iterator entries(dir.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

}  // namespace

}  // namespace exeunt

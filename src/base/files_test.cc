#include "base/files.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "support/expect_error.h"
#include "support/small_disk.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::SmallDisk;
using testing::TempDir;

std::string text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::size_t files_in(const TempDir& dir) {
  const std::filesystem::directory_iterator entries(dir.path());
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

TEST(ReadFile, GivesWhatWriteFileWrote) {
  const TempDir dir;
  for (const std::string& text : {std::string(), std::string("a\0b\n\xff", 5), std::string(100'000, 'x')}) {
    write_file(dir / "f", bytes_of(text));
    EXPECT_EQ(text_of(read_file(dir / "f")), text);
  }
}

TEST(ReadFile, ReadsAPart) {
  const TempDir dir;
  const auto path = dir.write("f", "0123456789");
  EXPECT_EQ(text_of(read_file(path, 3, 4)), "3456");
  EXPECT_EQ(text_of(read_file(path, 7, -1)), "789");
  EXPECT_EQ(text_of(read_file(path, 10, 0)), "");
}

TEST(ReadFile, RefusesPartsBeyondTheEnd) {
  const TempDir dir;
  const auto path = dir.write("f", "0123456789");
  expect_error(ErrorCode::format, "holds 10 bytes", [&] { read_file(path, 3, 8); });
  expect_error(ErrorCode::format, "holds 10 bytes", [&] { read_file(path, 11, -1); });
  expect_error(ErrorCode::format, "holds 10 bytes", [&] { read_file(path, -1, 2); });
}

TEST(ReadFile, NamesTheFileThatIsMissing) {
  const TempDir dir;
  expect_error(ErrorCode::file, (dir / "absent").string(), [&] { read_file(dir / "absent"); });
  expect_error(ErrorCode::file, "is a folder", [&] { read_file(dir.path()); });
}

TEST(WriteFile, ReplacesAnOldFile) {
  const TempDir dir;
  const auto path = dir.write("f", "old and longer");
  write_file(path, bytes_of("new"));
  EXPECT_EQ(text_of(read_file(path)), "new");
  EXPECT_EQ(files_in(dir), 1U);
}

TEST(WriteFile, RefusesAFolderAndAMissingFolder) {
  const TempDir dir;
  expect_error(ErrorCode::file, "is a folder", [&] { write_file(dir.path(), bytes_of("x")); });
  expect_error(ErrorCode::file, "missing", [&] { write_file(dir / "absent/f", bytes_of("x")); });
}

TEST(ReplaceFile, LeavesTheOldFileWhenTheWriterThrows) {
  const TempDir dir;
  const auto path = dir.write("f", "old");
  const auto half_write = [](const std::filesystem::path& temporary) {
    write_file(temporary, bytes_of("half"));
    fail(ErrorCode::file, "disk full");
  };
  expect_error(ErrorCode::file, "disk full", [&] { replace_file(path, half_write); });
  EXPECT_EQ(text_of(read_file(path)), "old");
  EXPECT_EQ(files_in(dir), 1U);
}

TEST(ReplaceFile, LeavesTheOldFileWhenTheWriterForgetsToWrite) {
  const TempDir dir;
  const auto path = dir.write("f", "old");
  expect_error(ErrorCode::file, "cannot be written", [&] { replace_file(path, [](const auto&) {}); });
  EXPECT_EQ(text_of(read_file(path)), "old");
}

TEST(WriteFile, LeavesTheOldFileWhenTheDiskIsFull) {
  const TempDir dir;
  const auto path = dir.write("f", "old");
  const std::string large(100'000, 'x');
  bool threw = false;
  {
    const SmallDisk disk(1000);
    try {
      write_file(path, bytes_of(large));
    } catch (const Error& error) {
      threw = error.code() == ErrorCode::file;
    }
  }
  EXPECT_TRUE(threw);
  EXPECT_EQ(text_of(read_file(path)), "old");
  EXPECT_EQ(files_in(dir), 1U);
}

TEST(Error, GetsContextInFront) {
  const auto nested = [] { with_context("node 'conv1'", [] { fail(ErrorCode::shape, "group {} is wrong", 3); }); };
  expect_error(ErrorCode::shape, "m.onnx: node 'conv1': group 3 is wrong", [&] { with_context("m.onnx", nested); });
}

}  // namespace

}  // namespace exeunt

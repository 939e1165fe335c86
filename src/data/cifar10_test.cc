#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "support/expect_error.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::TempDir;
using std::string_literals::operator""s;

constexpr std::size_t kPixels = 3072;
const std::string kNames = "airplane automobile bird cat deer dog frog horse ship truck ";

/// Red, green and blue planes that count on from each other, starting at `start`.
std::string planes(int start) {
  std::string pixels;
  for (std::size_t i = 0; i < kPixels; ++i) pixels += static_cast<char>(start + static_cast<int>(i / 1024) * 50);
  return pixels;
}

std::string binary_batch(const std::vector<int>& labels) {
  std::string bytes;
  for (const int label : labels) bytes += static_cast<char>(label) + planes(label);
  return bytes;
}

/// Little endian, four bytes.
std::string number(std::size_t value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xffU);
  return bytes;
}

/// As in the official python archive: protocol 2 of Python 2, data [N,3072].
std::string python_batch(const std::vector<int>& labels) {
  std::string pixels;
  std::string list;
  for (const int label : labels) {
    pixels += planes(label);
    list += "K"s + static_cast<char>(label);
  }
  return "\x80\x02}q\x01(U\x0b"
         "batch_labelq\x02U\x04test"s +
         "U\x06labelsq\x04]q\x05("s + list + "e" +
         "U\x04"
         "dataq\x06"
         "cnumpy.core.multiarray\n_reconstruct\nq\x07"
         "cnumpy\nndarray\nq\x08K\0\x85U\x01"
         "b\x87Rq\x09(K\x01"s +
         "J" + number(labels.size()) +
         "M\0\x0c\x86"
         "cnumpy\ndtype\nq\x0aU\x02u1K\0K\x01\x87Rq\x0b(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T"s +
         number(pixels.size()) + pixels + "tbu."s;
}

std::string python_names() {
  std::string names;
  for (int i = 0; i < 10; ++i) names += "U\x01"s + static_cast<char>('a' + i);
  return "\x80\x02}(U\x0blabel_names]("s + names +
         "eU\x09num_cases"
         "K\x01u."s;
}

SampleFormat cifar_format() {
  SampleFormat format;
  format.sample = {DType::f32, {3, 32, 32}};
  return format;
}

Dataset open(const TempDir& dir, const std::string& split = "", std::int64_t limit = 0) {
  return Dataset::open("cifar10:" + dir.path().string() + split, cifar_format(), limit);
}

void expect_planes(const Dataset& data, std::int64_t index, int start) {
  Tensor out(TensorType{DType::f32, {1, 3, 32, 32}});
  data.read(index, 1, out.mutable_view());
  EXPECT_EQ(out.span<float>()[0], static_cast<float>(start));
  EXPECT_EQ(out.span<float>()[1023], static_cast<float>(start));
  EXPECT_EQ(out.span<float>()[1024], static_cast<float>(start + 50));
  EXPECT_EQ(out.span<float>()[3071], static_cast<float>(start + 100));
}

TEST(Cifar10, ReadsTheBinaryTestBatch) {
  const TempDir dir;
  dir.write("test_batch.bin", binary_batch({3, 9, 0}));
  dir.write("batches.meta.txt", kNames);
  for (const char* split : {"", ":test"}) {
    const Dataset data = open(dir, split);
    EXPECT_TRUE(std::ranges::equal(data.labels(), std::vector<std::int32_t>{3, 9, 0}));
    EXPECT_EQ(data.class_names().at(9), "truck");
    expect_planes(data, 1, 9);
  }
}

TEST(Cifar10, ReadsThePythonTestBatch) {
  const TempDir dir;
  dir.write("cifar-10-batches-py/test_batch", python_batch({3, 9, 0}));
  dir.write("cifar-10-batches-py/batches.meta", python_names());
  const Dataset data = open(dir);
  EXPECT_TRUE(std::ranges::equal(data.labels(), std::vector<std::int32_t>{3, 9, 0}));
  EXPECT_EQ(data.class_names().at(9), "j");
  expect_planes(data, 1, 9);
  EXPECT_EQ(open(dir, "", 2).size(), 2);
}

TEST(Cifar10, ReadsTheTrainingBatchesInOrderUpToTheLimit) {
  const TempDir dir;
  for (int i = 1; i <= 5; ++i) {
    dir.write("data_batch_" + std::to_string(i) + ".bin", binary_batch({i, i}));
    dir.write("cifar-10-batches-py/data_batch_" + std::to_string(i), python_batch({i}));
  }
  const Dataset all = open(dir, ":train");
  EXPECT_TRUE(std::ranges::equal(all.labels(), std::vector<std::int32_t>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}));
  EXPECT_TRUE(all.class_names().empty());
  expect_planes(all, 9, 5);
  EXPECT_EQ(open(dir, ":train", 3).size(), 3);
  EXPECT_EQ(open(dir, ":train", 4).size(), 4);
  EXPECT_EQ(open(dir, ":train", 100).size(), 10);
}

TEST(Cifar10, NamesTheMissingBatches) {
  const TempDir dir;
  dir.write("test_batch.bin", binary_batch({1}));
  expect_error(ErrorCode::file, "no training batches of CIFAR-10; expected are data_batch_1.bin to data_batch_5.bin",
               [&] { open(dir, ":train"); });
  for (const int i : {1, 2, 4}) dir.write("data_batch_" + std::to_string(i) + ".bin", binary_batch({i}));
  expect_error(ErrorCode::file, "lacks data_batch_3.bin, data_batch_5.bin", [&] { open(dir, ":train"); });
  const TempDir empty;
  expect_error(ErrorCode::file, "no test batches of CIFAR-10; expected are test_batch.bin", [&] { open(empty); });
  expect_error(ErrorCode::file, "no such folder", [] { Dataset::open("cifar10:/absent", cifar_format()); });
}

TEST(Cifar10, RefusesDamagedBatches) {
  const TempDir dir;
  dir.write("test_batch.bin", binary_batch({1, 2}) + "x");
  expect_error(ErrorCode::format, "no multiple of 3073", [&] { open(dir, "", 1); });
  dir.write("test_batch.bin", binary_batch({1, 10}));
  expect_error(ErrorCode::format, "test_batch.bin: sample 1 has the label 10", [&] { open(dir); });
  dir.write("test_batch.bin", binary_batch({1}));
  dir.write("batches.meta.txt", "cat dog");
  expect_error(ErrorCode::format, "has 2 class names", [&] { open(dir); });
}

TEST(Cifar10, RefusesDamagedPythonBatches) {
  const TempDir dir;
  const std::string whole = python_batch({1, 2});
  dir.write("test_batch", whole.substr(0, whole.size() - 100));
  expect_error(ErrorCode::format, "test_batch: the pickle is cut off", [&] { open(dir); });
  dir.write("test_batch", python_names());
  expect_error(ErrorCode::format, "is no CIFAR-10 batch", [&] { open(dir); });
  std::string label = whole;
  label.replace(label.find("(K\x01K\x02"), 3, "(K\x0b");
  dir.write("test_batch", label);
  expect_error(ErrorCode::format, "label 11", [&] { open(dir); });
}

TEST(Cifar10, TellsAtOnceThatTheModelTakesOtherPictures) {
  const TempDir dir;
  dir.write("test_batch.bin", binary_batch({1}));
  SampleFormat format = cifar_format();
  format.sample.shape = {1, 28, 28};
  expect_error(ErrorCode::shape, "3 channels", [&] { Dataset::open("cifar10:" + dir.path().string(), format); });
}

TEST(Cifar10, ReadsTheRealTestBatch) {
  const char* given = std::getenv("EXEUNT_SHARED");
  const std::filesystem::path shared =
      given != nullptr ? given : std::filesystem::path(EXEUNT_SOURCE_DIR) / "../shared";
  const std::filesystem::path folder = shared / "data/cifar10";
  if (!std::filesystem::exists(folder / "test_batch.bin")) GTEST_SKIP() << "no CIFAR-10 in " << folder;
  const Dataset data = Dataset::open("cifar10:" + folder.string(), cifar_format());
  ASSERT_EQ(data.size(), 10'000);
  EXPECT_EQ(data.class_names().at(3), "cat");
  std::vector<int> counts(10);
  for (const std::int32_t label : data.labels()) ++counts.at(static_cast<std::size_t>(label));
  EXPECT_EQ(counts, std::vector<int>(10, 1000));
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "support/expect_error.h"
#include "support/samples.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::format_of;

std::vector<float> read(const Dataset& data, std::int64_t first, std::int64_t count, const Shape& batch) {
  Tensor out(TensorType{DType::f32, batch});
  data.read(first, count, out.mutable_view());
  return {out.span<float>().begin(), out.span<float>().end()};
}

TEST(Dataset, NamesTheKnownKindsForAnUnknownOne) {
  for (const char* source : {"", "cifar100:x", "x.npz", "random2", ":"}) {
    expect_error(ErrorCode::argument, "cifar10:DIR[:train|:test], npz:FILE, images:DIR, random, zeros",
                 [&] { Dataset::open(source, format_of({2})); });
  }
}

TEST(Dataset, SaysHowAKindIsWritten) {
  for (const char* source : {"cifar10", "cifar10:", "npz", "images:"}) {
    expect_error(ErrorCode::argument, "must read", [&] { Dataset::open(source, format_of({2})); });
  }
  expect_error(ErrorCode::argument, "must read random", [] { Dataset::open("random:3", format_of({2})); });
}

TEST(Dataset, ChecksTheFormatBeforeTheFiles) {
  SampleFormat format = format_of({3, 32, 32});
  format.stddev = {0};
  expect_error(ErrorCode::argument, "stddev", [&] { Dataset::open("cifar10:/absent", format); });
  expect_error(ErrorCode::argument, "limit", [] { Dataset::open("random", format_of({2}), -1); });
}

TEST(Random, IsTheSameEveryTimeAndInAnyOrder) {
  const Dataset data = Dataset::open("random", format_of({5}));
  EXPECT_EQ(data.size(), 64);
  EXPECT_TRUE(data.labels().empty());
  EXPECT_TRUE(data.class_names().empty());
  const std::vector<float> all = read(data, 0, 64, {64, 5});
  const std::vector<float> third = read(Dataset::open("random", format_of({5}), 10), 2, 1, {1, 5});
  EXPECT_TRUE(std::equal(third.begin(), third.end(), all.begin() + 10));
  EXPECT_EQ(Dataset::open("random", format_of({5}), 10).size(), 10);
}

TEST(Random, SpreadsOverAllPixelValues) {
  const Dataset data = Dataset::open("random", format_of({3, 32, 32}));
  const std::vector<float> values = read(data, 0, 64, {64, 3, 32, 32});
  const std::set<float> distinct(values.begin(), values.end());
  EXPECT_EQ(distinct.size(), 256U);
  EXPECT_EQ(*distinct.begin(), 0.0F);
  EXPECT_EQ(*distinct.rbegin(), 255.0F);
  double sum = 0;
  for (const float value : values) sum += value;
  EXPECT_NEAR(sum / static_cast<double>(values.size()), 127.5, 1.0);
}

TEST(Random, IsScaledLikePixelsButZerosStayZero) {
  SampleFormat format = format_of({50});
  format.scale = 1.0F / 255.0F;
  format.mean = {0.5F};
  const std::vector<float> values = read(Dataset::open("random", format), 0, 1, {1, 50});
  EXPECT_LT(std::ranges::min(values), 0.0F);
  EXPECT_LE(std::ranges::max(values), 0.5F);
  EXPECT_EQ(read(Dataset::open("zeros", format), 63, 1, {1, 50}), std::vector<float>(50));
}

TEST(Random, ComesInTheTypeOfTheModel) {
  for (const DType dtype : {DType::i64, DType::u8, DType::f16, DType::boolean}) {
    Tensor out(TensorType{dtype, {2, 4}});
    Dataset::open("random", format_of({4}, dtype)).read(0, 2, out.mutable_view());
  }
}

TEST(Dataset, RefusesToReadOutsideItsRange) {
  const Dataset data = Dataset::open("zeros", format_of({2}), 3);
  EXPECT_EQ(read(data, 3, 0, {0, 2}), std::vector<float>{});
  expect_error(ErrorCode::argument, "data of 3 samples", [&] { read(data, 2, 2, {2, 2}); });
  expect_error(ErrorCode::argument, "data of 3 samples", [&] { read(data, -1, 1, {1, 2}); });
  expect_error(ErrorCode::argument, "data of 3 samples", [&] { read(data, 0, -1, {1, 2}); });
}

TEST(Dataset, RefusesAnotherOutput) {
  const Dataset data = Dataset::open("zeros", format_of({2}));
  expect_error(ErrorCode::argument, "f32[1,2], but f32[2,2]", [&] { read(data, 0, 1, {2, 2}); });
  Tensor out(TensorType{DType::f64, {1, 2}});
  expect_error(ErrorCode::argument, "f32[1,2], but f64[1,2]", [&] { data.read(0, 1, out.mutable_view()); });
}

TEST(Dataset, ReadsFromSeveralThreads) {
  const Dataset data = Dataset::open("random", format_of({100}), 40);
  const std::vector<float> expected = read(data, 0, 40, {40, 100});
  std::vector<std::vector<float>> results(4);
  std::vector<std::jthread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] { result = read(data, 0, 40, {40, 100}); });
  }
  threads.clear();
  for (const auto& result : results) EXPECT_EQ(result, expected);
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/arrays.h>
#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/expect_error.h"
#include "support/samples.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::TempDir;
using testing::tensor_of;

/// An .npz file of three samples with two values and these labels.
class NpzSourceTest : public ::testing::Test {
 protected:
  Dataset open(std::int64_t limit = 0) {
    write_npz(dir_ / "d.npz", arrays_);
    return Dataset::open("npz:" + (dir_ / "d.npz").string(), format_, limit);
  }
  template <class T>
  void set_labels(DType dtype, const std::vector<T>& labels) {
    arrays_["y"] = tensor_of(dtype, {static_cast<std::int64_t>(labels.size())}, labels);
  }

  NpzSourceTest() {
    arrays_["x"] = tensor_of<float>(DType::f32, {3, 2}, {0, 1, 2, 3, 4, 5});
    format_.sample = {DType::f32, {2}};
  }

  TempDir dir_;
  Arrays arrays_;
  SampleFormat format_;
};

TEST_F(NpzSourceTest, ReadsSamplesWithoutLabels) {
  const Dataset data = open();
  EXPECT_EQ(data.size(), 3);
  EXPECT_TRUE(data.labels().empty());
  Tensor out(TensorType{DType::f32, {2, 2}});
  data.read(1, 2, out.mutable_view());
  EXPECT_TRUE(std::ranges::equal(out.span<float>(), std::vector<float>{2, 3, 4, 5}));
}

TEST_F(NpzSourceTest, TakesLabelsOfAnyIntegralValues) {
  const std::vector<std::int32_t> expected = {2, 0, 1};
  set_labels<std::uint8_t>(DType::u8, {2, 0, 1});
  EXPECT_TRUE(std::ranges::equal(open().labels(), expected));
  set_labels<std::int64_t>(DType::i64, {2, 0, 1});
  EXPECT_TRUE(std::ranges::equal(open().labels(), expected));
  set_labels<float>(DType::f32, {2, 0, 1});
  EXPECT_TRUE(std::ranges::equal(open().labels(), expected));
  arrays_["y"] = tensor_of<std::int32_t>(DType::i32, {3, 1}, {2, 0, 1});
  EXPECT_TRUE(std::ranges::equal(open().labels(), expected));
}

TEST_F(NpzSourceTest, RefusesWrongLabels) {
  const auto refuse = [&](ErrorCode code, const std::string& text) { expect_error(code, text, [&] { open(); }); };
  set_labels<std::int32_t>(DType::i32, {0, 1});
  refuse(ErrorCode::shape, "2 labels for 3 samples");
  set_labels<std::int32_t>(DType::i32, {0, -1, 1});
  refuse(ErrorCode::format, "label 1 of array 'y' is -1");
  set_labels<float>(DType::f32, {0, 1, 0.5F});
  refuse(ErrorCode::format, "label 2 of array 'y' is 0.5");
  set_labels<float>(DType::f32, {0, 1, std::numeric_limits<float>::quiet_NaN()});
  refuse(ErrorCode::format, "label 2");
  set_labels<std::int64_t>(DType::i64, {0, 1, std::int64_t{1} << 40});
  refuse(ErrorCode::format, "label 2");
  arrays_["y"] = tensor_of<float>(DType::f32, {3, 2}, {1, 0, 0, 1, 1, 0});
  refuse(ErrorCode::shape, "labels must be [N]");
}

TEST_F(NpzSourceTest, TakesTheFirstSamplesUpToTheLimit) {
  set_labels<std::int32_t>(DType::i32, {2, 0, 1});
  EXPECT_EQ(open(2).size(), 2);
  EXPECT_EQ(open(2).labels().size(), 2U);
  EXPECT_EQ(open(5).size(), 3);
}

TEST_F(NpzSourceTest, RefusesFilesThatDoNotFitTheModel) {
  format_.sample.shape = {3, 32, 32};
  expect_error(ErrorCode::shape, "d.npz: a sample of the data has the shape [2], but the input is f32[3,32,32]",
               [&] { open(); });
  arrays_["x"] = tensor_of<float>(DType::f32, {}, {1});
  expect_error(ErrorCode::shape, "single number", [&] { open(); });
  arrays_.erase("x");
  arrays_["images"] = tensor_of<float>(DType::f32, {1}, {1});
  expect_error(ErrorCode::format, "has no array 'x'; it has: images", [&] { open(); });
}

TEST_F(NpzSourceTest, TakesNoSamplesAtAll) {
  arrays_["x"] = tensor_of<float>(DType::f32, {0, 2}, {});
  EXPECT_EQ(open().size(), 0);
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/test_pictures.h"
#include "support/expect_error.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::expect_error;
using testing::TempDir;
using testing::TestPicture;
using testing::write_jpeg;
using testing::write_png;

class ImagesTest : public ::testing::Test {
 protected:
  ImagesTest() { format_.sample = {DType::f32, {3, 4, 4}}; }

  void add(const std::string& name, std::uint8_t value, int side = 4) {
    const auto path = dir_ / name;
    std::filesystem::create_directories(path.parent_path());
    const TestPicture picture = TestPicture::filled(side, side, {value, value, value});
    path.extension() == ".png" ? write_png(path, picture) : write_jpeg(path, picture);
  }
  Dataset open(std::int64_t limit = 0) { return Dataset::open("images:" + dir_.path().string(), format_, limit); }
  float first_value(const Dataset& data, std::int64_t index) {
    Tensor out(TensorType{DType::f32, {1, 3, 4, 4}});
    data.read(index, 1, out.mutable_view());
    return out.span<float>()[0];
  }

  TempDir dir_;
  SampleFormat format_;
};

TEST_F(ImagesTest, OrdersClassesAndFilesByName) {
  add("dog/b.png", 3);
  add("dog/a.PNG.png", 2);
  add("cat/z.jpg", 1);
  add("cat/y.jpeg", 0);
  dir_.write("dog/notes.txt", "no picture");
  dir_.write("dog/.hidden.png", "no picture");
  dir_.write("readme.txt", "no class");
  std::filesystem::create_directories(dir_ / ".git");
  const Dataset data = open();
  EXPECT_EQ(data.class_names(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_TRUE(std::ranges::equal(data.labels(), std::vector<std::int32_t>{0, 0, 1, 1}));
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NEAR(first_value(data, i), static_cast<double>(i), 1.0) << i;
}

TEST_F(ImagesTest, KeepsAllClassNamesUnderALimit) {
  add("a/1.png", 1);
  add("a/2.png", 2);
  add("b/1.png", 3);
  const Dataset data = open(1);
  EXPECT_EQ(data.size(), 1);
  EXPECT_EQ(data.labels().size(), 1U);
  EXPECT_EQ(data.class_names().size(), 2U);
}

TEST_F(ImagesTest, TellsAtOnceThatPicturesDoNotFit) {
  add("a/1.png", 1, 5);
  expect_error(ErrorCode::shape, "a/1.png: the picture is 5 x 5", [&] { open(); });
  format_.resize = true;
  EXPECT_EQ(first_value(open(), 0), 1.0F);
}

TEST_F(ImagesTest, NamesADamagedPictureWhenItIsRead) {
  add("a/1.png", 1);
  dir_.write("a/2.png", "no picture");
  add("a/3.png", 3, 5);
  const Dataset data = open();
  EXPECT_EQ(data.size(), 3);
  expect_error(ErrorCode::format, "a/2.png", [&] { first_value(data, 1); });
  expect_error(ErrorCode::shape, "a/3.png: the picture is 5 x 5", [&] { first_value(data, 2); });
}

TEST_F(ImagesTest, RefusesFoldersWithoutPictures) {
  expect_error(ErrorCode::file, "holds no folders", [&] { open(); });
  std::filesystem::create_directories(dir_ / "a");
  expect_error(ErrorCode::file, "hold no .png", [&] { open(); });
  expect_error(ErrorCode::file, "/absent", [&] { Dataset::open("images:/absent", format_); });
}

}  // namespace

}  // namespace exeunt

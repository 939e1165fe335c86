#include <exeunt/tools/dataset.h>
#include <gtest/gtest.h>

#include <string>

#include "base/files.h"
#include "data/test_pictures.h"
#include "support/expect_error.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using testing::content_of;
using testing::expect_any_error;
using testing::expect_error;
using testing::TempDir;
using testing::TestPicture;
using testing::write_jpeg;
using testing::write_png;

TEST(Png, ReadsGreyAndRgbExactly) {
  const TempDir dir;
  for (const int channels : {1, 3}) {
    const TestPicture picture = TestPicture::pattern(5, 7, channels);
    write_png(dir / "a.png", picture);
    const Tensor read = read_picture(dir / "a.png");
    EXPECT_EQ(read.type(), (TensorType{DType::u8, {5, 7, channels}}));
    EXPECT_TRUE(std::ranges::equal(read.span<std::uint8_t>(), picture.pixels));
  }
}

TEST(Png, DropsAlphaAndKeepsTheColorsBehindIt) {
  const TempDir dir;
  write_png(dir / "rgba.png", TestPicture::filled(2, 3, {10, 20, 30, 40}));
  const Tensor rgb = read_picture(dir / "rgba.png");
  EXPECT_EQ(rgb.shape(), (Shape{2, 3, 3}));
  EXPECT_EQ(rgb.span<std::uint8_t>()[3], 10);
  EXPECT_EQ(rgb.span<std::uint8_t>()[17], 30);
  write_png(dir / "ga.png", TestPicture::filled(2, 3, {77, 40}));
  const Tensor grey = read_picture(dir / "ga.png");
  EXPECT_EQ(grey.shape(), (Shape{2, 3, 1}));
  EXPECT_EQ(grey.span<std::uint8_t>()[5], 77);
}

TEST(Jpeg, ReadsGreyAndRgbClosely) {
  const TempDir dir;
  for (const int channels : {1, 3}) {
    const std::vector<std::uint8_t> color = {200, 100, 50};
    write_jpeg(dir / "a.jpg", TestPicture::filled(9, 17, {color.begin(), color.begin() + channels}));
    const Tensor read = read_picture(dir / "a.jpg");
    ASSERT_EQ(read.type(), (TensorType{DType::u8, {9, 17, channels}}));
    const auto pixels = read.span<std::uint8_t>();
    for (std::size_t i = 0; i < pixels.size(); ++i)
      EXPECT_NEAR(pixels[i], color[i % static_cast<std::size_t>(channels)], 2);
  }
}

TEST(Jpeg, TurnsCmykIntoRgb) {
  const TempDir dir;
  write_jpeg(dir / "a.jpg", TestPicture::filled(8, 8, {255, 128, 0, 200}));
  const Tensor read = read_picture(dir / "a.jpg");
  ASSERT_EQ(read.shape(), (Shape{8, 8, 3}));
  EXPECT_NEAR(read.span<std::uint8_t>()[0], 200, 2);
  EXPECT_NEAR(read.span<std::uint8_t>()[1], 100, 2);
  EXPECT_NEAR(read.span<std::uint8_t>()[2], 0, 2);
}

TEST(Picture, IsKnownByItsContentNotItsName) {
  const TempDir dir;
  write_png(dir / "a.jpg", TestPicture::pattern(3, 3, 3));
  EXPECT_EQ(read_picture(dir / "a.jpg").shape(), (Shape{3, 3, 3}));
}

TEST(Picture, IsRefusedAtEveryTruncationWithoutAWordOnStderr) {
  const TempDir dir;
  write_png(dir / "a.png", TestPicture::pattern(6, 5, 3));
  write_jpeg(dir / "a.jpg", TestPicture::pattern(16, 16, 3));
  ::testing::internal::CaptureStderr();
  for (const char* name : {"a.png", "a.jpg"}) {
    const std::string whole = content_of(dir / name);
    // libpng reads the pixels without the last chunk, which has 12 bytes.
    const std::size_t end = whole.size() - (whole.starts_with("\x89PNG") ? 12 : 0);
    for (std::size_t length = 0; length < end; ++length) {
      const auto path = dir.write("cut", whole.substr(0, length));
      expect_error(ErrorCode::format, path.string(), [&] { read_picture(path); });
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Picture, SurvivesAnyChangedByte) {
  const TempDir dir;
  write_png(dir / "a.png", TestPicture::pattern(3, 3, 3));
  write_jpeg(dir / "a.jpg", TestPicture::pattern(8, 8, 1));
  ::testing::internal::CaptureStderr();
  for (const char* name : {"a.png", "a.jpg"}) {
    const std::string whole = content_of(dir / name);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ 0x15);
      try {
        read_picture(dir.write("changed", changed));
      } catch (const Error&) {
      }
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Picture, IsRefusedWhenItClaimsAbsurdDims) {
  const TempDir dir;
  write_jpeg(dir / "a.jpg", TestPicture::pattern(8, 8, 3));
  std::string jpeg = content_of(dir / "a.jpg");
  const std::size_t frame = jpeg.find("\xff\xc0");
  ASSERT_NE(frame, std::string::npos);
  jpeg.replace(frame + 5, 4, "\xff\xff\xff\xff");
  expect_any_error([&] { read_picture(dir.write("b.jpg", jpeg)); });
}

TEST(Picture, SaysWhatIsWrong) {
  const TempDir dir;
  expect_error(ErrorCode::file, "absent.png", [&] { read_picture(dir / "absent.png"); });
  expect_error(ErrorCode::format, "neither a PNG nor a JPEG", [&] { read_picture(dir.write("a.png", "GIF89a")); });
  expect_error(ErrorCode::format, "neither a PNG nor a JPEG", [&] { read_picture(dir.write("b.png", "")); });
}

}  // namespace

}  // namespace exeunt

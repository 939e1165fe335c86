#pragma once

#include <gtest/gtest.h>
#include <png.h>
#include <turbojpeg.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <vector>

namespace exeunt::testing {

/// Pixels for a test to write: u8 [height, width, channels].
struct TestPicture {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<std::uint8_t> pixels;

  static TestPicture filled(int height, int width, std::vector<std::uint8_t> color) {
    TestPicture picture{height, width, static_cast<int>(color.size()), {}};
    for (int i = 0; i < height * width; ++i) picture.pixels.insert(picture.pixels.end(), color.begin(), color.end());
    return picture;
  }
  /// Every value differs from its neighbours.
  static TestPicture pattern(int height, int width, int channels) {
    TestPicture picture{height, width, channels, {}};
    for (int i = 0; i < height * width * channels; ++i) picture.pixels.push_back(static_cast<std::uint8_t>(i * 37));
    return picture;
  }
};

/// 1 to 4 channels: grey, grey and alpha, RGB, RGBA.
inline void write_png(const std::filesystem::path& path, const TestPicture& picture) {
  constexpr std::array<png_uint_32, 4> kFormats = {PNG_FORMAT_GRAY, PNG_FORMAT_GA, PNG_FORMAT_RGB, PNG_FORMAT_RGBA};
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  image.format = kFormats.at(static_cast<std::size_t>(picture.channels - 1));
  ASSERT_NE(png_image_write_to_file(&image, path.c_str(), 0, picture.pixels.data(), 0, nullptr), 0) << image.message;
}

/// 1 channel: grey; 3: RGB; 4: CMYK. In full quality.
inline void write_jpeg(const std::filesystem::path& path, const TestPicture& picture) {
  const TJPF format = picture.channels == 1 ? TJPF_GRAY : picture.channels == 3 ? TJPF_RGB : TJPF_CMYK;
  const int subsampling = picture.channels == 1 ? TJSAMP_GRAY : TJSAMP_444;
  void* handle = tjInitCompress();
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int done = tjCompress2(handle, picture.pixels.data(), picture.width, 0, picture.height, format, &bytes, &size,
                               subsampling, 100, 0);
  EXPECT_EQ(done, 0) << tjGetErrorStr2(handle);
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  tjFree(bytes);
  tjDestroy(handle);
}

}  // namespace exeunt::testing

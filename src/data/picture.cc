#include <exeunt/tools/dataset.h>
#include <png.h>
#include <turbojpeg.h>

#include <array>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/files.h"
#include "base/shape.h"

namespace exeunt {

namespace {

using Bytes = std::span<const std::byte>;

constexpr std::int64_t kMaxSide = 1 << 16;

const unsigned char* as_uchar(Bytes bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

/// A picture of this size, after a look whether anyone can mean it.
Tensor make_picture(std::int64_t height, std::int64_t width, std::int64_t channels) {
  require(height > 0 && width > 0 && height <= kMaxSide && width <= kMaxSide, ErrorCode::format,
          "a picture of {} x {} (height x width) is too large; at most {} each way", height, width, kMaxSide);
  return Tensor(TensorType{DType::u8, {height, width, channels}});
}

struct FreePng {
  void operator()(png_image* image) const noexcept { png_image_free(image); }
};

/// Without its alpha, as if the picture were opaque.
Tensor drop_alpha(const Tensor& picture) {
  const Shape& shape = picture.shape();
  const std::int64_t channels = shape[2] - 1;
  Tensor result = make_picture(shape[0], shape[1], channels);
  const auto from = picture.span<std::uint8_t>();
  const auto to = result.mutable_span<std::uint8_t>();
  const auto count = static_cast<std::size_t>(channels);
  for (std::size_t pixel = 0; pixel < to.size() / count; ++pixel) {
    for (std::size_t c = 0; c < count; ++c) to[pixel * count + c] = from[pixel * (count + 1) + c];
  }
  return result;
}

// libpng's simplified API: its errors come back as text in `image`, never by longjmp through our frames.
Tensor decode_png(Bytes bytes) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, FreePng> freed(&image);
  require(png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) != 0, ErrorCode::format,
          "the PNG file is damaged: {}", image.message);
  image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  const bool alpha = (image.format & PNG_FORMAT_FLAG_ALPHA) != 0;
  const bool color = (image.format & PNG_FORMAT_FLAG_COLOR) != 0;
  // Without alpha in the format libpng would blend the picture onto a background.
  image.format = (color ? PNG_FORMAT_FLAG_COLOR : 0U) | (alpha ? PNG_FORMAT_FLAG_ALPHA : 0U);
  Tensor picture = make_picture(image.height, image.width, PNG_IMAGE_SAMPLE_CHANNELS(image.format));
  require(png_image_finish_read(&image, nullptr, picture.mutable_view().data, 0, nullptr) != 0, ErrorCode::format,
          "the PNG file is damaged: {}", image.message);
  return alpha ? drop_alpha(picture) : std::move(picture);
}

struct CloseJpeg {
  void operator()(void* handle) const noexcept { tjDestroy(handle); }
};

/// Ink as Adobe's programs write it, 255 for none.
Tensor rgb_of_cmyk(const Tensor& picture) {
  Tensor result = make_picture(picture.shape()[0], picture.shape()[1], 3);
  const auto from = picture.span<std::uint8_t>();
  const auto to = result.mutable_span<std::uint8_t>();
  for (std::size_t pixel = 0; pixel < to.size() / 3; ++pixel) {
    const unsigned black = from[pixel * 4 + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      to[pixel * 3 + c] = static_cast<std::uint8_t>((from[pixel * 4 + c] * black + 127) / 255);
    }
  }
  return result;
}

Tensor decode_jpeg(Bytes bytes) {
  const std::unique_ptr<void, CloseJpeg> handle(tjInitDecompress());
  require(handle != nullptr, ErrorCode::device, "no memory to decode a JPEG file");
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colorspace = 0;
  const auto size = static_cast<unsigned long>(bytes.size());
  const int header =
      tjDecompressHeader3(handle.get(), as_uchar(bytes), size, &width, &height, &subsampling, &colorspace);
  require(header == 0, ErrorCode::format, "the JPEG file is damaged: {}", tjGetErrorStr2(handle.get()));
  const bool grey = colorspace == TJCS_GRAY;
  const bool cmyk = colorspace == TJCS_CMYK || colorspace == TJCS_YCCK;
  const TJPF format = grey ? TJPF_GRAY : cmyk ? TJPF_CMYK : TJPF_RGB;
  Tensor picture = make_picture(height, width, tjPixelSize[format]);
  // Also fails where libjpeg only warns and fills the missing rest with grey.
  const int decoded = tjDecompress2(handle.get(), as_uchar(bytes), size, picture.mutable_view().as<unsigned char>(),
                                    width, 0, height, format, 0);
  require(decoded == 0, ErrorCode::format, "the JPEG file is damaged: {}", tjGetErrorStr2(handle.get()));
  return cmyk ? rgb_of_cmyk(picture) : std::move(picture);
}

}  // namespace

Tensor read_picture(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return with_context(path.string(), [&] {
    if (text.starts_with("\x89PNG")) return decode_png(bytes);
    if (text.starts_with("\xff\xd8")) return decode_jpeg(bytes);
    fail(ErrorCode::format, "is neither a PNG nor a JPEG file");
  });
}

}  // namespace exeunt

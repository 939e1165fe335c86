#pragma once

#include <exeunt/api.h>
#include <exeunt/session.h>
#include <exeunt/tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace EXEUNT_API exeunt {

/// How pictures and samples become model input.
struct SampleFormat {
  /// The model's input for one sample, without the batch axis: [C,H,W], [H,W,C] or anything else.
  TensorType sample;
  /// Axis order of `sample`; empty: found from the shape (the axis of size 1, 3 or 4 at either end).
  std::optional<ImageLayout> layout;
  /// Axis order of the samples in an array (`npz`); empty: the one of `sample` if they fit it, else the other one.
  std::optional<ImageLayout> data_layout = {};
  /// Each value v in 0..255 becomes (v * scale - mean[c]) / stddev[c]. `mean` and `stddev` hold one
  /// value, or one per channel.
  float scale = 1.0F;
  std::vector<float> mean = {0.0F};
  std::vector<float> stddev = {1.0F};
  /// Pictures of another size are resized (bilinear) rather than refused.
  bool resize = false;
};

/// Samples that hold a NaN: their scores and answers say nothing.
struct NanSamples {
  std::int64_t count = 0;
  std::int64_t first = -1;  ///< the number of the first one; -1: there is none
};

/// Labelled (or unlabelled) samples, read one by one as model input.
///
/// Thread rule: `read` may be called from several threads.
class Dataset {
 public:
  /// Opens SRC: `cifar10:DIR[:train|:test]` (the official binary or python batches), `npz:FILE`
  /// (arrays `x` [N,...] and, if labelled, `y` [N]), `images:DIR` (one folder per class), `random` or `zeros`.
  /// @param limit   at most so many samples, the first ones; 0 takes all (`random`/`zeros`: 64).
  /// `cifar10` without a split is its test batch; `random` is scaled like pixels, `zeros` is not.
  /// @throws Error argument for an unknown SRC (names the known ones), file, format, shape if the
  ///         samples do not fit `format.sample` (says how they differ and which option helps).
  static Dataset open(std::string_view source, const SampleFormat& format, std::int64_t limit = 0);

  std::int64_t size() const noexcept;
  /// Class indices, one per sample; empty if the data has no labels.
  std::span<const std::int32_t> labels() const noexcept;
  /// Class names by index; empty if unknown.
  const std::vector<std::string>& class_names() const noexcept;

  /// Writes samples `first` .. `first + count - 1` to `out`, shape [count, sample...] and the sample's
  /// dtype. @throws Error file or format if a picture cannot be read, argument if out of range.
  void read(std::int64_t first, std::int64_t count, MutableTensorView out) const;

  /// Every `step`-th sample from number `first` on, as a data set of its own that reads from this one.
  /// @throws Error argument unless 0 <= first < step
  Dataset part(std::int64_t first, std::int64_t step) const;

  /// What a source kind implements; see src/data.
  class Source;
  explicit Dataset(std::shared_ptr<const Source> source);

 private:
  std::shared_ptr<const Source> source_;
};

/// Reads a PNG or JPEG file as u8 [H,W,C] with C 1 (grey) or 3 (RGB; alpha is dropped).
/// @throws Error file, format
Tensor read_picture(const std::filesystem::path& path);

/// One picture u8 [H,W,C] as one sample of `format`, written to `out` (layout, scale, mean, resize).
/// @throws Error shape if it does not fit, argument for a wrong mean, stddev or layout.
void picture_to_sample(TensorView picture, const SampleFormat& format, MutableTensorView out);

}  // namespace exeunt

#pragma once

#include <exeunt/tools/dataset.h>

#include <utility>

namespace exeunt {

/// What every kind of data knows about itself once it is open.
struct DatasetInfo {
  SampleFormat format;
  std::int64_t size = 0;
  std::vector<std::int32_t> labels;  ///< one per sample, or none
  std::vector<std::string> class_names;
};

/// One kind of data: what is behind a Dataset. A class per kind, immutable after its constructor.
class Dataset::Source {
 public:
  explicit Source(DatasetInfo info) : info_(std::move(info)) {}
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  const DatasetInfo& info() const noexcept { return info_; }

  /// Writes sample `index`, 0 .. size - 1, to `out` of type `info().format.sample`. May be called from
  /// several threads.
  virtual void read_sample(std::int64_t index, MutableTensorView out) const = 0;

 private:
  DatasetInfo info_;
};

using SourcePtr = std::shared_ptr<const Dataset::Source>;

// The kinds by the text behind their name in SRC. `format` is checked; `limit` 0 means all.

/// `where`: DIR, DIR:train or DIR:test (which is also the default).
SourcePtr open_cifar10(std::string_view where, const SampleFormat& format, std::int64_t limit);
SourcePtr open_npz(std::string_view file, const SampleFormat& format, std::int64_t limit);
SourcePtr open_images(std::string_view folder, const SampleFormat& format, std::int64_t limit);
/// Whole numbers of 0..255, the same in every run; scaled like pixels.
SourcePtr open_random(const SampleFormat& format, std::int64_t limit);
/// Zeros at the model's input, whatever the scaling.
SourcePtr open_zeros(const SampleFormat& format, std::int64_t limit);

}  // namespace exeunt

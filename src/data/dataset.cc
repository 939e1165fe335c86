#include <exeunt/tools/dataset.h>

#include <array>

#include "base/error.h"
#include "data/sample.h"
#include "data/source.h"

namespace exeunt {

namespace {

struct KindRow {
  std::string_view name;
  bool takes_path;
  std::string_view usage;
};

constexpr std::array<KindRow, 5> kKinds = {{{"cifar10", true, "cifar10:DIR[:train|:test]"},
                                            {"npz", true, "npz:FILE"},
                                            {"images", true, "images:DIR"},
                                            {"random", false, "random"},
                                            {"zeros", false, "zeros"}}};

std::string known_kinds() {
  std::vector<std::string_view> usages;
  for (const KindRow& row : kKinds) usages.push_back(row.usage);
  return fmt::format("{}", fmt::join(usages, ", "));
}

SourcePtr open_source(std::string_view source, const SampleFormat& format, std::int64_t limit) {
  const std::size_t colon = source.find(':');
  const std::string_view name = source.substr(0, colon);
  const std::string_view path = colon == std::string_view::npos ? std::string_view{} : source.substr(colon + 1);
  for (const KindRow& row : kKinds) {
    if (row.name != name) continue;
    require(row.takes_path == !path.empty(), ErrorCode::argument, "the data '{}' must read {}", source, row.usage);
    require(!format.data_layout || name == "npz", ErrorCode::argument,
            "a layout of the data is given, but '{}' has its own; only arrays (npz:FILE) need one", row.usage);
    if (name == "cifar10") return open_cifar10(path, format, limit);
    if (name == "npz") return open_npz(path, format, limit);
    if (name == "images") return open_images(path, format, limit);
    return name == "random" ? open_random(format, limit) : open_zeros(format, limit);
  }
  fail(ErrorCode::argument, "the data '{}' is unknown; use one of: {}", source, known_kinds());
}

Shape batch_shape(std::int64_t count, const Shape& sample) {
  std::vector<std::int64_t> dims = {count};
  dims.insert(dims.end(), sample.begin(), sample.end());
  return Shape(dims);
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const Source> source) : source_(std::move(source)) {}

Dataset Dataset::open(std::string_view source, const SampleFormat& format, std::int64_t limit) {
  require(limit >= 0, ErrorCode::argument, "the limit of samples is {}; give 0 (all) or more", limit);
  check_format(format);
  return Dataset(open_source(source, format, limit));
}

std::int64_t Dataset::size() const noexcept { return source_->info().size; }

std::span<const std::int32_t> Dataset::labels() const noexcept { return source_->info().labels; }

const std::vector<std::string>& Dataset::class_names() const noexcept { return source_->info().class_names; }

void Dataset::read(std::int64_t first, std::int64_t count, MutableTensorView out) const {
  require(first >= 0 && count >= 0 && first <= size() && count <= size() - first, ErrorCode::argument,
          "{} samples from number {} are not in data of {} samples", count, first, size());
  const TensorType& sample = source_->info().format.sample;
  const TensorType expected{sample.dtype, batch_shape(count, sample.shape)};
  require(out.type == expected, ErrorCode::argument, "the samples are {}, but {} was given to write them to",
          expected.str(), out.type.str());
  for (std::int64_t i = 0; i < count; ++i) {
    std::byte* to = out.data + static_cast<std::size_t>(i) * sample.bytes();
    source_->read_sample(first + i, {to, sample});
  }
}

}  // namespace exeunt

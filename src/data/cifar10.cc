#include <algorithm>
#include <array>
#include <limits>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "data/pickle.h"
#include "data/sample.h"
#include "data/source.h"

namespace exeunt {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSide = 32;
constexpr std::int64_t kPlane = kSide * kSide;
constexpr std::int64_t kPixels = 3 * kPlane;
constexpr std::int64_t kRecord = 1 + kPixels;
constexpr std::int64_t kClasses = 10;

/// Pixels are kPixels bytes per sample: the red, green and blue plane.
struct Samples {
  std::vector<std::byte> pixels;
  std::vector<std::int32_t> labels;

  std::int64_t size() const noexcept { return static_cast<std::int64_t>(labels.size()); }

  void add(std::int64_t label, std::span<const std::byte> planes) {
    require(label >= 0 && label < kClasses, ErrorCode::format, "sample {} has the label {}; CIFAR-10 has 0 to 9",
            size(), label);
    labels.push_back(static_cast<std::int32_t>(label));
    pixels.insert(pixels.end(), planes.begin(), planes.end());
  }
};

/// One of the two official forms of the data.
struct Form {
  std::string_view folder;  ///< into which the official archive unpacks
  std::string_view suffix;
  std::string_view meta;  ///< the file of the class names
  void (*read_batch)(const fs::path& path, std::int64_t count, Samples& samples);
  std::vector<std::string> (*read_names)(const fs::path& path);
};

/// Appends the first `count` samples of a binary batch.
void read_binary_batch(const fs::path& path, std::int64_t count, Samples& samples) {
  std::error_code error;
  const auto bytes = static_cast<std::int64_t>(fs::file_size(path, error));
  require(!error, ErrorCode::file, "{}: cannot be read: {}", path.string(), error.message());
  require(bytes % kRecord == 0, ErrorCode::format,
          "{}: holds {} bytes, no multiple of {}: it is cut off or no CIFAR-10 batch", path.string(), bytes, kRecord);
  const std::vector<std::byte> content = read_file(path, 0, std::min(bytes, count * kRecord));
  with_context(path.string(), [&] {
    for (std::span<const std::byte> rest = content; !rest.empty(); rest = rest.subspan(kRecord)) {
      samples.add(std::to_integer<std::int64_t>(rest[0]), rest.subspan(1, kPixels));
    }
  });
}

/// Appends the first `count` samples of a pickled batch.
void read_python_batch(const fs::path& path, std::int64_t count, Samples& samples) {
  const std::vector<std::byte> content = read_file(path);
  with_context(path.string(), [&] {
    const Pickle pickle(content);
    const PickleValue* data = pickle.root().find("data");
    const PickleValue* labels = pickle.root().find("labels");
    require(data != nullptr && labels != nullptr && labels->kind == PickleValue::Kind::list, ErrorCode::format,
            "is no CIFAR-10 batch: it has no 'data' or 'labels'");
    const std::size_t size = labels->items.size();
    require(data->bytes.size() == size * kPixels, ErrorCode::format, "is damaged: {} bytes of pixels for {} labels",
            data->bytes.size(), size);
    const auto pixels = std::as_bytes(std::span(data->bytes));
    for (std::size_t i = 0; i < std::min(size, static_cast<std::size_t>(count)); ++i) {
      require(labels->items[i]->kind == PickleValue::Kind::integer, ErrorCode::format, "label {} is no integer", i);
      samples.add(labels->items[i]->integer, pixels.subspan(i * kPixels, kPixels));
    }
  });
}

std::vector<std::string> read_text_names(const fs::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  std::istringstream text(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  std::vector<std::string> names;
  for (std::string name; text >> name;) names.push_back(name);
  return names;
}

std::vector<std::string> read_python_names(const fs::path& path) {
  const std::vector<std::byte> content = read_file(path);
  return with_context(path.string(), [&] {
    const Pickle pickle(content);
    std::vector<std::string> result;
    const PickleValue* names = pickle.root().find("label_names");
    if (names == nullptr) return result;
    for (const PickleValue* name : names->items) result.push_back(name->bytes);
    return result;
  });
}

constexpr std::array<Form, 2> kForms = {
    {{"cifar-10-batches-bin", ".bin", "batches.meta.txt", read_binary_batch, read_text_names},
     {"cifar-10-batches-py", "", "batches.meta", read_python_batch, read_python_names}}};

std::vector<std::string> batch_names(bool train, std::string_view suffix) {
  if (!train) return {fmt::format("test_batch{}", suffix)};
  std::vector<std::string> names;
  for (int i = 1; i <= 5; ++i) names.push_back(fmt::format("data_batch_{}{}", i, suffix));
  return names;
}

struct Found {
  const Form* form = nullptr;
  fs::path folder;
  std::vector<std::string> names;
};

/// The first form of which all batches are there.
Found find_batches(const fs::path& folder, bool train) {
  std::error_code ignored;
  require(fs::is_directory(folder, ignored), ErrorCode::file, "{}: there is no such folder", folder.string());
  std::string missing;
  for (const Form& form : kForms) {
    const std::vector<std::string> names = batch_names(train, form.suffix);
    for (const fs::path& place : {folder, folder / form.folder}) {
      std::vector<std::string> absent;
      std::ranges::copy_if(names, std::back_inserter(absent),
                           [&](const std::string& name) { return !fs::is_regular_file(place / name, ignored); });
      if (absent.empty()) return {&form, place, names};
      if (absent.size() < names.size()) missing = fmt::format("{}: lacks {}", place.string(), fmt::join(absent, ", "));
    }
  }
  if (missing.empty())
    missing = fmt::format("{}: has no {} batches of CIFAR-10", folder.string(), train ? "training" : "test");
  fail(ErrorCode::file, "{}; expected are {} (or the python batches of the same names without .bin)", missing,
       train ? "data_batch_1.bin to data_batch_5.bin" : "test_batch.bin");
}

/// None if their file is missing.
std::vector<std::string> find_class_names(const Found& found) {
  const fs::path path = found.folder / found.form->meta;
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return {};
  std::vector<std::string> names = found.form->read_names(path);
  require(names.size() == kClasses, ErrorCode::format, "{}: has {} class names, but CIFAR-10 has {} classes",
          path.string(), names.size(), kClasses);
  return names;
}

class CifarSource final : public Dataset::Source {
 public:
  CifarSource(DatasetInfo info, std::vector<std::byte> pixels) : Source(std::move(info)), pixels_(std::move(pixels)) {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    const std::byte* planes = pixels_.data() + index * kPixels;
    std::array<std::byte, kPixels> picture;
    for (std::int64_t i = 0; i < kPixels; ++i) picture[static_cast<std::size_t>(i)] = planes[i % 3 * kPlane + i / 3];
    picture_to_sample({picture.data(), {DType::u8, {kSide, kSide, 3}}}, info().format, out);
  }

 private:
  std::vector<std::byte> pixels_;
};

}  // namespace

SourcePtr open_cifar10(std::string_view where, const SampleFormat& format, std::int64_t limit) {
  const bool train = where.ends_with(":train");
  if (train || where.ends_with(":test")) where = where.substr(0, where.rfind(':'));
  check_picture({kSide, kSide, 3}, format);
  const Found found = find_batches(where, train);
  Samples samples;
  for (const std::string& name : found.names) {
    const std::int64_t left = limit > 0 ? limit - samples.size() : std::numeric_limits<std::int64_t>::max() / kRecord;
    if (left == 0) break;
    found.form->read_batch(found.folder / name, left, samples);
  }
  DatasetInfo info{.format = format,
                   .size = samples.size(),
                   .labels = std::move(samples.labels),
                   .class_names = find_class_names(found)};
  return std::make_shared<CifarSource>(std::move(info), std::move(samples.pixels));
}

}  // namespace exeunt

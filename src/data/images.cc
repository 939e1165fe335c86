#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "data/sample.h"
#include "data/source.h"

namespace exeunt {

namespace {

namespace fs = std::filesystem;

struct ImageFiles {
  std::vector<fs::path> paths;
  std::vector<std::int32_t> labels;
  std::vector<std::string> class_names;
};

bool is_picture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// What is in a folder and not hidden, by name.
std::vector<fs::path> sorted_entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    if (!at->path().filename().string().starts_with('.')) entries.push_back(at->path());
  }
  require(!error, ErrorCode::file, "{}: cannot be listed: {}", folder.string(), error.message());
  std::ranges::sort(entries);
  return entries;
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

/// All classes get their index and name, also those behind the limit.
ImageFiles find_images(const fs::path& folder, std::int64_t limit) {
  ImageFiles files;
  for (const fs::path& class_folder : sorted_entries(folder)) {
    if (!is_folder(class_folder)) continue;
    const auto label = static_cast<std::int32_t>(files.class_names.size());
    files.class_names.push_back(class_folder.filename().string());
    const auto full = [&] { return limit > 0 && static_cast<std::int64_t>(files.paths.size()) >= limit; };
    if (full()) continue;
    for (fs::path& path : sorted_entries(class_folder)) {
      if (full()) break;
      if (!is_picture(path)) continue;
      files.paths.push_back(std::move(path));
      files.labels.push_back(label);
    }
  }
  return files;
}

class ImagesSource final : public Dataset::Source {
 public:
  ImagesSource(DatasetInfo info, std::vector<fs::path> paths) : Source(std::move(info)), paths_(std::move(paths)) {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    const fs::path& path = paths_[static_cast<std::size_t>(index)];
    const Tensor picture = read_picture(path);
    with_context(path.string(), [&] { picture_to_sample(picture.view(), info().format, out); });
  }

 private:
  std::vector<fs::path> paths_;
};

}  // namespace

SourcePtr open_images(std::string_view folder, const SampleFormat& format, std::int64_t limit) {
  ImageFiles files = find_images(folder, limit);
  require(!files.class_names.empty(), ErrorCode::file, "{}: holds no folders; put the pictures of each class in one",
          folder);
  require(!files.paths.empty(), ErrorCode::file, "{}: its folders hold no .png, .jpg or .jpeg files", folder);
  // The others are met when they are read; this one tells early that the model takes no such pictures.
  const Tensor first = read_picture(files.paths.front());
  with_context(files.paths.front().string(), [&] { check_picture(first.shape(), format); });
  DatasetInfo info{.format = format,
                   .size = static_cast<std::int64_t>(files.paths.size()),
                   .labels = std::move(files.labels),
                   .class_names = std::move(files.class_names)};
  return std::make_shared<ImagesSource>(std::move(info), std::move(files.paths));
}

}  // namespace exeunt

#include "base/error.h"
#include "data/source.h"

namespace exeunt {

namespace {

DatasetInfo info_of_part(const DatasetInfo& whole, std::int64_t first, std::int64_t step) {
  DatasetInfo info{.format = whole.format,
                   .size = whole.size > first ? (whole.size - first - 1) / step + 1 : 0,
                   .labels = {},
                   .class_names = whole.class_names};
  for (std::int64_t i = 0; i < info.size && !whole.labels.empty(); ++i)
    info.labels.push_back(whole.labels[static_cast<std::size_t>(first + i * step)]);
  return info;
}

class PartSource final : public Dataset::Source {
 public:
  PartSource(SourcePtr whole, std::int64_t first, std::int64_t step)
      : Source(info_of_part(whole->info(), first, step)), whole_(std::move(whole)), first_(first), step_(step) {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    whole_->read_sample(first_ + index * step_, out);
  }

 private:
  SourcePtr whole_;
  std::int64_t first_;
  std::int64_t step_;
};

}  // namespace

Dataset Dataset::part(std::int64_t first, std::int64_t step) const {
  require(first >= 0 && first < step, ErrorCode::argument, "part {} of {}: parts are numbered from 0 to {}", first,
          step, step - 1);
  return Dataset(std::make_shared<PartSource>(source_, first, step));
}

}  // namespace exeunt

#include <exeunt/tools/arrays.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/dtype.h"
#include "base/error.h"
#include "data/sample.h"
#include "data/source.h"

namespace exeunt {

namespace {

class NpzSource final : public Dataset::Source {
 public:
  NpzSource(DatasetInfo info, Tensor x)
      : Source(std::move(info)), x_(std::move(x)), values_{x_.dtype(), Shape(x_.shape().dims().subspan(1))} {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    const std::byte* from = x_.view().data + static_cast<std::size_t>(index) * values_.bytes();
    values_to_sample({from, values_}, info().format, out);
  }

 private:
  Tensor x_;
  TensorType values_;
};

template <class T>
std::int32_t checked_label(T value, std::size_t index) {
  // In double so that any type can be compared with both ends.
  const double label = convert<double>(value);
  require(label >= 0 && label <= std::numeric_limits<std::int32_t>::max() && std::trunc(label) == label,
          ErrorCode::format, "label {} of array 'y' is {}, which is no class index", index, label);
  return static_cast<std::int32_t>(label);
}

std::vector<std::int32_t> read_labels(const Tensor& y, std::int64_t expected, std::int64_t size) {
  const bool column = y.shape().rank() == 2 && y.shape()[1] == 1;
  require(y.shape().rank() == 1 || column, ErrorCode::shape, "array 'y' has the shape {}; labels must be [N]",
          y.shape().str());
  require(y.elements() == expected, ErrorCode::shape, "array 'y' has {} labels for {} samples in array 'x'",
          y.elements(), expected);
  std::vector<std::int32_t> labels;
  dispatch(y.dtype(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    for (const T value : y.span<T>().first(static_cast<std::size_t>(size))) {
      labels.push_back(checked_label(value, labels.size()));
    }
  });
  return labels;
}

}  // namespace

SourcePtr open_npz(std::string_view file, const SampleFormat& format, std::int64_t limit) {
  Arrays arrays = read_npz(file);
  return with_context(file, [&]() -> SourcePtr {
    std::vector<std::string_view> names;
    for (const auto& [name, array] : arrays) names.push_back(name);
    const auto x = arrays.find("x");
    require(x != arrays.end(), ErrorCode::format, "has no array 'x'; it has: {}", fmt::join(names, ", "));
    const Shape& shape = x->second.shape();
    require(shape.rank() > 0, ErrorCode::shape, "array 'x' is a single number; samples must be [N,...]");
    check_values(Shape(shape.dims().subspan(1)), format);

    DatasetInfo info{.format = format, .size = shape[0], .labels = {}, .class_names = {}};
    if (limit > 0) info.size = std::min(info.size, limit);
    const auto y = arrays.find("y");
    if (y != arrays.end()) info.labels = read_labels(y->second, shape[0], info.size);
    return std::make_shared<NpzSource>(std::move(info), std::move(x->second));
  });
}

}  // namespace exeunt

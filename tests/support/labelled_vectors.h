#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "data/source.h"

namespace exeunt::testing {

/// Samples f32[3] held in memory.
class LabelledVectors : public Dataset::Source {
 public:
  LabelledVectors(std::vector<std::vector<float>> samples, std::vector<std::int32_t> labels)
      : Source(info_of(samples, std::move(labels))), samples_(std::move(samples)) {}

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    std::ranges::copy(samples_[static_cast<std::size_t>(index)], out.as<float>());
  }

 private:
  static DatasetInfo info_of(const std::vector<std::vector<float>>& samples, std::vector<std::int32_t> labels) {
    DatasetInfo info;
    info.format.sample = {DType::f32, {3}};
    info.size = static_cast<std::int64_t>(samples.size());
    info.labels = std::move(labels);
    return info;
  }

  std::vector<std::vector<float>> samples_;
};

}  // namespace exeunt::testing

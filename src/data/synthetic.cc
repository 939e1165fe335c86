#include <algorithm>

#include "data/sample.h"
#include "data/source.h"

namespace exeunt {

namespace {

constexpr std::int64_t kDefaultSize = 64;

DatasetInfo synthetic_info(const SampleFormat& format, std::int64_t limit) {
  return {.format = format, .size = limit > 0 ? limit : kDefaultSize, .labels = {}, .class_names = {}};
}

/// The value number `n` of a fixed random sequence (SplitMix64), so that any sample can be made alone.
std::uint8_t random_byte(std::uint64_t n) {
  std::uint64_t z = (n + 1) * 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return static_cast<std::uint8_t>((z ^ (z >> 31)) >> 56);
}

class RandomSource final : public Dataset::Source {
 public:
  using Source::Source;

  void read_sample(std::int64_t index, MutableTensorView out) const override {
    Tensor values(TensorType{DType::u8, out.shape()});
    auto n = static_cast<std::uint64_t>(index) * static_cast<std::uint64_t>(out.elements());
    std::ranges::generate(values.mutable_span<std::uint8_t>(), [&n] { return random_byte(n++); });
    values_to_sample(values.view(), info().format, out);
  }
};

class ZeroSource final : public Dataset::Source {
 public:
  using Source::Source;

  void read_sample(std::int64_t /*index*/, MutableTensorView out) const override {
    std::fill_n(out.data, out.type.bytes(), std::byte{0});
  }
};

}  // namespace

SourcePtr open_random(const SampleFormat& format, std::int64_t limit) {
  return std::make_shared<RandomSource>(synthetic_info(format, limit));
}

SourcePtr open_zeros(const SampleFormat& format, std::int64_t limit) {
  return std::make_shared<ZeroSource>(synthetic_info(format, limit));
}

}  // namespace exeunt

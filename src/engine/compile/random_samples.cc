#include <exeunt/tools/compare.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/difference.h"
#include "base/dtype.h"
#include "base/error.h"
#include "engine/compile/trace.h"

namespace exeunt {

namespace {

/// SplitMix64: the same numbers with every compiler, which the standard's distributions do not promise.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// In (0, 1].
  double uniform() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (static_cast<double>((z ^ (z >> 31)) >> 11) + 1) * 0x1p-53;
  }

  /// Normal with deviation 1. Source: Box and Muller 1958.
  double normal() { return std::sqrt(-2 * std::log(uniform())) * std::cos(2 * std::numbers::pi * uniform()); }

 private:
  std::uint64_t state_;
};

template <class T>
void fill(std::span<T> sample, bool like_pixels, Random& random) {
  for (T& value : sample) {
    if constexpr (AnyFloat<T>) {
      value = convert<T>(like_pixels ? std::ceil(random.uniform() * 256) - 1 : random.normal());
    } else if constexpr (sizeof(T) == 1 && !std::same_as<T, bool>) {
      value = static_cast<T>(std::ceil(random.uniform() * 256) - 1 + std::numeric_limits<T>::min());
    } else {
      // Indices and switches: what every model knows.
      value = static_cast<T>(random.uniform() > 0.5 ? 1 : 0);
    }
  }
}

bool is_batched(const Model& model) {
  return std::ranges::all_of(
      model.inputs(), [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
}

/// Samples of which every other one has floats like pixels, or none.
std::vector<Tensor> make_samples(const Model& model, std::int64_t count, bool pixels) {
  const bool batched = is_batched(model);
  std::vector<Tensor> samples;
  for (const InputInfo& input : model.inputs()) {
    TensorType type = input.type;
    if (batched) type.shape[0] = count;
    Random random(samples.size() + 1);
    Tensor& tensor = samples.emplace_back(type);
    dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
      const auto each = static_cast<std::size_t>(input.type.shape.elements());
      for (std::size_t i = 0; i < (batched ? static_cast<std::size_t>(count) : 1); ++i)
        fill<T>(tensor.mutable_span<T>().subspan(i * each, each), pixels && i % 2 == 0, random);
    });
  }
  return samples;
}

/// Whether the model takes the first sample without driving a value so high that the rounding of its sum, some 1e-6 of
/// it, comes near 1e-4: models that scale pixels themselves do, those that want them scaled do not.
bool takes(const Model& model, std::span<const Tensor> samples) {
  constexpr double kMost = 100;
  Tracer tracer(Plan::build(model, {"ref"}).data());
  const Trace trace = tracer.run(samples, 0);
  return std::ranges::all_of(trace.steps, [](const Tensor& step) {
    return !is_float(step.dtype()) || distance(step.view(), step.view()).magnitude <= kMost;
  });
}

}  // namespace

std::vector<Tensor> random_samples(const Model& model, std::int64_t count) {
  require(count > 0, ErrorCode::argument, "{} samples were asked for", count);
  std::vector<Tensor> samples = make_samples(model, count, true);
  return takes(model, samples) ? std::move(samples) : make_samples(model, count, false);
}

}  // namespace exeunt

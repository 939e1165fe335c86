#include <exeunt/tools/bench.h>

#include <algorithm>
#include <random>

#include "base/dtype.h"
#include "base/error.h"

namespace exeunt {

Tensor bench_samples(const Dataset& data, const Plan& plan, std::size_t most_bytes) {
  require(plan.inputs().size() == 1, ErrorCode::argument, "the model has {} inputs; a data set can feed one",
          plan.inputs().size());
  TensorType type = plan.inputs().front().type;
  require(type.shape.rank() > 0 && type.shape[0] == 1, ErrorCode::argument,
          "the model's input is {}: its first axis is no batch axis, so samples cannot be fed to it", type.shape.str());
  const auto room = static_cast<std::int64_t>(most_bytes / std::max<std::size_t>(type.bytes(), 1));
  const std::int64_t count = std::min(data.size(), std::max<std::int64_t>(room, 1));
  type.shape[0] = count;
  Tensor samples(type);
  type.shape[0] = 1;
  for (std::int64_t i = 0; i < count; ++i) {
    std::byte* row = samples.mutable_view().data + static_cast<std::size_t>(i) * type.bytes();
    data.read(i * data.size() / count, 1, {row, type});
  }
  return samples;
}

std::vector<Tensor> noise_samples(const Plan& plan, std::int64_t count) {
  const bool batched = std::ranges::all_of(
      plan.inputs(), [](const InputInfo& input) { return input.type.shape.rank() > 0 && input.type.shape[0] == 1; });
  std::vector<Tensor> samples;
  std::minstd_rand random(1);
  const auto bits = [&] { return static_cast<std::uint32_t>(random()) >> 8U; };
  for (const InputInfo& input : plan.inputs()) {
    TensorType type = input.type;
    if (batched) type.shape[0] = count;
    dispatch(type.dtype, [&]<class T>(TypeTag<T>) {
      std::ranges::generate(samples.emplace_back(type).mutable_span<T>(), [&] {
        if constexpr (AnyFloat<T>) {
          return convert<T>(static_cast<double>(bits() % 2001) / 1000 - 1);
        } else {
          // Larger ones may be indices, which must exist.
          constexpr bool kIsByte = sizeof(T) == 1 && !std::same_as<T, bool>;
          return static_cast<T>(kIsByte ? bits() : bits() % 2);
        }
      });
    });
  }
  return samples;
}

}  // namespace exeunt

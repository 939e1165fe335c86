#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "base/half.h"
#include "cpu/cpu_backend.h"
#include "cpu/kernels/half_conv.h"
#include "exec/executor.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "support/tensors.h"

/// What sums in IEEE halves are off by.
namespace exeunt {

namespace {

using namespace testing;

constexpr int kChannels = 64;
constexpr int kSize = 8;

/// Half the distance from 1 to the next larger half: the most that rounding is off by, relative to its result.
constexpr double kUnit = 1.0 / 2048;

/// A number from `low` to 1.
float draw(std::mt19937& random, double low) {
  const double unit = static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  return static_cast<float>(low + (1 - low) * unit);
}

/// A 3x3 convolution of an image with padding, in double, once on floats and once on the halves that they round to.
struct Sums {
  std::vector<double> exact;
  std::vector<double> of_halves;
  std::vector<double> sizes;  ///< sums of absolute products of halves
};

Sums convolve(const std::vector<float>& x, const std::vector<float>& w) {
  Sums sums;
  const auto rounded = [](float v) { return static_cast<double>(static_cast<float>(Half(v))); };
  for (int m = 0; m < kChannels; ++m) {
    for (int row = 0; row < kSize; ++row) {
      for (int column = 0; column < kSize; ++column) {
        double exact = 0;
        double halves = 0;
        double size = 0;
        for (int c = 0; c < kChannels; ++c) {
          for (int tap = 0; tap < 9; ++tap) {
            const int i = row + tap / 3 - 1;
            const int j = column + tap % 3 - 1;
            if (i < 0 || i >= kSize || j < 0 || j >= kSize) continue;
            const float a = x[static_cast<std::size_t>((c * kSize + i) * kSize + j)];
            const float b = w[static_cast<std::size_t>((m * kChannels + c) * 9 + tap)];
            exact += static_cast<double>(a) * static_cast<double>(b);
            halves += rounded(a) * rounded(b);
            size += std::abs(rounded(a) * rounded(b));
          }
        }
        sums.exact.push_back(exact);
        sums.of_halves.push_back(halves);
        sums.sizes.push_back(size);
      }
    }
  }
  return sums;
}

Tensor as_halves(const Shape& shape, const std::vector<float>& values) {
  Tensor halves({DType::f16, shape});
  std::ranges::transform(values, halves.mutable_span<Half>().begin(), [](float v) { return Half(v); });
  return halves;
}

/// What each kernel for halves makes of it.
std::vector<std::vector<double>> answers(const std::vector<float>& x, const std::vector<float>& w) {
  Graph graph = parse_graph(
      "input %x f16[1,64,8,8] \"x\"\nconst %w f16[64,64,3,3] = fill(0)\n"
      "%y = Conv(%x, %w){strides=[1,1], pads=[1,1,1,1], dilations=[1,1]}\noutput \"y\"\nexit(%y)\n");
  for (Value& value : graph.values) {
    if (value.constant != nullptr) value.constant = std::make_shared<const Tensor>(as_halves({64, 64, 3, 3}, w));
  }
  const Tensor input = as_halves({1, 64, 8, 8}, x);
  std::vector<std::vector<double>> results;
  for (std::size_t candidate = 0, count = 1; candidate < count; ++candidate) {
    const ChooseCandidates choose = [&](const PlanData&, std::span<const std::vector<Candidate>> candidates) {
      std::vector<Choice> choices;
      for (const std::vector<Candidate>& field : candidates) {
        count = std::max(count, field.size());
        choices.push_back({std::min(candidate, field.size() - 1)});
      }
      return choices;
    };
    const auto plan = std::make_shared<const PlanData>(build_plan(graph, std::array{&cpu_backend()}, choose));
    Executor executor(plan);
    const TensorView y = executor.exit_output(executor.run(std::vector{input.view().data}, {}, {}), 0);
    Tensor copy(y.type);
    std::memcpy(copy.mutable_view().data, y.data, y.type.bytes());
    results.push_back(numbers(copy));
  }
  return results;
}

double root_mean_square(const std::vector<double>& a, const std::vector<double>& b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares / static_cast<double>(a.size()));
}

struct Data {
  std::string name;
  double lowest_x;
  double lowest_w;
  bool is_positive;  ///< of x, what is below 0 becomes 0
};

void PrintTo(const Data& data, std::ostream* out) { *out << data.name; }

class Fp16Error : public ::testing::TestWithParam<Data> {};

/// A run of n terms takes n roundings, each off by at most kUnit of a partial sum, which is at most the sum of the
/// absolute terms and what the roundings before it added: (1 + kUnit)^n - 1 of that sum in all. Runs are added as
/// floats, whose own rounding is as nothing beside it, and the result is rounded once more.
TEST_P(Fp16Error, IsThatOfRunsOf36ProductsAndOnAverageNearThatOfStorage) {
  if (!cpu::has_fast_fp16()) GTEST_SKIP() << "there are no kernels for halves here";
  std::mt19937 random(1);
  std::vector<float> x(kChannels * kSize * kSize);
  std::vector<float> w(kChannels * kChannels * 9);
  for (float& v : x) v = std::max(GetParam().is_positive ? 0.0F : -1.0F, draw(random, GetParam().lowest_x));
  for (float& v : w) v = draw(random, GetParam().lowest_w);
  const Sums sums = convolve(x, w);
  std::vector<double> stored;
  for (const double sum : sums.of_halves)
    stored.push_back(static_cast<double>(static_cast<float>(Half(static_cast<float>(sum)))));
  const double run_loss = std::pow(1 + kUnit, cpu::kHalfRun) - 1;
  const double float_loss = std::ldexp(kChannels * 9, -24);
  for (const std::vector<double>& y : answers(x, w)) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double of_sum = (run_loss + float_loss) * sums.sizes[i];
      ASSERT_LE(std::abs(y[i] - sums.of_halves[i]), of_sum + kUnit * (std::abs(sums.of_halves[i]) + of_sum)) << i;
    }
    // Of storage: operands and results are halves, sums are exact.
    const double of_storage = root_mean_square(stored, sums.exact);
    const double of_kernel = root_mean_square(y, sums.exact);
    RecordProperty("storage_error", fmt::format("{:.3g}", of_storage));
    RecordProperty("kernel_error", fmt::format("{:.3g}", of_kernel));
    EXPECT_LE(of_kernel, 3 * of_storage);
  }
}

INSTANTIATE_TEST_SUITE_P(Fp16, Fp16Error,
                         ::testing::Values(Data{"signs", -1, -1, false}, Data{"after_relu", -1, -1, true},
                                           Data{"positive", 0, 0, true}),
                         [](const auto& data) { return data.param.name; });

}  // namespace

}  // namespace exeunt

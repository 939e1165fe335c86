#include "cpu/winograd_weights.h"

#include <cmath>
#include <cstring>

#include "cpu/kernels/kernel_table.h"
#include "graph/text.h"
#include "support/tensors.h"

namespace exeunt::cpu {

namespace {

using namespace testing;

constexpr int kLanes = 4;

/// F(2x2, 3x3).
constexpr WinogradForm kForm{.kernel = 3, .stride = 1, .results = 2, .points = 16, .matrices = 16, .matrix = nullptr};

/// Floats and 16-bit integers of one filter a channel, packed.
struct Packed {
  std::vector<float> floats;
  std::vector<float> words;
};

Packed packed(const std::string& numbers, int channels) {
  const std::string text = std::to_string(channels);
  const Graph graph =
      parse_graph("input %x f32[1," + text + ",4,4] \"x\"\nconst %w f32[1," + text + ",3,3] = {" + numbers +
                  "}\n%y = Conv(%x, %w){strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n"
                  "output \"y\"\nexit(%y)\n");
  WeightPacker packer;
  const std::vector<Layout> layouts(2);
  const NodeView node{graph, graph.nodes.front(), layouts, packer};
  const auto floats_of = [](const PackedWeights& weights) {
    std::vector<float> floats(weights->size() / sizeof(float));
    std::memcpy(floats.data(), weights->data(), floats.size() * sizeof(float));
    return floats;
  };
  return {floats_of(pack_winograd_weights(node, kForm, kLanes, kLanes)),
          floats_of(pack_winograd_shorts(node, kForm, kLanes, kLanes))};
}

/// What the kernel multiplies by: the weight of point `m` and input channel `i`.
float read_back(const Packed& weights, std::size_t m, std::size_t i, std::size_t pairs) {
  std::int32_t word = 0;
  std::memcpy(&word, &weights.words[(m * pairs + i / 2) * kLanes], sizeof word);
  const std::int32_t number = i % 2 == 0 ? word : static_cast<std::int32_t>(static_cast<std::uint32_t>(word) << 16);
  return static_cast<float>(number) * weights.words[16 * pairs * kLanes + m * kLanes];
}

TEST(WinogradShorts, AreOffByHalfAUnitOfTheLargestOfTheirPoint) {
  constexpr std::size_t kChannels = 5;
  std::string numbers;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < kChannels * 9; ++i) {
    state = state * 1664525 + 1013904223;
    numbers += (i == 0 ? "" : ", ") + std::to_string(static_cast<double>(state >> 8) / 8388608.0 - 1);
  }
  const Packed weights = packed(numbers, kChannels);
  const auto pairs = static_cast<std::size_t>(short_pairs(kChannels, kLanes));
  ASSERT_EQ(pairs, 4U);
  for (std::size_t m = 0; m < 16; ++m) {
    const auto wanted = [&](std::size_t i) { return weights.floats[(m * kChannels + i) * kLanes]; };
    float largest = 0;
    for (std::size_t i = 0; i < kChannels; ++i) largest = std::max(largest, std::abs(wanted(i)));
    for (std::size_t i = 0; i < kChannels; ++i)
      EXPECT_NEAR(read_back(weights, m, i, pairs), wanted(i), 0.51F * largest / 32767) << "point " << m << ", " << i;
    for (std::size_t i = kChannels; i < 2 * pairs; ++i) EXPECT_EQ(read_back(weights, m, i, pairs), 0);
  }
}

TEST(WinogradShorts, OfNothingAreZeroAndOfNoNumberNone) {
  const Packed zeros = packed("0, 0, 0, 0, 0, 0, 0, 0, 0", 1);
  const Packed infinite = packed("0, 0, 0, 0, inf, 0, 0, 0, 0", 1);
  // The point in the middle of the filter's own values.
  EXPECT_EQ(read_back(zeros, 5, 0, 2), 0);
  EXPECT_TRUE(std::isnan(read_back(infinite, 5, 0, 2)));
}

}  // namespace

}  // namespace exeunt::cpu

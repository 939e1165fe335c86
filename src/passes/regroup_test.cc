#include "passes/regroup.h"

#include <gtest/gtest.h>

#include <numeric>

#include "passes/permutation.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

Tensor counting(const Shape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 0.0F);
  return f32(shape, values);
}

TEST(Regroup, IsTheReshapeBeforeTheTranspose) {
  const auto joined = regroup({1, 4, 5, 3}, {0, 2, 3, 1}, {20, 3});
  ASSERT_TRUE(joined);
  EXPECT_THAT(joined->shape, ElementsAre(3, 20));
  EXPECT_THAT(joined->perm, ElementsAre(1, 0));
  const auto split = regroup({6, 4}, {1, 0}, {2, 3, 1, 4});
  ASSERT_TRUE(split);
  EXPECT_THAT(split->shape, ElementsAre(4, 2, 3, 1));
  EXPECT_THAT(split->perm, ElementsAre(1, 2, 3, 0));
}

TEST(Regroup, ThereIsNoneIfJoinedAxesStandApart) {
  EXPECT_FALSE(regroup({1, 4, 5, 3}, {0, 2, 3, 1}, {60}));
  EXPECT_FALSE(regroup({4, 3}, {1, 0}, {2, 6}));
  EXPECT_FALSE(regroup({0, 3}, {1, 0}, {3, 0}));
}

/// Every reshape between shapes of 24 elements, behind every Transpose.
TEST(Regroup, GivesTheSameElements) {
  const std::vector<Shape> shapes = {{24},      {1, 24},   {4, 6},        {6, 1, 4},
                                     {2, 3, 4}, {4, 3, 2}, {1, 2, 1, 12}, {2, 2, 3, 2}};
  int found = 0;
  for (const Shape& x : shapes) {
    ops::Ints perm = identity_perm(x.rank());
    do {
      const Tensor moved = permuted(counting(x), perm);
      for (const Shape& target : shapes) {
        const auto groups = regroup(moved.shape(), perm, target);
        if (!groups) continue;
        ++found;
        const Tensor expected = reshaped(moved, target);
        const Tensor actual = permuted(reshaped(counting(x), Shape(groups->shape)), groups->perm);
        EXPECT_EQ(actual.type().str(), expected.type().str());
        EXPECT_EQ(numbers(actual), numbers(expected)) << x.str() << " to " << target.str();
      }
    } while (std::next_permutation(perm.begin(), perm.end()));
  }
  EXPECT_GT(found, 50);
}

TEST(Permutation, ComposesAndInverts) {
  const ops::Ints first = {0, 2, 3, 1};
  const ops::Ints second = {3, 1, 0, 2};
  const Tensor x = counting({2, 3, 4, 5});
  EXPECT_EQ(numbers(permuted(permuted(x, first), second)), numbers(permuted(x, composed(first, second))));
  EXPECT_TRUE(is_identity(composed(second, inverse(second))));
  EXPECT_THAT(extended({1, 0}, 4), ElementsAre(0, 1, 3, 2));
  EXPECT_THAT(without_axes(first, {1, 3}), ElementsAre(0, 1));
  EXPECT_THAT(without_axes({2, 1, 0}, {1}), ElementsAre(1, 0));
}

TEST(Permutation, AxesOfSizeOneMayMoveFreely) {
  EXPECT_TRUE(keeps_bytes({1, 5, 1, 3}, {1, 0, 2, 3}));
  EXPECT_TRUE(keeps_bytes({1, 5, 1, 3}, {2, 1, 3, 0}));
  EXPECT_FALSE(keeps_bytes({1, 5, 1, 3}, {0, 3, 1, 2}));
}

}  // namespace

}  // namespace exeunt

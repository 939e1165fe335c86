#include "base/difference.h"

#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(Distance, OfEqualTensorsIsNothing) {
  const Tensor x = f32({3}, {1, -2, kNaN});
  EXPECT_EQ(distance(x.view(), x.view()).max_abs, 0);
  EXPECT_EQ(distance(x.view(), x.view()).relative(), 0);
  const Tensor inf = f32({2}, {kInf, -kInf});
  EXPECT_EQ(distance(inf.view(), inf.view()).max_abs, 0);
}

TEST(Distance, IsTakenOverTheLargestMagnitude) {
  const Distance d = distance(f32({3}, {1, -8, 0.5F}).view(), f32({3}, {1, -10, 1}).view());
  EXPECT_EQ(d.max_abs, 2);
  EXPECT_EQ(d.magnitude, 10);
  EXPECT_EQ(d.relative(), 0.2);
}

TEST(Distance, FromZeroIsInfinite) { EXPECT_EQ(distance(f32({1}, {1}).view(), f32({1}, {0}).view()).relative(), kInf); }

TEST(Distance, FromNaNAndOtherInfinitiesIsInfinite) {
  EXPECT_EQ(distance(f32({2}, {1, kNaN}).view(), f32({2}, {1, 2}).view()).max_abs, kInf);
  EXPECT_EQ(distance(f32({2}, {1, 2}).view(), f32({2}, {1, kNaN}).view()).max_abs, kInf);
  EXPECT_EQ(distance(f32({1}, {kInf}).view(), f32({1}, {-kInf}).view()).max_abs, kInf);
}

TEST(Distance, IsBlindToTypesButNotToCounts) {
  EXPECT_EQ(distance(i64({1}, {3}).view(), i32({}, {1}).view()).max_abs, 2);
  EXPECT_THROW(distance(i64({1}, {3}).view(), i32({2}, {1, 2}).view()), Error);
}

}  // namespace

}  // namespace exeunt

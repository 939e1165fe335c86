#include "plan/layout.h"

#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

std::vector<std::int64_t> strides_of(const Layout& layout, const Shape& shape) {
  const Strides strides = layout.strides(shape);
  return {strides.begin(), strides.begin() + shape.rank()};
}

/// All orders of the axes of a shape.
std::vector<ops::Ints> permutations(int rank) {
  ops::Ints perm;
  for (int a = 0; a < rank; ++a) perm.push_back(a);
  std::vector<ops::Ints> all;
  do {
    all.push_back(perm);
  } while (std::next_permutation(perm.begin(), perm.end()));
  return all;
}

TEST(Layout, RowMajorAndChannelsLast) {
  EXPECT_EQ(Layout::row_major(4).str(), "0123");
  EXPECT_EQ(Layout::channels_last(4).str(), "0231");
  EXPECT_EQ(Layout::channels_last(3).str(), "021");
  EXPECT_EQ(Layout::channels_last(5).str(), "02341");
  for (const int rank : {0, 1, 2}) EXPECT_EQ(Layout::channels_last(rank), Layout::row_major(rank));
}

TEST(Layout, OfAnyOrder) {
  for (const ops::Ints& order : permutations(4)) {
    const Layout layout = Layout::of_order(order);
    EXPECT_EQ(layout.str(), fmt::format("{}", fmt::join(order, "")));
  }
  EXPECT_EQ(Layout::of_order({0, 2, 3, 1}), Layout::channels_last(4));
}

TEST(Layout, TheOutermostAxisHasTheLargestStride) {
  const Shape shape{2, 3, 4, 5};
  EXPECT_THAT(strides_of(Layout::row_major(4), shape), ElementsAre(60, 20, 5, 1));
  EXPECT_THAT(strides_of(Layout::channels_last(4), shape), ElementsAre(60, 1, 15, 3));
  EXPECT_THAT(strides_of(Layout::row_major(0), {}), ElementsAre());
}

TEST(Layout, ATransposeIsAnotherLayoutOfTheSameBytes) {
  // NHWC data seen as NCHW is channels-last.
  EXPECT_EQ(Layout::row_major(4).transposed({0, 3, 1, 2}), Layout::channels_last(4));
  EXPECT_EQ(Layout::channels_last(4).transposed({0, 2, 3, 1}), Layout::row_major(4));
  const Shape shape{2, 3, 5};
  for (const ops::Ints& perm : permutations(3)) {
    const Strides before = Layout::channels_last(3).strides(shape);
    const Shape after{shape[static_cast<int>(perm[0])], shape[static_cast<int>(perm[1])],
                      shape[static_cast<int>(perm[2])]};
    const Strides strides = Layout::channels_last(3).transposed(perm).strides(after);
    for (std::size_t a = 0; a < 3; ++a) EXPECT_EQ(strides[a], before[static_cast<std::size_t>(perm[a])]);
  }
}

TEST(Layout, TransposingThereAndBackChangesNothing) {
  for (const ops::Ints& perm : permutations(4)) {
    ops::Ints back(4);
    for (std::size_t a = 0; a < 4; ++a) back[static_cast<std::size_t>(perm[a])] = static_cast<std::int64_t>(a);
    EXPECT_EQ(Layout::channels_last(4).transposed(perm).transposed(back), Layout::channels_last(4));
  }
}

TEST(SameBytes, AxesOfSizeOneDoNotCount) {
  const Layout rows = Layout::row_major(4);
  const Layout last = Layout::channels_last(4);
  EXPECT_TRUE(same_bytes(rows, rows, {2, 3, 4, 5}));
  EXPECT_FALSE(same_bytes(rows, last, {2, 3, 4, 5}));
  EXPECT_TRUE(same_bytes(rows, last, {2, 1, 4, 5}));
  EXPECT_TRUE(same_bytes(rows, last, {2, 3, 1, 1}));
  EXPECT_FALSE(same_bytes(rows, last, {2, 3, 1, 5}));
  EXPECT_TRUE(same_bytes(rows, last, {1, 1, 1, 1}));
  EXPECT_TRUE(same_bytes(rows, rows.transposed({3, 1, 2, 0}), {1, 4, 5, 1}));
  EXPECT_FALSE(same_bytes(rows, rows.transposed({3, 2, 1, 0}), {1, 4, 5, 1}));
  EXPECT_TRUE(same_bytes(Layout::row_major(0), Layout::row_major(0), {}));
}

TEST(SameBytes, SaysWhatTheStridesOfLargeAxesSay) {
  for (const Shape& shape : {Shape{2, 3, 1}, {1, 3, 2}, {2, 1, 2}, {1, 1, 3}, {2, 3, 4}}) {
    for (const ops::Ints& p : permutations(3)) {
      for (const ops::Ints& q : permutations(3)) {
        const Layout a = Layout::row_major(3).transposed(p);
        const Layout b = Layout::row_major(3).transposed(q);
        bool same = true;
        for (int axis = 0; axis < 3; ++axis) {
          const auto i = static_cast<std::size_t>(axis);
          same = same && (shape[axis] == 1 || a.strides(shape)[i] == b.strides(shape)[i]);
        }
        EXPECT_EQ(same_bytes(a, b, shape), same) << shape.str() << " " << a.str() << " " << b.str();
      }
    }
  }
}

TEST(CopyLayout, MovesEachElementToItsPlace) {
  for (const DType dtype : kAllTypes) {
    const Tensor x = tensor(dtype, {1, 2, 1, 3}, {0, 1, 1, 1, 0, 1});
    Tensor y(x.type());
    copy_layout(x.view().data, Layout::row_major(4), y.mutable_view().data, Layout::channels_last(4), x.type());
    EXPECT_THAT(numbers(y), ElementsAre(0, 1, 1, 0, 1, 1)) << dtype_name(dtype);
  }
}

TEST(CopyLayout, ThereAndBack) {
  const Tensor x = counting({2, 3, 4, 5});
  for (const ops::Ints& perm : permutations(4)) {
    const Layout other = Layout::row_major(4).transposed(perm);
    Tensor there(x.type());
    Tensor back(x.type());
    copy_layout(x.view().data, Layout::channels_last(4), there.mutable_view().data, other, x.type());
    copy_layout(there.view().data, other, back.mutable_view().data, Layout::channels_last(4), x.type());
    EXPECT_EQ(values<float>(back), values<float>(x));
  }
}

}  // namespace

}  // namespace exeunt

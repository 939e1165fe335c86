#include <exeunt/tools/arrays.h>
#include <exeunt/tools/dataset.h>
#include <gmock/gmock.h>

#include <array>

#include "support/expect_error.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;
using testing::expect_error;

/// Samples 0 .. 4 with labels 10 .. 14.
Dataset five(const testing::TempDir& folder) {
  Arrays arrays;
  arrays["x"] = Tensor::of(DType::f32, {5, 1}, std::span<const float>(std::array<float, 5>{0, 1, 2, 3, 4}));
  arrays["y"] = Tensor::of(DType::i32, {5}, std::span<const std::int32_t>(std::array{10, 11, 12, 13, 14}));
  write_npz(folder / "d.npz", arrays);
  SampleFormat format;
  format.sample = {DType::f32, {1}};
  return Dataset::open("npz:" + (folder / "d.npz").string(), format);
}

std::vector<float> all_of(const Dataset& data) {
  Tensor out(TensorType{DType::f32, {data.size(), 1}});
  data.read(0, data.size(), out.mutable_view());
  return {out.span<float>().begin(), out.span<float>().end()};
}

TEST(Part, HoldsEveryOtherSampleWithItsLabel) {
  const testing::TempDir folder;
  const Dataset data = five(folder);
  EXPECT_THAT(all_of(data.part(0, 2)), ElementsAre(0, 2, 4));
  EXPECT_THAT(data.part(0, 2).labels(), ElementsAre(10, 12, 14));
  EXPECT_THAT(all_of(data.part(1, 2)), ElementsAre(1, 3));
  EXPECT_THAT(data.part(1, 2).labels(), ElementsAre(11, 13));
  EXPECT_THAT(all_of(data.part(0, 1)), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(all_of(data.part(1, 2).part(1, 2)), ElementsAre(3)) << "parts of parts";
  EXPECT_EQ(data.part(6, 7).size(), 0);
  EXPECT_TRUE(data.part(6, 7).labels().empty());
}

TEST(Part, HasANumberBelowTheirCount) {
  const testing::TempDir folder;
  const Dataset data = five(folder);
  expect_error(ErrorCode::argument, "part 2 of 2", [&] { data.part(2, 2); });
  expect_error(ErrorCode::argument, "part -1 of 2", [&] { data.part(-1, 2); });
  expect_error(ErrorCode::argument, "part 0 of 0", [&] { data.part(0, 0); });
}

}  // namespace

}  // namespace exeunt

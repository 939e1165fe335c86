#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string slices_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[8,9] "x"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

struct SlicePair {
  std::string_view first, second, both;
  int rewrites = 1;  ///< 2: the bounds of the first are brought to form too
};

TEST(MergeSlices, TwoBecomeOne) {
  for (const SlicePair& c : {
           SlicePair{"axes=[0], starts=[1], ends=[7], steps=[1]", "axes=[0], starts=[2], ends=[5], steps=[1]",
                     "axes=[0], starts=[3], ends=[6], steps=[1]"},
           SlicePair{"axes=[0], starts=[0], ends=[99], steps=[2]", "axes=[1], starts=[0], ends=[99], steps=[2]",
                     "axes=[0,1], starts=[0,0], ends=[7,9], steps=[2,2]", 2},
           SlicePair{"axes=[1], starts=[1], ends=[9], steps=[2]", "axes=[1], starts=[1], ends=[4], steps=[2]",
                     "axes=[1], starts=[3], ends=[8], steps=[4]", 2},
           SlicePair{"axes=[1], starts=[-1], ends=[-99], steps=[-1]", "axes=[1], starts=[0], ends=[3], steps=[1]",
                     "axes=[1], starts=[8], ends=[5], steps=[-1]", 2},
           SlicePair{"axes=[1], starts=[2], ends=[8], steps=[1]", "axes=[1], starts=[-1], ends=[-99], steps=[-5]",
                     "axes=[1], starts=[7], ends=[1], steps=[-5]"},
           SlicePair{"axes=[1], starts=[0], ends=[3], steps=[1]", "axes=[1], starts=[-1], ends=[-99], steps=[-2]",
                     "axes=[1], starts=[2], ends=[-10], steps=[-2]"},
           SlicePair{"axes=[0], starts=[4], ends=[7], steps=[1]", "axes=[0], starts=[9], ends=[9], steps=[1]",
                     "axes=[0], starts=[0], ends=[0], steps=[1]"},
       }) {
    SCOPED_TRACE(c.both);
    expect_rewrite("merge_slices", c.rewrites,
                   slices_graph(fmt::format("%a = Slice(%x) {{{}}} %y = Slice(%a) {{{}}}", c.first, c.second)),
                   slices_graph(fmt::format("%y = Slice(%x) {{{}}}", c.both)));
  }
}

TEST(MergeSlices, BoundsAreWrittenOneWay) {
  for (const auto& [before, after] : {
           std::pair{"axes=[-1,0], starts=[-3,2], ends=[9223372036854775807,-1], steps=[1,1]",
                     "axes=[0,1], starts=[2,6], ends=[7,9], steps=[1,1]"},
           std::pair{"axes=[0,1], starts=[0,2], ends=[8,4], steps=[1,1]", "axes=[1], starts=[2], ends=[4], steps=[1]"},
           std::pair{"axes=[0], starts=[3], ends=[5], steps=[7]", "axes=[0], starts=[3], ends=[4], steps=[1]"},
           std::pair{"axes=[0], starts=[1], ends=[8], steps=[3]", "axes=[0], starts=[1], ends=[8], steps=[3]"},
       }) {
    SCOPED_TRACE(before);
    expect_rewrite("merge_slices", std::string_view(before) == after ? 0 : 1,
                   slices_graph(fmt::format("%y = Slice(%x) {{{}}}", before)),
                   slices_graph(fmt::format("%y = Slice(%x) {{{}}}", after)));
  }
}

TEST(MergeSlices, ExtremeStepsDoNotOverflow) {
  expect_rewrite("merge_slices", 2, slices_graph(R"(
    %a = Slice(%x) {axes=[0], starts=[7], ends=[-9223372036854775808], steps=[-9223372036854775808]}
    %y = Slice(%a) {axes=[0], starts=[0], ends=[9223372036854775807], steps=[9223372036854775807]})"),
                 slices_graph("%y = Slice(%x) {axes=[0], starts=[7], ends=[8], steps=[1]}"));
}

TEST(MergeSlices, TheFirstStaysForOthers) {
  expect_rewrite("merge_slices", 1, slices_graph(R"(
    %a = Slice(%x) {axes=[0], starts=[1], ends=[3], steps=[1]}
    %b = Slice(%a) {axes=[0], starts=[0], ends=[1], steps=[1]}
    %y = Add(%b, %a))"),
                 slices_graph(R"(
    %b = Slice(%x) {axes=[0], starts=[1], ends=[2], steps=[1]}
    %a = Slice(%x) {axes=[0], starts=[1], ends=[3], steps=[1]}
    %y = Add(%b, %a))"));
}

}  // namespace

}  // namespace exeunt

#include "graph/batch.h"

#include <gmock/gmock.h>

#include "graph/text.h"

namespace exeunt {

namespace {

using ::testing::HasSubstr;

/// What keeps a graph with the one exit %y from taking a batch; "" if nothing does.
std::string obstacle(const std::string& nodes, bool free_batch = false) {
  const auto found = find_batch_obstacle(parse_graph(nodes + "\noutput \"y\"\nexit(%y)"), free_batch);
  return found ? found->str() : "";
}

/// For one node %y of x f32[1,6,4,4].
std::string picture_obstacle(const std::string& nodes, bool free_batch = false) {
  return obstacle("input %x f32[1,6,4,4] \"x\"\n" + nodes, free_batch);
}

/// Where the batch lies in %y: "axis" or "axis, outer".
std::string place(const std::string& nodes) {
  const Graph graph = parse_graph(nodes + "\noutput \"y\"\nexit(%y)");
  BatchAxes axes(graph);
  const BatchState& state = axes.of(std::get<Exit>(graph.tree[0]).outputs[0]);
  if (state.kind != BatchState::Kind::samples) return "none";
  return state.place.outer == 1 ? std::to_string(state.place.axis)
                                : fmt::format("{}, {}", state.place.axis, state.place.outer);
}

const std::string kWindow = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]";

TEST(BatchObstacle, NoneWhereEverySampleKeepsToItself) {
  for (const std::string& nodes : std::vector<std::string>{
           "%y = Relu(%x)",
           "const %w f32[2,6,3,3] = fill(1)\n%y = Conv(%x, %w)" + kWindow + "}",
           "%y = Pool(%x)" + kWindow + ", kernel=[2,2]}",
           "%y = ReduceMean(%x){axes=[2,3]}",
           "%y = ReduceMean(%x){axes=[-1], keepdims=false}",
           "%y = Softmax(%x){axis=1}",
           "const %k f32[1,6,1,1] = fill(2)\n%y = Mul(%x, %k)",
           "const %k f32[1,2,4,4] = fill(2)\n%y = Concat(%x, %k){axis=1}",
           "%y = Slice(%x){axes=[0,1], starts=[0,1], ends=[9223372036854775807,3], steps=[1,1]}",
           "%y = Pad(%x){pads=[0,0,1,1,0,0,1,1]}",
           "const %i i64[2] = {0, 1}\n%y = Gather(%x, %i){axis=1}",
           "const %k f32[6] = fill(1)\n%y = BatchNorm(%x, %k, %k, %k, %k)",
           "%y = LayerNorm(%x){axis=1}",
           "%y = LRN(%x){size=3}",
           "%y = TopK(%x){axis=2}",
           "%y = Tile(%x){repeats=[1,2,1,1]}",
           "%y = Resize(%x){sizes=[1,6,8,8], scales=[1,1,2,2]}",
           "%a = ArgMax(%x){axis=1}\n%y = GatherElements(%x, %a){axis=1}",
       }) {
    EXPECT_EQ(picture_obstacle(nodes), "") << nodes;
  }
}

TEST(BatchObstacle, NamesTheNodeThatMixesSamples) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"%y = ReduceMean(%x){axes=[0,2,3]} \"mean\"", "node 'mean' (ReduceMean) reduces over the samples"},
      {"%y = ReduceMax(%x) \"all\"", "node 'all' (ReduceMax) reduces over the samples"},
      {"%y = Softmax(%x){axis=0} \"s\"", "node 's' (Softmax) sums over the samples"},
      {"%y = CumSum(%x){axis=0} \"s\"", "node 's' (CumSum) sums over the samples"},
      {"%y = ArgMax(%x){axis=0} \"a\"", "node 'a' (ArgMax) reduces over the samples"},
      {"%y = Concat(%x, %x){axis=0} \"c\"", "node 'c' (Concat) joins values along the samples"},
      {"const %i i64[1] = {0}\n%y = Gather(%x, %i){axis=0} \"g\"", "node 'g' (Gather) picks single samples"},
      {"%y = Expand(%x){shape=[5,6,4,4]} \"e\"", "node 'e' (Expand) repeats the axis of the samples 5 times"},
      {"%y = Tile(%x){repeats=[2,1,1,1]} \"t\"", "node 't' (Tile) repeats the axis of the samples 2 times"},
      {"%y = Pad(%x){pads=[1,0,0,0,0,0,0,0]} \"p\"", "node 'p' (Pad) pads the samples with others"},
      {"%y = LayerNorm(%x){axis=0} \"n\"", "node 'n' (LayerNorm) normalises over the samples"},
      {"const %k f32[3,1,1,1] = fill(2)\n%y = Mul(%x, %k) \"m\"", "repeats the axis of the samples 3 times"},
      {"%t = Transpose(%x){perm=[1,0,2,3]}\nconst %w f32[2,1,1,1] = fill(1)\n%y = Conv(%t, %w)" + kWindow + "} \"c\"",
       "node 'c' (Conv) convolves over the samples"},
      {"%y = MaxPoolIndices(%x)" + kWindow + ", kernel=[2,2]} \"i\"", "counts its indices from the first sample on"},
      {"%s = Shape(%x)\n%f = Cast(%s){to=f32}\n%m = ReduceProd(%f)\n%y = Div(%x, %m)", "gives the number of samples"},
  };
  for (const auto& [nodes, text] : cases) EXPECT_THAT(picture_obstacle(nodes), HasSubstr(text)) << nodes;
}

TEST(BatchObstacle, TheFirstNodeIsNamed) {
  EXPECT_THAT(picture_obstacle(
                  "%m = ReduceMean(%x){axes=[0]} \"first\"\n%s = Softmax(%x){axis=0} \"second\"\n%y = Add(%m, %s)"),
              HasSubstr("'first'"));
}

TEST(BatchObstacle, DimsBesideTheBatchAreNoCountOfSamples) {
  EXPECT_EQ(picture_obstacle("%s = Shape(%x)\n%c = Slice(%s){axes=[0], starts=[1], ends=[2], steps=[1]}\n"
                             "%f = Cast(%c){to=f32}\n%r = Sqrt(%f)\n%y = Div(%x, %r)"),
            "");
  EXPECT_EQ(picture_obstacle("%s = Shape(%x){start=2, end=3}\n%f = Cast(%s){to=f32}\n%y = Div(%x, %f)"), "");
}

TEST(BatchObstacle, MatrixProductsKeepRowsApartButNotSums) {
  const std::string x = "input %x f32[1,4] \"x\"\nconst %w f32[4,3] = fill(1)\nconst %v f32[3,1] = fill(1)\n";
  EXPECT_EQ(obstacle(x + "%y = MatMul(%x, %w)"), "");
  EXPECT_EQ(obstacle(x + "%y = Gemm(%x, %w)"), "");
  EXPECT_EQ(obstacle(x + "%t = Transpose(%x){perm=[1,0]}\n%y = Gemm(%t, %w){trans_a=true}"), "");
  EXPECT_THAT(obstacle(x + "%t = Transpose(%x){perm=[1,0]}\n%y = MatMul(%x, %t)"), HasSubstr("different axes"));
  EXPECT_THAT(obstacle(x + "%y = MatMul(%v, %x)"), HasSubstr("sums over the samples"));
  EXPECT_THAT(obstacle(x + "%y = Gemm(%x, %x){trans_a=true}"), HasSubstr("different axes"));
}

TEST(BatchObstacle, AttentionWithinASampleIsFine) {
  EXPECT_EQ(obstacle(R"(
    input %x f32[1,5,8] "x"
    const %w f32[8,24] = fill(0.1)
    %p = MatMul(%x, %w)
    %r = Reshape(%p){shape=[1,5,3,2,4]}
    %t = Transpose(%r){perm=[2,0,3,1,4]}
    const %i0 i64[] = {0}
    const %i1 i64[] = {1}
    %q = Gather(%t, %i0){axis=0}
    %k = Gather(%t, %i1){axis=0}
    %kt = Transpose(%k){perm=[0,1,3,2]}
    %a = MatMul(%q, %kt)
    %y = Softmax(%a))"),
            "");
}

TEST(BatchObstacle, DecisionsMayLookAtAllSamples) {
  const Graph graph = parse_graph(R"(
    input %x f32[1,3] "x"
    const %k f32[] = {0.5}
    %m = ReduceMin(%x)
    %g = Greater(%m, %k)
    output "y"
    decide predicate(%g) > 0.5 { exit(%x) exit(%x) })");
  EXPECT_FALSE(find_batch_obstacle(graph).has_value());
}

TEST(BatchObstacle, AnInputWithoutABatchOfOneIsOne) {
  EXPECT_EQ(obstacle("input %x f32[2,3] \"x\"\n%y = Relu(%x)"),
            "input 'x' is f32[2,3]: its first axis is not a batch of 1");
  EXPECT_EQ(obstacle("input %x f32[] \"x\"\n%y = Relu(%x)"), "input 'x' is f32[]: it has no axis for the samples");
}

TEST(BatchObstacle, TheFirstOfALiteralBatchIsAllOfItUnlessTheFileLeavesItOpen) {
  const std::string slice = "%y = Slice(%x){axes=[0], starts=[0], ends=[1], steps=[1]} \"s\"";
  EXPECT_EQ(picture_obstacle(slice, false), "");
  EXPECT_EQ(picture_obstacle(slice, true), "node 's' (Slice) picks single samples");
}

TEST(BatchAxes, FollowsTheAxisThroughTransposesAndReshapes) {
  const std::string x = "input %x f32[1,6,4] \"x\"\n";
  EXPECT_EQ(place(x + "%y = Transpose(%x){perm=[1,0,2]}"), "1");
  EXPECT_EQ(place(x + "%y = Reshape(%x){shape=[1,24]}"), "0");
  EXPECT_EQ(place(x + "%y = Reshape(%x){shape=[1,1,24]}"), "0");
  EXPECT_EQ(place(x + "%y = ReduceMax(%x){axes=[1], keepdims=false}"), "0");
  EXPECT_EQ(place(x + "%t = Transpose(%x){perm=[2,1,0]}\n%y = ReduceMax(%t){axes=[0,1], keepdims=false}"), "0");
}

TEST(BatchAxes, ABatchMayLieInsideALargerAxis) {
  const std::string x = "input %x f32[1,6,4] \"x\"\n";
  EXPECT_EQ(place(x + "%y = Reshape(%x){shape=[6,4]}"), "0") << "N * 6 rows";
  EXPECT_EQ(place(x + "%t = Transpose(%x){perm=[1,0,2]}\n%y = Reshape(%t){shape=[6,4]}"), "0, 6") << "6 * N rows";
  EXPECT_EQ(place(x + "%t = Transpose(%x){perm=[1,0,2]}\n%y = Reshape(%t){shape=[6,2,2]}"), "1") << "N * 2 heads";
  EXPECT_EQ(place(x + "%r = Reshape(%x){shape=[6,4]}\n%y = Reshape(%r){shape=[1,6,4]}"), "0");
}

TEST(BatchAxes, ANumberASampleHasNoAxis) {
  const std::string x = "input %x f32[1,1] \"x\"\n%s = Reshape(%x){shape=[]}\n";
  EXPECT_EQ(place(x + "%y = Exp(%s)"), "-1");
  EXPECT_EQ(place(x + "%y = Reshape(%s){shape=[1,1]}"), "0");
  EXPECT_EQ(place(x + "%y = Add(%s, %x)"), "none");
}

TEST(BatchAxes, WhatCutsAcrossSamplesHasNoPlace) {
  const std::string x = "input %x f32[1,6,4] \"x\"\n%t = Transpose(%x){perm=[1,0,2]}\n";
  EXPECT_EQ(place(x + "%y = Reshape(%t){shape=[4,6]}"), "none");
}

}  // namespace

}  // namespace exeunt

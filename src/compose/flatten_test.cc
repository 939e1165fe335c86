#include <exeunt/tools/compose.h>

#include "compose/test_networks.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

TEST(Flatten, UndoesCompose) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", kTwoHeads);
  compose_heads(heads, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  const Composition flat = flatten_exits(folder / "early.onnx", folder / "flat.onnx");
  EXPECT_THAT(flat.outputs, ElementsAre("a", "b"));
  EXPECT_EQ(print_graph(import_onnx(folder / "flat.onnx", {})), print_graph(import_onnx(heads, {})));
  EXPECT_EQ(read_onnx(folder / "flat.onnx").metadata_props_size(), 0);
}

TEST(Flatten, ComposeUndoesFlatten) {
  const TempDir folder;
  const auto heads = save_onnx(folder, "heads.onnx", kTwoHeads);
  compose_heads(heads, std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "early.onnx");
  flatten_exits(folder / "early.onnx", folder / "flat.onnx");
  compose_heads(folder / "flat.onnx", std::vector<std::string>{"a", "b"}, leaves_above(0.9F), folder / "again.onnx");
  EXPECT_EQ(read_onnx(folder / "again.onnx").SerializeAsString(), read_onnx(folder / "early.onnx").SerializeAsString());
}

/// What a file's outputs are for x = 1, 2, 3.
std::vector<std::vector<double>> outputs_of(const std::filesystem::path& file) {
  std::vector<std::vector<double>> all;
  for (const Tensor& output : answer_of(file, {1, 2, 3}).outputs) all.push_back(numbers(output));
  return all;
}

std::string if_else(const std::string& condition, const std::string& then_nodes, const std::string& else_nodes) {
  return fmt::format(
      "If ({}) <then_branch = t () => (float[1,3] r) {{ {} }}, else_branch = e () => (float[1,3] r) {{ {} }}>",
      condition, then_nodes, else_nodes);
}

TEST(Flatten, WhatFollowsAConditionalIsComputedForEachExit) {
  const TempDir folder;
  const auto early = save_onnx(
      folder, "early.onnx",
      "g (float[1,3] x) => (float[1,3] y) <float c = {0.9}> { m = ReduceMax<keepdims = 0>(x) b = Greater(m, c) z = " +
          if_else("b", "r = Neg(x)", "s = Abs(x) r = Add(s, x)") + " k = Abs(x) y = Sub(z, k) }");
  flatten_exits(early, folder / "flat.onnx");
  EXPECT_THAT(outputs_of(folder / "flat.onnx"), ElementsAre(ElementsAre(-2, -4, -6), ElementsAre(1, 2, 3)));
  EXPECT_THAT(ops_of(read_onnx(folder / "flat.onnx").graph()), ElementsAre("Abs", "Neg", "Sub", "Abs", "Add", "Sub"))
      << "the second Abs belongs to an arm; what is behind no conditional comes once";
}

TEST(Flatten, ConditionalsInsideAndAfterEachOther) {
  const TempDir folder;
  const std::string inner = if_else("d", "r = Neg(x)", "r = Exp(x)");
  const auto early = save_onnx(
      folder, "early.onnx",
      "g (float[1,3] x) => (float[1,3] y) <float c = {0.9}> { m = ReduceMax<keepdims = 0>(x) b = Greater(m, c) n = "
      "ReduceMin<keepdims = 0>(x) d = Greater(n, c) y = If (b) <then_branch = t () => (float[1,3] q) { q = Abs(x) },"
      " else_branch = e () => (float[1,3] q) { q = " +
          inner + " }> }");
  EXPECT_EQ(flatten_exits(early, folder / "flat.onnx").outputs.size(), 3U);
  EXPECT_THAT(outputs_of(folder / "flat.onnx").at(1), ElementsAre(-1, -2, -3));
  const auto sequence = save_onnx(
      folder, "sequence.onnx",
      "g (float[1,3] x) => (float[1,3] y) <float c = {0.9}> { m = ReduceMax<keepdims = 0>(x) b = Greater(m, c) z = " +
          if_else("b", "r = Neg(x)", "r = Abs(x)") + " n = ReduceMax<keepdims = 0>(z) d = Greater(n, c) y = " +
          if_else("d", "r = Add(z, z)", "r = Mul(z, z)") + " }");
  flatten_exits(sequence, folder / "flat.onnx");
  EXPECT_THAT(outputs_of(folder / "flat.onnx"),
              ElementsAre(ElementsAre(-2, -4, -6), ElementsAre(1, 4, 9), ElementsAre(2, 4, 6), ElementsAre(1, 4, 9)));
}

TEST(Flatten, RefusesWhatHasNoExits) {
  const TempDir folder;
  const auto refused = [&](const std::string& text, const std::string& graph) {
    const auto file = save_onnx(folder, "early.onnx", graph);
    expect_error(ErrorCode::unsupported, text, [&] { flatten_exits(file, folder / "flat.onnx"); });
    EXPECT_FALSE(std::filesystem::exists(folder / "flat.onnx"));
  };
  refused("early.onnx: has no exits: there is no If in it", kTwoHeads);
  refused("holds 1 conditional on shapes or constants",
          "g (float[1,3] x) => (float[1,3] y) <bool b = {1}> { y = " + if_else("b", "r = Neg(x)", "r = Abs(x)") + " }");
  refused("its exits give 1 different answer", "g (float[1,3] x, bool b) => (float[1,3] y) { z = Neg(x) y = " +
                                                   if_else("b", "r = Identity(z)", "r = Identity(z)") + " }");
}

}  // namespace

}  // namespace exeunt

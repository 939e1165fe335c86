#include "compose/names.h"

#include "compose/opset_changes.h"
#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;

TEST(NearestName, TakesTheFewestEdits) {
  EXPECT_EQ(nearest_name("exit_1", {"dense", "exit1", "exit"}), "exit1");
  EXPECT_EQ(nearest_name("Dense", {"dense", "exit1"}), "dense");
  EXPECT_EQ(nearest_name("softmax", {"exit1", "dense"}), "") << "none is near";
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(UniqueName, CountsUpwards) {
  Names taken = {"y", "y_1"};
  EXPECT_EQ(unique_name(taken, "x"), "x");
  EXPECT_EQ(unique_name(taken, "y"), "y_2");
  EXPECT_EQ(unique_name(taken, "y"), "y_3");
}

TEST(RenameOperands, LeavesNamesOfInnerGraphsAlone) {
  onnx::ModelProto model = model_of(
      "g (float[1,3] x, bool b) => (float[1,3] y) { y = If (b) <then_branch = t () =>"
      " (float[1,3] r) { z = Neg(x) r = Neg(z) }, else_branch = e () => (float[1,3] r)"
      " { r = Neg(x) }> }");
  onnx::NodeProto& node = *model.mutable_graph()->mutable_node(0);
  rename_operands(node, [](const std::string& name) { return "new_" + name; });
  EXPECT_EQ(node.input(0), "new_b");
  const onnx::GraphProto& arm = node.attribute(0).g();
  EXPECT_EQ(arm.node(0).input(0), "new_x");
  EXPECT_EQ(arm.node(1).input(0), "z");
  EXPECT_EQ(arm.output(0).name(), "r");
  EXPECT_EQ(node.output(0), "y");
}

std::string changed(const std::string& nodes, std::int64_t from, std::int64_t to) {
  return changed_operator(model_of(one_output("float[1,3] x", nodes)).graph(), from, to);
}

TEST(ChangedOperator, NamesTheFirstOne) {
  EXPECT_EQ(changed("a = Relu(x) y = Softmax(a)", 13, 18), "");
  EXPECT_EQ(changed("a = Relu(x) y = Softmax(a)", 12, 13), "Softmax");
  EXPECT_EQ(changed("y = ReduceMax(x)", 13, 17), "");
  EXPECT_EQ(changed("y = ReduceMax(x)", 17, 18), "ReduceMax");
  EXPECT_EQ(changed("y = ReduceSum(x)", 11, 13), "ReduceSum");
  EXPECT_EQ(changed("y = Split(x)", 13, 18), "Split");
  EXPECT_EQ(changed("y = Frobnicate(x)", 13, 14), "Frobnicate") << "what is not known may have changed";
  EXPECT_EQ(changed("y = AveragePool<ceil_mode = 1>(x)", 13, 14), "AveragePool");
  EXPECT_EQ(changed("y = AveragePool<ceil_mode = 0>(x)", 13, 22), "");
}

}  // namespace

}  // namespace exeunt

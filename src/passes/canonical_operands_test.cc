#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string operands_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,2,3] "x"
    input %z f32[3] "z"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(CanonicalOperands, TheConstantComesSecond) {
  for (const std::string_view op : {"Add", "Mul", "Max", "Min"}) {
    SCOPED_TRACE(op);
    expect_rewrite("canonical_operands", 1,
                   operands_graph(fmt::format("const %c f32[3] = {{1, 2, 3}} %y = {}(%c, %x)", op)),
                   operands_graph(fmt::format("const %c f32[3] = {{1, 2, 3}} %y = {}(%x, %c)", op)));
  }
}

TEST(CanonicalOperands, ButNotWhereTheOrderCounts) {
  for (const std::string_view op : {"Sub", "Div", "Pow", "Greater"}) {
    SCOPED_TRACE(op);
    expect_untouched("canonical_operands",
                     operands_graph(fmt::format("const %c f32[3] = {{1, 2, 3}} %y = {}(%c, %x)", op)));
  }
}

TEST(CanonicalOperands, ConstantsHaveNoAxesOfSizeOneInFront) {
  expect_rewrite("canonical_operands", 1, operands_graph("const %c f32[1,2,1] = {1, 2} %y = Sub(%x, %c)"),
                 operands_graph("const %c f32[2,1] = {1, 2} %y = Sub(%x, %c)"));
  expect_rewrite("canonical_operands", 1, operands_graph("const %c f32[1] = {1} %y = Greater(%x, %c)"),
                 operands_graph("const %c f32[] = {1} %y = Greater(%x, %c)"));
}

TEST(CanonicalOperands, UnlessTheResultHasThoseAxesFromThem) {
  expect_untouched("canonical_operands", operands_graph("const %c f32[1,3] = {1, 2, 3} %y = Add(%z, %c)"));
}

TEST(CanonicalOperands, ChoicesKeepTheirOrder) {
  expect_rewrite(
      "canonical_operands", 1,
      operands_graph("const %b bool[1,3] = {true, false, true} const %c f32[1,1] = {7} %y = Where(%b, %c, %x)"),
      operands_graph("const %b bool[3] = {true, false, true} const %c f32[] = {7} %y = Where(%b, %c, %x)"));
}

}  // namespace

}  // namespace exeunt

#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string hard_sigmoid_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3] "x"
    const %half f32[] = {{0.5}}
    const %quarter f32[] = {{0.25}}
    const %two f32[] = {{2}}
    const %four f32[] = {{4}}
    const %row f32[3] = {{1, 2, 3}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(RecognizeHardSigmoid, ScaledBeforeOrAfterTheClip) {
  const std::string after = hard_sigmoid_graph("%y = HardSigmoid(%x) {alpha=0.25, beta=0.5}");
  for (const std::string_view nodes : {"%a = Mul(%x, %quarter) %b = Add(%a, %half) %y = Clip(%b) {alpha=0, beta=1}",
                                       "%a = Add(%two, %x) %b = Clip(%a) {alpha=0, beta=4} %y = Div(%b, %four)",
                                       "%a = Add(%x, %two) %b = Clip(%a) {alpha=0, beta=4} %y = Mul(%quarter, %b)",
                                       "%a = Clip(%x) {alpha=-2, beta=2} %b = Add(%a, %two) %y = Div(%b, %four)"}) {
    SCOPED_TRACE(nodes);
    expect_rewrite("recognize_hard_sigmoid", 1, hard_sigmoid_graph(nodes), after);
  }
}

TEST(RecognizeHardSigmoid, OtherBoundsStay) {
  for (const std::string_view nodes :
       {"%y = Clip(%x) {alpha=0, beta=1}", "%a = Mul(%x, %quarter) %y = Clip(%a) {alpha=0, beta=1}",
        "%a = Add(%x, %two) %b = Clip(%a) {alpha=0, beta=6} %y = Div(%b, %four)",
        "%a = Add(%x, %two) %b = Clip(%a) {alpha=1, beta=4} %y = Div(%b, %four)",
        "%a = Add(%x, %row) %y = Clip(%a) {alpha=0, beta=1}"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("recognize_hard_sigmoid", hard_sigmoid_graph(nodes));
  }
}

TEST(RecognizeHardSigmoid, WhatIsUsedInBetweenStays) {
  expect_untouched("recognize_hard_sigmoid", hard_sigmoid_graph("%a = Add(%x, %two) %b = Clip(%a) {alpha=0, beta=4} "
                                                                "%c = Div(%b, %four) %y = Add(%b, %c)"));
  expect_untouched("recognize_hard_sigmoid", hard_sigmoid_graph("%a = Add(%x, %two) %b = Clip(%a) {alpha=0, beta=4} "
                                                                "%c = Div(%b, %four) %y = Add(%a, %c)"));
}

}  // namespace

}  // namespace exeunt

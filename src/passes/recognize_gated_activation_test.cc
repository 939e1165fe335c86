#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr double kTolerance = 1e-5;

/// What %y is of %x.
std::string gate_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3] "x"
    const %half f32[] = {{0.5}}
    const %one f32[] = {{1}}
    const %two f32[] = {{2}}
    const %three f32[] = {{3}}
    const %six f32[] = {{6}}
    const %sixth f32[] = {{0.16666667}}
    const %root f32[] = {{1.4142135}}
    const %inverse f32[] = {{0.70710677}}
    const %k f32[] = {{0.044715}}
    const %c f32[] = {{0.7978846}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

void expect_becomes(std::string_view op, const std::vector<std::string_view>& spellings) {
  for (const std::string_view nodes : spellings) {
    SCOPED_TRACE(nodes);
    expect_rewrite("recognize_gated_activation", 1, gate_graph(nodes), gate_graph(fmt::format("%y = {}", op)),
                   kTolerance);
  }
}

TEST(RecognizeGatedActivation, GeluWithItsFactorsInAnyOrder) {
  expect_becomes("Gelu(%x)", {
                                 "%a = Div(%x, %root) %e = Erf(%a) %p = Add(%e, %one) %m = Mul(%x, %p) "
                                 "%y = Mul(%m, %half)",
                                 "%h = Mul(%x, %half) %a = Div(%x, %root) %e = Erf(%a) %p = Add(%e, %one) "
                                 "%y = Mul(%h, %p)",
                                 "%a = Mul(%x, %inverse) %e = Erf(%a) %p = Add(%one, %e) %h = Mul(%half, %p) "
                                 "%y = Mul(%h, %x)",
                                 "%a = Mul(%x, %inverse) %e = Erf(%a) %h = Mul(%e, %half) %p = Add(%h, %half) "
                                 "%y = Mul(%x, %p)",
                                 "%h = Div(%x, %two) %a = Mul(%x, %inverse) %e = Erf(%a) %p = Add(%e, %one) "
                                 "%y = Mul(%p, %h)",
                             });
}

TEST(RecognizeGatedActivation, TheApproximationOfGelu) {
  expect_becomes("GeluTanh(%x)",
                 {
                     "%q = Pow(%x, %three) %r = Mul(%q, %k) %s = Add(%x, %r) %a = Mul(%s, %c) %t = Tanh(%a) "
                     "%p = Add(%t, %one) %h = Mul(%x, %half) %y = Mul(%h, %p)",
                     "%q = Mul(%x, %x) %r = Mul(%q, %x) %s = Mul(%k, %r) %u = Add(%s, %x) %a = Mul(%c, %u) "
                     "%t = Tanh(%a) %p = Add(%one, %t) %h = Mul(%half, %p) %y = Mul(%x, %h)",
                     "%v = Mul(%x, %c) %q = Mul(%k, %x) %r = Mul(%q, %x) %s = Add(%r, %one) %a = Mul(%v, %s) "
                     "%t = Tanh(%a) %p = Add(%t, %one) %h = Mul(%p, %half) %y = Mul(%h, %x)",
                 });
}

TEST(RecognizeGatedActivation, Swish) {
  expect_becomes("Swish(%x) {alpha=1}", {"%s = Sigmoid(%x) %y = Mul(%x, %s)", "%s = Sigmoid(%x) %y = Mul(%s, %x)"});
  expect_becomes("Swish(%x) {alpha=2}", {"%a = Mul(%x, %two) %s = Sigmoid(%a) %y = Mul(%x, %s)"});
}

TEST(RecognizeGatedActivation, HardSwish) {
  expect_becomes("HardSwish(%x)",
                 {
                     "%s = HardSigmoid(%x) {alpha=0.16666667, beta=0.5} %y = Mul(%x, %s)",
                     "%a = Add(%x, %three) %r = Clip(%a) {alpha=0, beta=6} %m = Mul(%x, %r) %y = Div(%m, %six)",
                     "%a = Add(%x, %three) %r = Clip(%a) {alpha=0, beta=6} %s = Div(%r, %six) %y = Mul(%x, %s)",
                     "%a = Add(%three, %x) %r = Clip(%a) {alpha=0, beta=6} %s = Mul(%r, %sixth) %y = Mul(%s, %x)",
                     "%b = Mul(%x, %sixth) %a = Add(%b, %half) %r = Clip(%a) {alpha=0, beta=1} %y = Mul(%r, %x)",
                 });
}

TEST(RecognizeGatedActivation, Mish) {
  expect_becomes("Mish(%x)", {"%s = Softplus(%x) %t = Tanh(%s) %y = Mul(%x, %t)"});
}

TEST(RecognizeGatedActivation, OneAfterTheOther) {
  expect_rewrite("recognize_gated_activation", 2,
                 gate_graph("%s = Sigmoid(%x) %a = Mul(%x, %s) %t = Sigmoid(%a) %y = Mul(%a, %t)"),
                 gate_graph("%a = Swish(%x) {alpha=1} %y = Swish(%a) {alpha=1}"), kTolerance);
}

TEST(RecognizeGatedActivation, OtherNumbersAndFunctionsStay) {
  for (const std::string_view nodes :
       {// another factor inside or outside
        "%a = Mul(%x, %half) %e = Erf(%a) %p = Add(%e, %one) %m = Mul(%x, %p) %y = Mul(%m, %half)",
        "%a = Div(%x, %root) %e = Erf(%a) %p = Add(%e, %one) %y = Mul(%x, %p)",
        "%a = Div(%x, %root) %e = Erf(%a) %p = Add(%e, %half) %m = Mul(%x, %p) %y = Mul(%m, %half)",
        "%a = Add(%x, %two) %r = Clip(%a) {alpha=0, beta=6} %m = Mul(%x, %r) %y = Div(%m, %six)",
        "%a = Add(%x, %three) %r = Clip(%a) {alpha=0, beta=5} %m = Mul(%x, %r) %y = Div(%m, %six)",
        "%s = HardSigmoid(%x) {alpha=0.2, beta=0.5} %y = Mul(%x, %s)",
        "%a = Add(%x, %two) %s = Sigmoid(%a) %y = Mul(%x, %s)", "%q = Mul(%x, %x) %s = Sigmoid(%q) %y = Mul(%x, %s)",
        // a gate of something else
        "%a = Abs(%x) %s = Sigmoid(%a) %y = Mul(%x, %s)", "%s = Tanh(%x) %y = Mul(%x, %s)",
        "%s = Sigmoid(%x) %y = Add(%x, %s)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("recognize_gated_activation", gate_graph(nodes));
  }
}

TEST(RecognizeGatedActivation, AGateThatIsBroadcastStays) {
  expect_untouched("recognize_gated_activation", R"(
    input %x f32[2,1] "x"
    input %z f32[2,3] "z"
    %s = Sigmoid(%x)
    %y = Mul(%z, %s)
    output "y"
    exit(%y))");
}

TEST(RecognizeGatedActivation, WhatIsUsedElsewhereStays) {
  expect_untouched("recognize_gated_activation", gate_graph("%s = Sigmoid(%x) %m = Mul(%x, %s) %y = Add(%m, %s)"));
  expect_untouched("recognize_gated_activation", R"(
    input %x f32[1,3] "x"
    %s = Sigmoid(%x)
    %y = Mul(%x, %s)
    output "y"
    decide max_prob(%s) > 0 { exit(%x) exit(%y) })");
}

}  // namespace

}  // namespace exeunt

#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string common_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,3] "x"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(MergeCommon, EqualNodesBecomeOne) {
  expect_rewrite("merge_common", 2, common_graph(R"(
    %a = Softmax(%x) "first"
    %b = Softmax(%x) "second"
    %c = Neg(%a)
    %d = Neg(%b)
    %y = Add(%c, %d))"),
                 common_graph(R"(
    %a = Softmax(%x) "first"
    %c = Neg(%a)
    %y = Add(%c, %c))"));
}

TEST(MergeCommon, EqualConstantsBecomeOne) {
  expect_rewrite("merge_common", 1, common_graph(R"(
    const %a f32[3] = {1, 2, 3}
    const %b f32[3] = {1, 2, 3}
    %c = Add(%x, %a)
    %y = Mul(%c, %b))"),
                 common_graph(R"(
    const %a f32[3] = {1, 2, 3}
    %c = Add(%x, %a)
    %y = Mul(%c, %a))"));
}

TEST(MergeCommon, WhatDiffersStays) {
  expect_untouched("merge_common", common_graph(R"(
    const %a f32[3] = {1, 2, 3}
    const %b f32[1,3] = {1, 2, 3}
    const %k f32[3] = {1, 2, 4}
    %c = Sub(%x, %a)
    %d = Sub(%c, %b)
    %e = Sub(%d, %k)
    %f = Sub(%a, %e)
    %g = LeakyRelu(%f) {alpha=0.5}
    %h = LeakyRelu(%f) {alpha=0.25}
    %y = Sub(%g, %h))"));
}

std::string common_tree(std::string_view nodes, std::string_view leave, std::string_view stay) {
  return fmt::format(R"(
    input %x f32[1,3] "x"
    {}
    output "y"
    output "z"
    decide max_prob(%s) > 0.5 {{ exit({}) exit({}) }})",
                     nodes, leave, stay);
}

TEST(MergeCommon, TheSoftmaxBeforeADecisionIsThatOfItsExit) {
  expect_rewrite("merge_common", 1,
                 common_tree("%s = Softmax(%x) \"test\" %t = Softmax(%x) \"result\" %n = Neg(%x)", "%t, %x", "%n, %x"),
                 common_tree("%s = Softmax(%x) \"test\" %n = Neg(%x)", "%s, %x", "%n, %x"));
}

TEST(MergeCommon, LogitsStayBesideTheirSoftmax) {
  expect_untouched("merge_common", common_tree("%l = Neg(%x) %s = Softmax(%l)", "%l, %s", "%l, %l"));
}

TEST(MergeCommon, NothingIsHoistedAboveADecision) {
  expect_untouched("merge_common", common_tree("%s = Exp(%x) %a = Neg(%x) %b = Neg(%x)", "%a, %x", "%b, %x"));
}

TEST(MergeCommon, WhatRunsBeforeTheDecisionServesBothArms) {
  // The one of the arm is asked for first; the one that serves both stays.
  expect_rewrite("merge_common", 1,
                 common_tree("%s = Exp(%x) %a = Neg(%x) \"arm\" %b = Neg(%x) \"both\"", "%a, %b", "%b, %x"),
                 common_tree("%s = Exp(%x) %b = Neg(%x) \"both\"", "%b, %b", "%b, %x"));
}

}  // namespace

}  // namespace exeunt

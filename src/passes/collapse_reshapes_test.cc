#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string reshapes_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,6] "x"
    {}
    output "y"
    output "z"
    exit(%y, %z))",
                     nodes);
}

TEST(CollapseReshapes, TheLastOneOfAChainCounts) {
  expect_rewrite("collapse_reshapes", 2, reshapes_graph(R"(
    %a = Reshape(%x) {shape=[12]}
    %b = Reshape(%a) {shape=[3,4]}
    %y = Reshape(%b) {shape=[4,3]} "last"
    %z = Neg(%x))"),
                 reshapes_graph(R"(
    %y = Reshape(%x) {shape=[4,3]} "last"
    %z = Neg(%x))"));
}

TEST(CollapseReshapes, OthersMayNeedTheOnesBefore) {
  expect_rewrite("collapse_reshapes", 1, reshapes_graph(R"(
    %a = Reshape(%x) {shape=[12]}
    %y = Reshape(%a) {shape=[3,4]}
    %z = Neg(%a))"),
                 reshapes_graph(R"(
    %y = Reshape(%x) {shape=[3,4]}
    %a = Reshape(%x) {shape=[12]}
    %z = Neg(%a))"));
}

TEST(CollapseReshapes, WhatStandsBetweenStays) {
  expect_untouched("collapse_reshapes", reshapes_graph(R"(
    %a = Reshape(%x) {shape=[12]}
    %b = Neg(%a)
    %y = Reshape(%b) {shape=[3,4]}
    %z = Neg(%x))"));
}

}  // namespace

}  // namespace exeunt

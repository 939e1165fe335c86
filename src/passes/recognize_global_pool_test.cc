#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

std::string global_pool_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[2,3,4,5] "x"
    {}
    output "y"
    exit(%y))",
                     nodes);
}

TEST(RecognizeGlobalPool, AMeanOverThePlane) {
  for (const std::string_view axes : {"[2,3]", "[3,2]", "[-1,-2]"}) {
    SCOPED_TRACE(axes);
    expect_rewrite("recognize_global_pool", 1,
                   global_pool_graph(fmt::format("%y = ReduceMean(%x) {{axes={}}} \"mean\"", axes)),
                   global_pool_graph("%y = Pool(%x) {fn=average, kernel=[4,5], strides=[1,1], pads=[0,0,0,0], "
                                     "dilations=[1,1]} \"mean\""),
                   1e-6);
  }
}

TEST(RecognizeGlobalPool, WithoutTheAxesAReshapeFollows) {
  expect_rewrite("recognize_global_pool", 1, global_pool_graph("%y = ReduceMax(%x) {axes=[2,3], keepdims=false}"),
                 global_pool_graph("%p = Pool(%x) {kernel=[4,5], strides=[1,1], pads=[0,0,0,0], dilations=[1,1]} "
                                   "%y = Reshape(%p) {shape=[2,3]}"));
}

TEST(RecognizeGlobalPool, OverOneAndThreeAxes) {
  expect_rewrite("recognize_global_pool", 1, R"(
    input %x f32[1,2,3] "x"
    %y = ReduceMax(%x) {axes=[2]}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,3] "x"
    %y = Pool(%x) {kernel=[3], strides=[1], pads=[0,0], dilations=[1]}
    output "y"
    exit(%y))");
  expect_rewrite("recognize_global_pool", 1, R"(
    input %x f32[1,2,3,1,2] "x"
    %y = ReduceMax(%x) {axes=[2,3,4]}
    output "y"
    exit(%y))",
                 R"(
    input %x f32[1,2,3,1,2] "x"
    %y = Pool(%x) {kernel=[3,1,2], strides=[1,1,1], pads=[0,0,0,0,0,0], dilations=[1,1,1]}
    output "y"
    exit(%y))");
}

TEST(RecognizeGlobalPool, OtherAxesFunctionsAndTypesStay) {
  for (const std::string_view node :
       {"ReduceMean(%x) {axes=[3]}", "ReduceMean(%x) {axes=[1,2,3]}", "ReduceMean(%x) {axes=[1,2]}", "ReduceMean(%x)",
        "ReduceSum(%x) {axes=[2,3]}", "ReduceMin(%x) {axes=[2,3]}"}) {
    SCOPED_TRACE(node);
    expect_untouched("recognize_global_pool", global_pool_graph(fmt::format("%y = {}", node)));
  }
  for (const std::string_view type : {"i32[1,2,3]", "f32[2,3]"}) {
    expect_untouched("recognize_global_pool", fmt::format(R"(
      input %x {} "x"
      %y = ReduceMax(%x) {{axes=[-1]}}
      output "y"
      exit(%y))",
                                                          type));
  }
}

}  // namespace

}  // namespace exeunt

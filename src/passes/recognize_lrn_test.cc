#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// What %y is of %x [1,4,2,3].
std::string lrn_graph(std::string_view nodes) {
  return fmt::format(R"(
    input %x f32[1,4,2,3] "x"
    const %alpha f32[] = {{0.25}}
    const %k f32[] = {{2}}
    const %beta f32[] = {{0.75}}
    {}
    output "y"
    exit(%y))",
                     nodes);
}

const std::string kLrn = lrn_graph("%y = LRN(%x) {size=3, alpha=0.25, bias=2} \"divided\"");

/// PyTorch's way, by a pool over a third spatial axis; `pool` says what stands between square and mean.
std::string torch(std::string_view square, std::string_view pool) {
  return lrn_graph(fmt::format(R"(
    const %two f32[] = {{2}}
    %s = {}
    %u = Reshape(%s) {{shape=[1,1,4,2,3]}}
    {}
    %m = Reshape(%a) {{shape=[1,4,2,3]}}
    %n = Mul(%m, %alpha)
    %o = Add(%n, %k)
    %q = Pow(%o, %beta)
    %y = Div(%x, %q) "divided")",
                               square, pool));
}

constexpr std::string_view kPadAndPool =
    "%p = Pad(%u) {pads=[0,0,1,0,0,0,0,1,0,0]} "
    "%a = Pool(%p) {fn=average, kernel=[3,1,1], strides=[1,1,1], pads=[0,0,0,0,0,0], dilations=[1,1,1]}";

TEST(RecognizeLrn, AsPyTorchSpellsIt) {
  expect_rewrite("recognize_lrn", 1, torch("Mul(%x, %x)", kPadAndPool), kLrn, 1e-6);
  expect_rewrite("recognize_lrn", 1, torch("Pow(%x, %two)", kPadAndPool), kLrn, 1e-6);
}

TEST(RecognizeLrn, WithThePaddingInThePool) {
  expect_rewrite("recognize_lrn", 1,
                 torch("Mul(%x, %x)",
                       "%a = Pool(%u) {fn=average, kernel=[3,1,1], strides=[1,1,1], "
                       "pads=[1,0,0,1,0,0], dilations=[1,1,1], count_include_pad=true}"),
                 kLrn, 1e-6);
}

TEST(RecognizeLrn, WithTheSpatialAxesAsOne) {
  expect_rewrite("recognize_lrn", 1, lrn_graph(R"(
    const %minus f32[] = {-0.75}
    const %s f32[1] = {0.25}
    const %t f32[1] = {2}
    %s2 = Mul(%x, %x)
    %u = Reshape(%s2) {shape=[1,1,4,6]}
    %a = Pool(%u) {fn=average, kernel=[3,1], strides=[1,1], pads=[1,0,1,0], dilations=[1,1], count_include_pad=true}
    %m = Reshape(%a) {shape=[1,4,2,3]}
    %o = ScaleShift(%m, %s, %t)
    %q = Pow(%o, %minus)
    %y = Mul(%q, %x) "divided")"),
                 kLrn, 1e-6);
}

TEST(RecognizeLrn, ARootIsAPowerOfAHalf) {
  expect_rewrite("recognize_lrn", 1, lrn_graph(R"(
    %s = Mul(%x, %x)
    %u = Reshape(%s) {shape=[1,1,4,6]}
    %a = Pool(%u) {fn=average, kernel=[3,1], strides=[1,1], pads=[1,0,1,0], dilations=[1,1], count_include_pad=true}
    %m = Reshape(%a) {shape=[1,4,2,3]}
    %o = Add(%m, %k)
    %q = Sqrt(%o)
    %y = Div(%x, %q))"),
                 lrn_graph("%y = LRN(%x) {size=3, alpha=1, beta=0.5, bias=2}"), 1e-6);
}

TEST(RecognizeLrn, TheWindowMustLieAsInLrn) {
  for (const std::string_view pool :
       {// an even window the other way round
        "%p = Pad(%u) {pads=[0,0,2,0,0,0,0,1,0,0]} %a = Pool(%p) {fn=average, kernel=[4,1,1], strides=[1,1,1], "
        "pads=[0,0,0,0,0,0], dilations=[1,1,1]}",
        // padding that does not count
        "%a = Pool(%u) {fn=average, kernel=[3,1,1], strides=[1,1,1], pads=[1,0,0,1,0,0], dilations=[1,1,1]}",
        // another number as padding
        "%p = Pad(%u) {pads=[0,0,1,0,0,0,0,1,0,0], value=1} %a = Pool(%p) {fn=average, kernel=[3,1,1], "
        "strides=[1,1,1], pads=[0,0,0,0,0,0], dilations=[1,1,1]}",
        // a maximum
        "%p = Pad(%u) {pads=[0,0,1,0,0,0,0,1,0,0]} %a = Pool(%p) {kernel=[3,1,1], strides=[1,1,1], "
        "pads=[0,0,0,0,0,0], dilations=[1,1,1]}",
        // over rows instead of channels
        "%p = Pad(%u) {pads=[0,0,0,1,0,0,0,0,1,0]} %a = Pool(%p) {fn=average, kernel=[1,3,1], strides=[1,1,1], "
        "pads=[0,0,0,0,0,0], dilations=[1,1,1]}"}) {
    SCOPED_TRACE(pool);
    expect_untouched("recognize_lrn", torch("Mul(%x, %x)", pool));
  }
}

TEST(RecognizeLrn, TheSquareMustBeOfWhatIsDivided) {
  expect_untouched("recognize_lrn", torch("Mul(%x, %alpha)", kPadAndPool));
  expect_untouched("recognize_lrn", torch("Abs(%x)", kPadAndPool));
}

TEST(RecognizeLrn, WhatIsUsedElsewhereStays) {
  std::string text = torch("Mul(%x, %x)", kPadAndPool);
  text.replace(text.find("exit(%y)"), 8, "decide max_prob(%u) > 0 { exit(%x) exit(%y) }");
  expect_untouched("recognize_lrn", text);
}

}  // namespace

}  // namespace exeunt

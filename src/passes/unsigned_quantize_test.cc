#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Parameters of both kinds of byte, those of readers apart as they come; `nodes` make %y of %x.
std::string unsigned_graph(std::string_view nodes, std::string_view exit = "%y") {
  return fmt::format(R"(
    input %x f32[1,2,2] "x"
    const %s f32[] = {{0.5}}
    const %t f32[] = {{0.25}}
    const %z i8[] = {{-3}}
    const %u u8[] = {{125}}
    const %zero i8[] = {{0}}
    const %middle u8[] = {{128}}
    const %u2 u8[] = {{125}}
    const %middle2 u8[] = {{128}}
    const %middle3 u8[] = {{128}}
    {}
    output "y"
    exit({}))",
                     nodes, exit);
}

TEST(UnsignedQuantize, BytesMoveUpBy128) {
  expect_rewrite("unsigned_quantize", 1, unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %z) "q"
    %y = DequantizeLinear(%q, %s, %z) "d")"),
                 unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %u) "q"
    %y = DequantizeLinear(%q, %s, %u2) "d")"));
}

TEST(UnsignedQuantize, AllReadersMoveTogether) {
  expect_rewrite("unsigned_quantize", 2, unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %z)
    %a = DequantizeLinear(%q, %s, %z)
    %b = DequantizeLinear(%q, %t, %zero)
    %y = Add(%a, %b))"),
                 unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %u)
    %a = DequantizeLinear(%q, %s, %u2)
    %b = DequantizeLinear(%q, %t, %middle)
    %y = Add(%a, %b))"));
}

TEST(UnsignedQuantize, AReaderWithoutZeroPointHasZero) {
  expect_rewrite("unsigned_quantize", 2, unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %zero)
    %a = DequantizeLinear(%q, %s, %zero)
    %b = DequantizeLinear(%q, %t)
    %y = Add(%a, %b))"),
                 unsigned_graph(R"(
    %q = QuantizeLinear(%x, %s, %middle)
    %a = DequantizeLinear(%q, %s, %middle2)
    %b = DequantizeLinear(%q, %t, %middle3)
    %y = Add(%a, %b))"));
}

TEST(UnsignedQuantize, ZeroPointsOfOneElementAxesMoveToo) {
  expect_rewrite("unsigned_quantize", 1, unsigned_graph(R"(
    const %s1 f32[1] = {0.5}
    const %z1 i8[1] = {-3}
    %q = QuantizeLinear(%x, %s1, %z1)
    %y = DequantizeLinear(%q, %s1, %z1))"),
                 unsigned_graph(R"(
    const %s1 f32[1] = {0.5}
    %q = QuantizeLinear(%x, %s1, %u)
    %y = DequantizeLinear(%q, %s1, %u2))"));
}

TEST(UnsignedQuantize, BytesThatSomethingElseReadsStay) {
  const std::string pair = "%q = QuantizeLinear(%x, %s, %z) %a = DequantizeLinear(%q, %s, %z) ";
  expect_untouched("unsigned_quantize", unsigned_graph(pair + "%y = Reshape(%q) {shape=[4]} output \"z\"", "%y, %a"));
  expect_untouched("unsigned_quantize", unsigned_graph(pair + "output \"z\"", "%q, %a"));
}

TEST(UnsignedQuantize, WhereOneReaderCannotMoveNoneDoes) {
  expect_untouched("unsigned_quantize", unsigned_graph(R"(
    const %both f32[2] = {0.5, 0.25}
    const %zs i8[2] = {1, 2}
    %q = QuantizeLinear(%x, %s, %z)
    %a = DequantizeLinear(%q, %s, %z)
    %b = DequantizeLinear(%q, %both, %zs)
    %y = Add(%a, %b))"));
}

TEST(UnsignedQuantize, ZeroPointsOfChannelsStayIfLeftOutToo) {
  expect_untouched("unsigned_quantize", unsigned_graph(R"(
    const %both f32[2] = {0.5, 0.25}
    %q = QuantizeLinear(%x, %s, %zero)
    %y = DequantizeLinear(%q, %both))"));
}

TEST(UnsignedQuantize, OtherValuesStay) {
  for (const std::string_view nodes :
       {"%q = QuantizeLinear(%x, %s, %u) %y = DequantizeLinear(%q, %s, %u)",
        "const %w i16[] = {3} %q = QuantizeLinear(%x, %s, %w) %y = DequantizeLinear(%q, %s, %w)",
        "input %q i8[2] \"q\" %y = DequantizeLinear(%q, %s, %z)",
        "const %both f32[2] = {0.5, 0.25} const %zs i8[2] = {1, 2} %q = QuantizeLinear(%x, %both, %zs)"
        "%y = DequantizeLinear(%q, %both, %zs)"}) {
    SCOPED_TRACE(nodes);
    expect_untouched("unsigned_quantize", unsigned_graph(nodes));
  }
}

}  // namespace

}  // namespace exeunt

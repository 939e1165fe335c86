#include "graph/text.h"

#include <cstring>

#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr PrintOptions kAllElements{.max_constant_elements = std::numeric_limits<std::int64_t>::max()};

std::string again(std::string_view text) { return print_graph(parse_graph(text), kAllElements); }

/// Expects that parsing ends with such a message.
void expect_refused(std::string_view text, const std::string& message) {
  SCOPED_TRACE(text);
  expect_error(ErrorCode::format, message, [&] { parse_graph(text); });
}

/// A constant of these bytes, printed and parsed back.
Tensor constant_again(const Tensor& tensor) {
  Graph graph;
  const ValueId c = graph.add_constant(tensor.clone());
  graph.output_names = {"y"};
  graph.tree = {Exit{{c}, {}}};
  const Graph parsed = parse_graph(print_graph(graph, kAllElements));
  return parsed.constant(std::get<Exit>(parsed.tree[0]).outputs[0])->clone();
}

template <class T>
void expect_exact(DType dtype, const std::vector<T>& elements) {
  SCOPED_TRACE(dtype_name(dtype));
  const auto count = static_cast<std::int64_t>(elements.size());
  const Tensor tensor = Tensor::of(dtype, {count}, std::span(elements));
  const Tensor parsed = constant_again(tensor);
  ASSERT_EQ(parsed.type(), tensor.type());
  EXPECT_EQ(std::memcmp(parsed.view().data, tensor.view().data, tensor.bytes()), 0);
}

template <class T>
void expect_limits(DType dtype) {
  using Limits = std::numeric_limits<T>;
  expect_exact<T>(dtype, {Limits::lowest(), Limits::max(), T{0}, T{1}});
  if constexpr (std::floating_point<T>) {
    expect_exact<T>(dtype, {Limits::min(), Limits::denorm_min(), -Limits::denorm_min(), Limits::epsilon(), T(-0.0),
                            Limits::infinity(), -Limits::infinity(), T(1) / T(3), T(0.1)});
    EXPECT_THAT(values<T>(constant_again(Tensor::of<T>(dtype, {1}, std::vector{Limits::quiet_NaN()})))[0], IsNaN());
  }
}

TEST(GraphText, KeepsTheExtremesOfEveryType) {
  expect_limits<float>(DType::f32);
  expect_limits<double>(DType::f64);
  expect_limits<std::int8_t>(DType::i8);
  expect_limits<std::uint8_t>(DType::u8);
  expect_limits<std::int16_t>(DType::i16);
  expect_limits<std::uint16_t>(DType::u16);
  expect_limits<std::int32_t>(DType::i32);
  expect_limits<std::uint32_t>(DType::u32);
  expect_limits<std::int64_t>(DType::i64);
  expect_limits<std::uint64_t>(DType::u64);
  expect_exact<std::uint8_t>(DType::boolean, {1, 0, 1});
}

TEST(GraphText, KeepsEveryBitOfShortFloats) {
  for (const DType dtype : {DType::f16, DType::bf16}) {
    const std::uint32_t infinity = dtype == DType::f16 ? 0x7c00 : 0x7f80;
    std::vector<std::uint16_t> bits;
    for (std::uint32_t b = 0; b <= infinity; ++b) {
      bits.push_back(static_cast<std::uint16_t>(b));
      bits.push_back(static_cast<std::uint16_t>(b | 0x8000));
    }
    expect_exact(dtype, bits);
    EXPECT_THAT(numbers(constant_again(tensor(dtype, {1}, {kNaN})))[0], IsNaN());
  }
}

TEST(GraphText, RoundsAFloatOnceOnly) {
  // Its shortest form, 7.038531e-26, is nearer to the next float when it goes through a double.
  const float tricky = std::bit_cast<float>(0x15ae43fdU);
  expect_exact<float>(DType::f32, {tricky});
  const Graph graph = parse_graph("input %x f32[1] \"x\" decide max_prob(%x) > 7.038531e-26 { exit() exit() }");
  EXPECT_EQ(std::get<Decision>(graph.tree[0]).threshold, tricky);
}

TEST(GraphText, KeepsTensorsOfAnyShape) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{2, 0, 3}, Shape{1, 1, 1, 1, 1, 1, 1, 2}}) {
    EXPECT_EQ(constant_again(counting(shape)).type(), (TensorType{DType::f32, shape}));
  }
}

TEST(GraphText, KeepsAnyName) {
  for (const std::string name :
       {"", "plain", "two words", "a \"quoted\" name", "line\nline\r\ttab", "back\\slash", "\\x41", "\\",
        "# no comment", "%0", "\"", "caf\xc3\xa9", "\xff\x80", "exit", "{}(),="}) {
    SCOPED_TRACE(name);
    Graph graph;
    const ValueId x = graph.add_input(name, {DType::f32, {1}});
    const ValueId y = graph.add_node(ops::Unary{}, {x}, name);
    graph.output_names = {name};
    graph.tree = {Decision{name, Criterion::max_prob, 0, x, 1, 2}, Exit{{y}, {}}, Exit{{x}, {}}};
    const Graph parsed = parse_graph(print_graph(graph));
    EXPECT_EQ(parsed.value(parsed.inputs[0]).name, name);
    EXPECT_EQ(parsed.nodes[0].name, name);
    EXPECT_EQ(parsed.output_names[0], name);
    EXPECT_EQ(std::get<Decision>(parsed.tree[0]).name, name);
  }
  const std::string nul("a\0b\x01", 4);
  Graph graph = parse_graph("input %x f32[1] \"x\" exit()");
  graph.value(0).name = nul;
  EXPECT_EQ(parse_graph(print_graph(graph)).value(0).name, nul);
}

constexpr std::string_view kBranchy = R"(input %0 f32[1,4] "x"
%1 f32[1,4] = Softmax(%0) "p"
const %2 f32[4,4] = {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -2.5}
%3 f32[1,4] = Gemm(%0, %2) {alpha=0.5}
%4 f32[1,1] = ReduceMax(%3) {axes=[1]}
const %5 f32[] = {0.5}
%6 bool[1,1] = Greater(%4, %5) "a \"test\""
%7 f32[1,4] = Relu(%3)
const %8 f32[1,4] = {nan, inf, -inf, -0}
output "y"
output "flag"
decide max_prob(%1) > 0.9 "first" {
  decide predicate(%6) > 0.5 {
    exit(%1, %5) predicts(0, 0, 4, true)
    exit(%0, %5)
  }
  exit(%7, %8) predicts(1, 1, 3, false)
}
)";

TEST(GraphText, RoundTripsTrees) { EXPECT_EQ(again(kBranchy), kBranchy); }

TEST(GraphText, SaysOfADecisionWhatIsNotAsUsual) {
  for (const std::string decision :
       {"max_prob(%0) > 0.5 logits", "margin(%0) > 0.25 temperature(1.5)", "entropy(%0) > 0.75 disabled",
        "patience(%0) > 2 logits temperature(0.1) disabled batch(min) \"d\""}) {
    const std::string text =
        "input %0 f32[1,2] \"x\"\noutput \"y\"\ndecide " + decision + " {\n  exit(%0)\n  exit(%0)\n}\n";
    EXPECT_EQ(again(text), text);
  }
}

TEST(GraphText, SaysHowABatchDecidesUnlessAsUsual) {
  const auto tree = [](const std::string& batch) {
    return "input %0 f32[1,2] \"x\"\noutput \"y\"\ndecide max_prob(%0) > 0.5" + batch +
           " \"d\" {\n  exit(%0)\n  exit(%0)\n}\n";
  };
  for (const std::string batch : {"", " batch(min)", " batch(mean)", " batch(first)", " batch(none)"})
    EXPECT_EQ(again(tree(batch)), tree(batch));
  EXPECT_EQ(again(tree(" batch(max)")), tree(""));
  expect_any_error([&] { again(tree(" batch(median)")); });
}

TEST(GraphText, KeepsTheOrderInWhichACallerHandsAxes) {
  constexpr std::string_view kText = R"(input %0 f32[1,3,4,4] "image" order=[0,2,3,1]
input %1 f32[2] "plain"
output "y"
output "z"
exit(%0, %1)
)";
  EXPECT_EQ(again(std::string(kText)), kText);
  const Graph graph = parse_graph(kText);
  EXPECT_EQ(caller_type(graph.value(0)).str(), "f32[1,4,4,3]");
  EXPECT_EQ(caller_type(graph.value(1)).str(), "f32[2]");
}

TEST(GraphText, AnOrderNamesEachAxisOnce) {
  for (const std::string_view order : {"[0]", "[0,0]", "[1,2]", "[-1,0]", "[0,1,2]"}) {
    SCOPED_TRACE(order);
    expect_error(ErrorCode::format, "which does not name each axis of f32[2,3] once",
                 [&] { parse_graph(fmt::format("input %x f32[2,3] \"x\" order={}\noutput \"y\"\nexit(%x)", order)); });
  }
}

TEST(GraphText, KeepsAnyThreshold) {
  for (const float threshold : {0.9F, -kInf, kInf, -0.25F, 1e-30F, 3.4028235e38F}) {
    Graph graph = parse_graph(kBranchy);
    std::get<Decision>(graph.tree[0]).threshold = threshold;
    EXPECT_EQ(std::get<Decision>(parse_graph(print_graph(graph)).tree[0]).threshold, threshold);
  }
}

TEST(GraphText, IsTheSameForAnyNumberingOfTheTree) {
  Graph graph = parse_graph(R"(
    input %x f32[1] "x"
    const %a f32[1] = {1}
    const %b f32[1] = {2}
    output "y"
    decide max_prob(%x) > 0 { exit(%a) exit(%b) })");
  const std::string text = print_graph(graph);
  std::swap(graph.tree[1], graph.tree[2]);
  std::swap(std::get<Decision>(graph.tree[0]).leave, std::get<Decision>(graph.tree[0]).stay);
  EXPECT_EQ(print_graph(graph), text);
}

TEST(GraphText, ReadsWhatPeopleWrite) {
  EXPECT_EQ(again(R"(# comment
    input %x f32[ 1 , 4 ]"x"   # another
    const %w f32[4,4]=fill(0.5)
    %y=MatMul(%x,%w)output "y"exit(%y))"),
            again(R"(input %0 f32[1,4] "x"
    const %1 f32[4,4] = {.5, 0.5, 5e-1, 50e-2, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}
    %2 f32[1,4] = MatMul(%0, %1)
    output "y"
    exit(%2))"));
}

TEST(GraphText, NamesOfNodesMayBeLeftOut) {
  const std::string text = print_graph(parse_graph(kBranchy), {.node_names = false});
  EXPECT_THAT(text, HasSubstr("%1 f32[1,4] = Softmax(%0)\n"));
  EXPECT_THAT(text, HasSubstr("decide max_prob(%1) > 0.9 {\n"));
  EXPECT_THAT(text, HasSubstr("input %0 f32[1,4] \"x\"")) << "inputs are fed by name";
}

TEST(GraphText, LargeConstantsAreElidedAndDoNotParse) {
  Graph graph = parse_graph("const %c f32[17] = fill(1) output \"y\" exit(%c)");
  const std::string text = print_graph(graph);
  EXPECT_THAT(text, HasSubstr("const %0 f32[17] = <17 values, "));
  expect_refused(text, "line 1, column 20: a constant was left out of this text");
  EXPECT_NE(text, print_graph(parse_graph("const %c f32[17] = fill(2) output \"y\" exit(%c)")))
      << "the checksum differs";
  EXPECT_THAT(print_graph(graph, {.max_constant_elements = 17}), Not(HasSubstr("values")));
  EXPECT_THAT(print_graph(graph, {.max_constant_elements = 0}), Not(HasSubstr("values"))) << "0: no limit";
}

TEST(GraphText, ErrorsSayWhere) {
  expect_refused("", "line 1, column 1: expected 'decide', found ''");
  expect_refused("exit()\nexit()", "line 2, column 1: something follows the tree");
  expect_refused("\n  nonsense", "line 2, column 3: expected input, const, output, a value or the tree");
  expect_refused("input %x f99[1] \"x\"", "line 1, column 10: 'f99' is no element type");
  expect_refused("input %x f32[1.5] \"x\"", "line 1, column 14: '1.5' is no integer");
  expect_refused("input %x f32[1] x", "line 1, column 17: expected a quoted name");
  expect_refused("input %x f32[1] \"x", "line 1, column 17: a quoted name does not end");
  expect_refused("const %c f32[2] = {1 2}", "line 1, column 22: expected ','");
  expect_refused("const %c f32[2] = {1, 2, 3}", "line 1, column 24: expected '}'");
  expect_refused("const %c f32[1] = {1e}", "line 1, column 20: '1e' is no number");
  expect_refused("const %c u8[1] = {256}", "line 1, column 19: '256' is no integer of this type");
  expect_refused("const %c u8[1] = {-1}", "'-1' is no integer of this type");
  expect_refused("const %c bool[1] = {2}", "line 1, column 21: '2' is neither true nor false");
  expect_refused("exit(%x)", "line 1, column 6: '%x' is not defined");
}

constexpr std::string_view kInput = "input %x f32[1,4] \"x\"\n";

TEST(GraphText, ErrorsInNodesAndTreesSayWhere) {
  const std::string input(kInput);
  expect_refused(input + "%y = Frob(%x)", "line 2, column 6: there is no op 'Frob'");
  expect_refused(input + "%y = Relu(%z)", "line 2, column 11: '%z' is not defined");
  expect_refused(input + "%y = Relu(%x) {slope=1}", "Relu has no field 'slope'");
  expect_refused(input + "%y = Pad(%x) {mode=mirror}", "'mirror' is not possible here");
  expect_refused(input + "%y = Cast(%x) {to=f8}", "'f8' is not possible here");
  expect_refused(input + "decide sure(%x) > 1 { exit() exit() }", "line 2, column 8: there is no criterion 'sure'");
  expect_refused(input + "decide max_prob(%x) > x { exit() exit() }", "line 2, column 23: 'x' is no number");
  expect_refused(input + "decide max_prob(%x) > 1 { exit() }", "line 2, column 34: expected 'decide', found '}'");
}

TEST(GraphText, WhatTheGraphRefusesIsAnErrorOfItsStatement) {
  const std::string input(kInput);
  expect_refused(input + "  %y = Not(%x)\nexit()", "line 2, column 3: %y: Not takes bool");
  expect_refused(input + "  %y = Relu(_)\nexit()", "line 2, column 3: %y: operand 0 is missing");
  expect_refused(input + "  %y f32[4] = Relu(%x)\nexit()", "line 2, column 3: %y is f32[1,4], not f32[4]");
  expect_refused(input + "  %x = Relu(%x)\nexit()", "line 2, column 3: %x is defined twice");
  expect_refused(input + "  input y f32[1] \"y\"\nexit()", "line 2, column 3: 'y' is no value name");
  expect_refused(input + "  input %y f32[1,1,1,1,1,1,1,1,1] \"y\"", "line 2, column 3: a tensor has 9 dimensions");
  expect_refused(input + "  input %y f32[-1] \"y\"", "line 2, column 3: the tensor f32[-1] has a negative dimension");
  expect_refused(input + "  const %y f32[999999999] = fill(0)",
                 "line 2, column 3: the tensor f32[999999999] needs 2 GB");
  expect_refused(input + "  exit(%x)", "line 2, column 3: tree position 0 has 1 outputs, the model 0");
  expect_refused(input + "  decide predicate(%x) > 0 { exit() exit() }",
                 "line 2, column 3: tree position 0: criterion");
}

TEST(GraphText, DeepTreesAreRefused) {
  std::string text(kInput);
  for (int i = 0; i < 100'000; ++i) text += "decide max_prob(%x) > 0 {";
  expect_refused(text, "the tree is too deep");
}

/// Parses; what parses must print to a text that parses to the same.
void expect_parsed_or_refused(const std::string& text) {
  std::string printed;
  try {
    printed = again(text);
  } catch (const Error&) {
    return;
  }
  EXPECT_EQ(again(printed), printed) << text;
}

TEST(GraphText, AWrongByteAnywhereIsReadOrRefused) {
  const std::string text(kBranchy);
  ASSERT_NO_THROW(again(text));
  using namespace std::string_view_literals;
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char wrong : "\0\n \"\\#%_{}()[],<=>-.e9x\xff"sv) {
      std::string changed = text;
      changed[i] = wrong;
      expect_parsed_or_refused(changed);
    }
    expect_parsed_or_refused(text.substr(0, i));
    expect_parsed_or_refused(text.substr(0, i) + text.substr(i + 1));
    expect_parsed_or_refused(text.substr(0, i) + text[i] + text.substr(i));
  }
}

TEST(GraphText, AStrayZeroByteIsNoNumber) {
  std::string text = "const %c f32[1] = {7} exit()";
  text[text.find('7')] = '\0';
  expect_refused(text, "line 1, column 20: ");
}

}  // namespace

}  // namespace exeunt

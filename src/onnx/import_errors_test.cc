#include "support/onnx_text.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;
using ::testing::Not;

std::string message_of(const onnx::ModelProto& model) {
  try {
    import_onnx(model, {});
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no Error";
  return {};
}

std::string message_of(const std::string& inputs, const std::string& nodes) {
  return message_of(model_of(one_output(inputs, nodes)));
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++found;
  return found;
}

TEST(ImportErrors, EveryNodeThatDoesNotImportIsListedOnce) {
  EXPECT_EQ(message_of("float[1,3] x", R"(
    a = Foo(x)
    b = Relu(a)
    c = Bar(b)
    d = Flatten<axis = 9>(x)
    e = Add(d, c)
    f = com.example.Relu(x)
    y = Cast(x))"),
            "5 nodes cannot be imported:\n"
            "  node 'a' (Foo-17): this operator is not supported\n"
            "  node 'c' (Bar-17): this operator is not supported\n"
            "  node 'd' (Flatten-17): axis 9 is outside [1,3]\n"
            "  node 'f' (com.example.Relu-17): this operator is not supported\n"
            "  node 'y' (Cast-17): attribute 'to' is missing");
}

TEST(ImportErrors, OneNodeIsOneLine) {
  EXPECT_EQ(message_of("float[1,3] x", "y = Foo(x)"), "node 'y' (Foo-17): this operator is not supported");
}

TEST(ImportErrors, NodesAreCalledByTheirNamesIfTheyHaveOne) {
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Foo(x)"));
  model.mutable_graph()->mutable_node(0)->set_name("layer7/foo");
  EXPECT_EQ(message_of(model), "node 'layer7/foo' (Foo-17): this operator is not supported");
}

TEST(ImportErrors, BothArmsAreLookedThrough) {
  const std::string message = message_of("float[1,3] x, bool c", R"(
    q = If (c) <
      then_branch = t () => (float[1,3] r) { a = Foo(x) r = Bar(a) },
      else_branch = e () => (float[1,3] s) { s = Baz(x) }
    >
    y = Qux(q))");
  EXPECT_THAT(message, HasSubstr("4 nodes cannot be imported"));
  for (const char* name : {"'a' (Foo-17)", "'r' (Bar-17)", "'s' (Baz-17)", "'y' (Qux-17)"}) {
    EXPECT_EQ(count(message, name), 1) << message;
  }
}

TEST(ImportErrors, ArmsBehindAConditionThatDoesNotImportAreLookedThrough) {
  const std::string message = message_of("float[1,3] x", R"(
    c = Foo(x)
    q = If (c) <
      then_branch = t () => (float[1,3] r) { r = Bar(x) },
      else_branch = e () => (float[1,3] s) { s = Baz(x) }
    >
    y = Relu(q))");
  EXPECT_THAT(message, HasSubstr("3 nodes cannot be imported"));
  EXPECT_THAT(message, HasSubstr("'c' (Foo-17)"));
  EXPECT_THAT(message, HasSubstr("'r' (Bar-17)"));
  EXPECT_THAT(message, HasSubstr("'s' (Baz-17)"));
}

TEST(ImportErrors, UnsupportedNodesComeBeforeTooManyExits) {
  std::string nodes = "y0 = Foo(x) ";
  for (int i = 0; i < 8; ++i) {
    nodes += fmt::format(
        "c{0} = Baz(y{0}) y{1} = If (c{0}) <then_branch = t () => (float[1,3] r{0}) {{ r{0} = Neg(x) }}, "
        "else_branch = e () => (float[1,3] s{0}) {{ s{0} = Abs(x) }}> ",
        i, i + 1);
  }
  const std::string message = message_of("float[1,3] x", nodes + "y = Relu(y8)");
  EXPECT_THAT(message, HasSubstr("9 nodes cannot be imported"));
}

TEST(ImportErrors, MissingOutputsOfANode) {
  expect_refused(ErrorCode::unsupported, "node 'a' (Relu-17): has no output 1", "float[1,3] x", "a, y = Relu(x)");
}

TEST(ImportErrors, CyclesAreNamed) {
  expect_refused(ErrorCode::format, "the graph has a cycle through 'b', 'a'", "float[1,3] x",
                 "y = Relu(b) a = Add(b, x) b = Neg(a)");
  expect_refused(ErrorCode::format, "the graph has a cycle through 'y'", "float[1,3] x", "y = Relu(y)");
}

TEST(ImportErrors, CyclesThroughAnArmAreNamed) {
  expect_refused(ErrorCode::format, "the graph has a cycle through 'a', 'y'", "float[1,3] x, bool c",
                 "a = Neg(y) y = If (c) <then_branch = t () => (float[1,3] r) { r = Neg(a) }, "
                 "else_branch = e () => (float[1,3] s) { s = Neg(x) }>");
}

TEST(ImportErrors, NamesThatNothingProducesAreNamed) {
  expect_refused(ErrorCode::format, "node 'y' (Relu) uses 'nowhere', which nothing produces", "float[1,3] x",
                 "y = Relu(nowhere)");
  expect_refused(ErrorCode::format, "node 'b' (Neg) uses 'nowhere'", "float[1,3] x", "y = Relu(b) b = Neg(nowhere)");
  expect_refused(ErrorCode::format, "node 'r' (Neg) uses 'nowhere'", "float[1,3] x, bool c",
                 "y = If (c) <then_branch = t () => (float[1,3] r) { r = Neg(nowhere) }, "
                 "else_branch = e () => (float[1,3] s) { s = Neg(x) }>");
  expect_refused(ErrorCode::format, "nothing produces the model's output 'y'", "float[1,3] x", "z = Relu(x)");
}

TEST(ImportErrors, NamesOfAnArmAreNotSeenOutside) {
  expect_refused(ErrorCode::format, "uses 'r', which nothing produces", "float[1,3] x, bool c",
                 "q = If (c) <then_branch = t () => (float[1,3] r) { r = Neg(x) }, "
                 "else_branch = e () => (float[1,3] s) { s = Neg(x) }> y = Relu(r)");
}

TEST(ImportErrors, ANameIsGivenOnce) {
  const std::string twice = "the name 'a' is given to two values";
  expect_refused(ErrorCode::format, twice, "float[1,3] x", "a = Relu(x) a = Neg(x) y = Abs(a)");
  expect_refused(ErrorCode::format, twice, "float[1,3] a", "a = Relu(a) y = Neg(a)");
  expect_refused(ErrorCode::format, twice, "float[1,3] a, float[1,3] a", "y = Relu(a)");
  expect_refused(ErrorCode::format, twice, "float[1,3] x, float[1] a = {1}", "a = Relu(x) y = Neg(a)");
  expect_refused(ErrorCode::format, "initializer 'a': is there twice",
                 "float[1,3] x, float[1] a = {1}, float[1] a = {2}", "y = Add(x, a)");
}

TEST(ImportErrors, ANameIsGivenOnceAroundConditionalsToo) {
  const std::string arms =
      " <then_branch = t () => (float[1,3] r) { r = Neg(x) }, else_branch = e () => (float[1,3] s) { s = Abs(x) }> ";
  const std::string twice = "the name 'a' is given to two values";
  expect_refused(ErrorCode::format, twice, "float[1,3] x, bool c", "a = Relu(x) a = If (c)" + arms + "y = Abs(a)");
  expect_refused(ErrorCode::format, twice, "float[1,3] x, bool c",
                 "q = If (c)" + arms + "a = Abs(x) a = Relu(q) y = Abs(a)");
  expect_refused(ErrorCode::format, twice, "float[1,3] x, bool c",
                 "a = If (c)" + arms + "a = If (c)" + arms + "y = Abs(a)");
}

TEST(ImportErrors, GraphsWithoutInputsOrOutputs) {
  expect_error(ErrorCode::unsupported, "the graph has no inputs",
               [] { import_text("g () => (float[1] y) <float[1] w = {1}> { y = Relu(w) }"); });
  expect_error(ErrorCode::format, "the graph has no outputs",
               [] { import_text("g (float[1] x) => () { y = Relu(x) }"); });
  expect_error(ErrorCode::format, "nothing produces the model's output 'y'",
               [] { import_text("g (float[1] x) => (float[1] y) {}"); });
  onnx::ModelProto empty;
  expect_error(ErrorCode::format, "holds no graph", [&] { import_onnx(empty, {}); });
  onnx::ModelProto hollow = model_of("g (float[1] x) => (float[1] y) { y = Relu(x) }");
  hollow.mutable_graph()->Clear();
  expect_error(ErrorCode::format, "the graph has no outputs", [&] { import_onnx(hollow, {}); });
}

TEST(ImportErrors, OtherDomainsAreOtherOperators) {
  EXPECT_THAT(message_of("float[1,3] x", "y = com.example.Relu(x)"), HasSubstr("'y' (com.example.Relu-17)"));
  EXPECT_THAT(message_of("float[1,3] x, bool c",
                         "y = com.example.If<then_branch = t () => (float[1,3] r) { r = Neg(x) }, "
                         "else_branch = e () => (float[1,3] s) { s = Abs(x) }>(c)"),
              HasSubstr("'y' (com.example.If-17): this operator is not supported"));
  EXPECT_NO_THROW(import_text(one_output("float[1,3] x", "y = ai.onnx.Relu(x)")));
}

TEST(ImportErrors, LoopsWithoutAKnownEndAreListed) {
  EXPECT_THAT(message_of("float[1,3] x, int64 n, bool c",
                         "y = Loop(n, c, x) <body = b (int64 i, bool k, float[1,3] v) => (bool k2, float[1,3] w) "
                         "{ k2 = Identity(k) w = Neg(v) }>"),
              HasSubstr("'y' (Loop-17): the number of steps depends on"));
}

TEST(ImportErrors, AttributesOfAnotherTypeAreNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {"y = ReduceMax<axes = [1], keepdims = 1.5>(x)", "'keepdims'"},
      {"y = Conv<group = 1.5>(x, x)", "'group'"},
      {"y = MaxPool<kernel_shape = [1, 1], ceil_mode = 1.5>(x)", "'ceil_mode'"},
      {"y = AveragePool<kernel_shape = [1, 1], count_include_pad = 1.5>(x)", "'count_include_pad'"},
      {"y = Transpose<perm = 1>(x)", "'perm'"},
      {"y = Concat<axis = 1.5>(x, x)", "'axis'"},
  };
  for (const auto& [node, attribute] : cases)
    EXPECT_THAT(message_of("float[1,1,1,1] x", node), HasSubstr(std::string("attribute ") + attribute)) << node;
}

}  // namespace

}  // namespace exeunt

#include "graph/verify.h"

#include "graph/text.h"
#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

/// Values: 0 input, 1 constant, 2 to 4 results of nodes 0 to 2. Tree: 0 decision, 1 and 2 exits.
Graph sound() {
  return parse_graph(R"(
    input %x f32[1,4] "x"
    const %c f32[1,4] = {1, 2, 3, 4}
    %a = Softmax(%x) "a"
    %b = Add(%a, %c) "b"
    %d = Neg(%b) "d"
    output "y"
    decide max_prob(%a) > 0.5 { exit(%a) predicts(0, 0, 4, true) exit(%d) })");
}

Decision& root(Graph& graph) { return std::get<Decision>(graph.tree[0]); }
Exit& early(Graph& graph) { return std::get<Exit>(graph.tree[1]); }

/// Expects that the sound graph is refused after this change, with such a message.
void expect_broken(const std::string& message, void (*change)(Graph&), ErrorCode code = ErrorCode::internal) {
  SCOPED_TRACE(message);
  Graph graph = sound();
  change(graph);
  expect_error(code, message, [&] { verify(graph); });
}

TEST(Verify, ASoundGraphPasses) { EXPECT_NO_THROW(verify(sound())); }

TEST(Verify, DeadNodesMustBeSoundToo) {
  Graph graph = sound();
  graph.add_node(ops::Unary{}, {0}, "dead");
  EXPECT_NO_THROW(verify(graph));
  graph.nodes.back().inputs = {99};
  expect_error(ErrorCode::internal, "node 'dead' (Identity) uses value 99", [&] { verify(graph); });
}

TEST(Verify, FindsOperandsThatAreNotThere) {
  expect_broken("node 'd' (Neg) uses value 5, which is not there", [](Graph& g) { g.nodes[2].inputs = {5}; });
  expect_broken("node 'd' (Neg) uses value -2", [](Graph& g) { g.nodes[2].inputs = {-2}; });
}

TEST(Verify, FindsResultsThatAreNotThere) {
  expect_broken("node 'd' (Neg) uses value -1", [](Graph& g) { g.nodes[2].output = kNoValue; });
  expect_broken("node 'd' (Neg) uses value 9", [](Graph& g) { g.nodes[2].output = 9; });
}

TEST(Verify, FindsValuesWithoutOrWithTwoOrigins) {
  expect_broken("uses value 0, which must be an input, a constant or a node's result",
                [](Graph& g) { g.inputs.clear(); });
  expect_broken("uses value 2, which must be", [](Graph& g) { g.inputs.push_back(2); });
  expect_broken("uses value 1, which must be", [](Graph& g) { g.value(1).constant = nullptr; });
  expect_broken("uses value 1, which must be", [](Graph& g) { g.value(1).producer = 0; });
  expect_broken("uses value 0, which must be", [](Graph& g) { g.value(0).constant = g.value(1).constant; });
}

TEST(Verify, FindsTwoProducersOfAValue) {
  expect_broken("node 'd' (Neg) is not the producer of its result", [](Graph& g) { g.nodes[2].output = 3; });
}

TEST(Verify, FindsProducersThatAreNotThere) {
  const auto add_value = [](Graph& g, NodeId producer) {
    g.values.push_back({"stray", g.type(0), producer, nullptr});
    early(g).outputs = {5};
  };
  for (const NodeId producer : {-2, 3, 99, 1}) {
    SCOPED_TRACE(producer);
    Graph graph = sound();
    add_value(graph, producer);
    expect_error(ErrorCode::internal, "value 5", [&] { verify(graph); });
  }
}

TEST(Verify, FindsInputsThatAreNotThere) {
  expect_broken("uses value 99", [](Graph& g) { g.inputs.push_back(99); });
  expect_broken("uses value -1", [](Graph& g) { g.inputs.push_back(kNoValue); });
  expect_broken("input 0 is listed twice", [](Graph& g) { g.inputs.push_back(0); });
}

TEST(Verify, FindsOrdersOfWhatNoCallerHands) {
  expect_broken("value 'stray' has an order of axes, but is no input", [](Graph& g) {
    g.value(1).name = "stray";
    g.value(1).order = {1, 0};
  });
}

TEST(Verify, FindsWrongTypes) {
  expect_broken("node 'b' (Add) gives f32[1,4], its value says f32[4]", [](Graph& g) {
    g.value(3).type = {DType::f32, {4}};
  });
  expect_broken("value 1 says f32[4] but holds f32[1,4]", [](Graph& g) { g.value(1).type = {DType::f32, {4}}; });
}

TEST(Verify, FindsOperandsThatDoNotFit) {
  expect_broken(
      "node 'b' (Add): operand 1 is missing", [](Graph& g) { g.nodes[1].inputs.pop_back(); }, ErrorCode::argument);
  expect_broken(
      "node 'b' (Add): shapes",
      [](Graph& g) {
        g.nodes[1].inputs[1] = g.add_constant(f32({3}, {1, 2, 3}));
      },
      ErrorCode::shape);
}

TEST(Verify, FindsCycles) {
  expect_broken("needs its own result", [](Graph& g) { g.nodes[1].inputs[0] = g.nodes[2].output; });
}

TEST(Verify, FindsAMissingTree) {
  expect_broken("the graph has no exit", [](Graph& g) { g.tree.clear(); });
}

TEST(Verify, FindsChildrenThatAreNotThere) {
  expect_broken("tree position 0 has a child at 3", [](Graph& g) { root(g).stay = 3; });
  expect_broken("tree position 0 has a child at -1", [](Graph& g) { root(g).leave = kNoTree; });
}

TEST(Verify, FindsTreesThatAreNone) {
  expect_broken("tree position 0 has a child at 0", [](Graph& g) { root(g).stay = 0; });
  expect_broken("tree position 1 has 2 parents", [](Graph& g) { root(g).stay = 1; });
  expect_broken("tree position 3 has 0 parents", [](Graph& g) { g.tree.emplace_back(g.tree[1]); });
}

TEST(Verify, FindsTreeValuesThatAreNotThere) {
  expect_broken("tree position 0 uses value -1", [](Graph& g) { root(g).input = kNoValue; });
  expect_broken("tree position 1 uses value 99", [](Graph& g) { early(g).outputs = {99}; });
  expect_broken("tree position 1 uses value -1", [](Graph& g) { early(g).outputs = {kNoValue}; });
}

TEST(Verify, FindsCriteriaThatDoNotFit) {
  expect_broken(
      "tree position 0: criterion predicate cannot look at f32[1,4]",
      [](Graph& g) { root(g).criterion = Criterion::predicate; }, ErrorCode::dtype);
}

TEST(Verify, FindsSettingsThatCannotBe) {
  expect_broken(
      "tree position 0: the temperature is 0", [](Graph& g) { root(g).temperature = 0; }, ErrorCode::argument);
  expect_broken(
      "tree position 0: the threshold is no number", [](Graph& g) { root(g).threshold = kNaN; }, ErrorCode::argument);
}

TEST(Verify, FindsExitsWithTooManyOrTooFewOutputs) {
  expect_broken("tree position 1 has 0 outputs, the model 1", [](Graph& g) { early(g).outputs.clear(); });
  expect_broken("tree position 1 has 2 outputs, the model 1", [](Graph& g) { early(g).outputs = {2, 2}; });
  expect_broken("has 1 outputs, the model 2", [](Graph& g) { g.output_names.emplace_back("z"); });
}

TEST(Verify, FindsPredictionsOutsideTheOutputs) {
  const std::string message = "tree position 1 predicts";
  expect_broken(message, [](Graph& g) { early(g).prediction.output = 1; });
  expect_broken(message, [](Graph& g) { early(g).prediction.output = -1; });
  expect_broken(message, [](Graph& g) { early(g).prediction.offset = 1; });
  expect_broken(message, [](Graph& g) { early(g).prediction.offset = -1; });
  expect_broken(message, [](Graph& g) { early(g).prediction.classes = 5; });
  expect_broken(message, [](Graph& g) { early(g).prediction.classes = -1; });
  expect_broken(message, [](Graph& g) { early(g).prediction.offset = std::numeric_limits<std::int64_t>::max(); });
}

}  // namespace

}  // namespace exeunt

#include "graph/graph.h"

#include <numeric>
#include <random>

#include "graph/text.h"
#include "graph/verify.h"
#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;

constexpr ops::Unary kNegate{ops::UnaryFn::Neg};
constexpr ops::Unary kRelu{ops::UnaryFn::Relu};

void add_exit(Graph& graph, ValueId output) {
  graph.output_names = {"y"};
  graph.tree = {Exit{{output}, {}}};
}

/// The same graph with its nodes stored in another order.
Graph shuffled(Graph graph, unsigned seed) {
  std::mt19937 random(seed);
  std::ranges::shuffle(graph.nodes, random);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    graph.value(graph.nodes[i].output).producer = static_cast<NodeId>(i);
  }
  return graph;
}

/// 0: decision; its arms: 1, a decision with exits 2 and 3; 4, an exit.
constexpr std::string_view kTree = R"(
  input %x f32[1,4] "x"
  const %c f32[1,4] = {1, 2, 3, 4}
  %a = Softmax(%x) "a"
  %b = Add(%a, %c) "b"
  %e = Softmax(%b) "e"
  %f = Add(%e, %a) "f"
  %g = Neg(%b) "g"
  output "y"
  decide max_prob(%a) > 0.5 "first" {
    decide max_prob(%e) > 0.25 "second" { exit(%a) exit(%f) }
    exit(%g)
  })";

TEST(Graph, NodesGetTheTypeThatTheirOpInfers) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {2, 3}});
  const ValueId y = graph.add_node(ops::Transpose{.perm = {1, 0}}, {x}, "t");
  EXPECT_EQ(graph.type(y), (TensorType{DType::f32, {3, 2}}));
  EXPECT_EQ(graph.producer(y), &graph.nodes[0]);
  EXPECT_EQ(graph.value(y).name, "t");
  EXPECT_EQ(graph.producer(x), nullptr);
  EXPECT_EQ(graph.producer(kNoValue), nullptr);
  EXPECT_EQ(graph.constant(kNoValue), nullptr);
}

TEST(Graph, RefusedNodesLeaveNothingBehind) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::boolean, {2}});
  expect_error(ErrorCode::dtype, "Neg takes numbers", [&] { graph.add_node(kNegate, {x}); });
  EXPECT_EQ(graph.values.size(), 1U);
  EXPECT_TRUE(graph.nodes.empty());
}

TEST(Graph, InputsMustBeOfAPossibleSize) {
  Graph graph;
  expect_error(ErrorCode::shape, "2 GB", [&] { graph.add_input("x", {DType::f32, {1 << 30}}); });
  expect_error(ErrorCode::shape, "negative", [&] { graph.add_input("x", {DType::f32, {-1}}); });
  EXPECT_TRUE(graph.inputs.empty());
}

TEST(Graph, ConstantsAreShared) {
  Graph graph;
  const auto tensor = std::make_shared<const Tensor>(f32({2}, {1, 2}));
  const ValueId a = graph.add_constant(tensor, "a");
  const ValueId b = graph.add_constant(tensor, "b");
  EXPECT_EQ(graph.constant(a), graph.constant(b));
  EXPECT_EQ(graph.type(a), tensor->type());
  const Graph copy = graph;
  EXPECT_EQ(copy.constant(a), tensor.get());
}

TEST(Graph, AChangedNodeKeepsItsNameAndResult) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {4}});
  const ValueId y = graph.add_node(kNegate, {x}, "n");
  graph.change_node(0, kRelu, {x});
  EXPECT_EQ(graph.node(0).op, Op(kRelu));
  EXPECT_EQ(graph.node(0).name, "n");
  EXPECT_EQ(graph.node(0).output, y);
}

TEST(Graph, AChangeOfTypeIsRefused) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {4}});
  graph.add_node(kNegate, {x}, "n");
  expect_error(ErrorCode::internal, "node 'n' would become f32[2,2] instead of f32[4]", [&] {
    graph.change_node(0, ops::Reshape{.shape = {2, 2}}, {x});
  });
  EXPECT_EQ(graph.node(0).op, Op(kNegate));
}

TEST(Graph, ReplaceUsesReachesNodesDecisionsAndExits) {
  Graph graph = parse_graph(kTree);
  const ValueId a = graph.nodes[0].output;
  graph.replace_uses(a, graph.inputs[0]);
  EXPECT_EQ(print_graph(graph), print_graph(parse_graph(R"(
    input %x f32[1,4] "x"
    const %c f32[1,4] = {1, 2, 3, 4}
    %b = Add(%x, %c) "b"
    %e = Softmax(%b) "e"
    %f = Add(%e, %x) "f"
    %g = Neg(%b) "g"
    output "y"
    decide max_prob(%x) > 0.5 "first" {
      decide max_prob(%e) > 0.25 "second" { exit(%x) exit(%f) }
      exit(%g)
    })")));
}

TEST(CountUses, CountsOperandsDecisionsAndExits) {
  const Graph graph = parse_graph(kTree);
  const std::vector<int> uses = count_uses(graph);
  const auto of = [&](std::size_t node) { return uses[static_cast<std::size_t>(graph.nodes[node].output)]; };
  EXPECT_EQ(of(0), 4) << "b, f, a decision, an exit";
  EXPECT_EQ(of(1), 2);
  EXPECT_EQ(of(4), 1);
  EXPECT_EQ(uses[static_cast<std::size_t>(graph.inputs[0])], 1);
}

TEST(CountUses, CountsAnOperandEachTimeAndDeadUsersNever) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DType::f32, {4}});
  const ValueId twice = graph.add_node(ops::Binary{}, {x, x});
  graph.add_node(kNegate, {x}, "dead");
  add_exit(graph, twice);
  EXPECT_THAT(count_uses(graph), ElementsAre(2, 1, 0));
}

TEST(TreeOrder, IsParentsFirstAndLeaveBeforeStay) {
  const Graph graph = parse_graph(kTree);
  EXPECT_THAT(tree_order(graph), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(exits_of(graph), ElementsAre(2, 3, 4));
}

TEST(TreeOrder, GoesByTheTreeAndNotByThePositionsNumbers) {
  Graph graph = parse_graph(kTree);
  // The root's arms trade places in the vector: 1 becomes 4, 4 becomes 1, and 1's exits stay.
  std::swap(graph.tree[1], graph.tree[4]);
  std::get<Decision>(graph.tree[0]).leave = 4;
  std::get<Decision>(graph.tree[0]).stay = 1;
  EXPECT_THAT(tree_order(graph), ElementsAre(0, 4, 2, 3, 1));
  EXPECT_THAT(exits_of(graph), ElementsAre(2, 3, 1));
  EXPECT_EQ(print_graph(graph), print_graph(parse_graph(kTree)));
}

TEST(ExecutionOrder, OperandsComeFirstAndDeadNodesNot) {
  Graph graph = parse_graph(kTree);
  graph.add_node(kNegate, {graph.inputs[0]}, "dead");
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Graph other = shuffled(graph, seed);
    std::vector<std::string> names;
    for (const NodeId id : execution_order(other)) names.push_back(other.node(id).name);
    EXPECT_THAT(names, ElementsAre("a", "b", "e", "f", "g")) << "the same for any order of the nodes";
  }
}

TEST(ExecutionOrder, ACycleIsAnError) {
  Graph graph = parse_graph(kTree);
  graph.nodes[1].inputs[1] = graph.nodes[3].output;
  expect_error(ErrorCode::internal, "needs its own result", [&] { execution_order(graph); });
  graph = parse_graph(kTree);
  graph.nodes[1].inputs[0] = graph.nodes[1].output;
  expect_error(ErrorCode::internal, "node 'b' needs its own result", [&] { execution_order(graph); });
}

TEST(ExecutionOrder, ManagesChainsLongerThanTheStack) {
  Graph graph;
  ValueId v = graph.add_input("x", {DType::f32, {1}});
  for (int i = 0; i < 200'000; ++i) v = graph.add_node(kNegate, {v});
  add_exit(graph, v);
  std::vector<NodeId> expected(graph.nodes.size());
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(execution_order(graph), expected);
}

TEST(RemoveDead, DropsWhatNothingNeedsButNoInput) {
  Graph graph;
  graph.add_input("unused", {DType::f32, {2}});
  const ValueId x = graph.add_input("x", {DType::f32, {4}});
  graph.add_constant(f32({1}, {1}), "dead");
  const ValueId dead = graph.add_node(kNegate, {x}, "dead");
  graph.add_node(kNegate, {dead}, "dead");
  add_exit(graph, graph.add_node(kRelu, {x}, "live"));
  EXPECT_EQ(remove_dead(graph), 2);
  verify(graph);
  EXPECT_EQ(graph.values.size(), 3U);
  EXPECT_EQ(graph.inputs.size(), 2U);
  EXPECT_EQ(print_graph(graph), R"(input %0 f32[2] "unused"
input %1 f32[4] "x"
%2 f32[4] = Relu(%1) "live"
output "y"
exit(%2)
)");
  EXPECT_EQ(remove_dead(graph), 0);
}

TEST(RemoveDead, RenumbersInExecutionOrder) {
  const Graph graph = parse_graph(kTree);
  for (unsigned seed = 0; seed < 20; ++seed) {
    Graph other = shuffled(graph, seed);
    EXPECT_EQ(remove_dead(other), 0);
    verify(other);
    EXPECT_EQ(print_graph(other), print_graph(graph));
    for (std::size_t i = 0; i < other.nodes.size(); ++i) {
      EXPECT_EQ(execution_order(other)[i], static_cast<NodeId>(i));
    }
  }
}

TEST(RemoveDead, KeepsOperandsLeftOut) {
  Graph graph = parse_graph(R"(
    input %x f32[1,1,4] "x"
    const %w f32[1,1,1] = {2}
    %dead = Neg(%x)
    %y = Conv(%x, %w, _, %x) {strides=[1], pads=[0,0], dilations=[1]}
    output "y"
    exit(%y))");
  EXPECT_EQ(remove_dead(graph), 1);
  EXPECT_EQ(graph.nodes[0].inputs[2], kNoValue);
  verify(graph);
}

}  // namespace

}  // namespace exeunt

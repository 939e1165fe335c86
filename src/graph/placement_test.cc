#include "graph/placement.h"

#include <map>

#include "graph/text.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::Pair;

/// Where each named node runs. Positions are numbered as the text has them, from the root's 0.
std::map<std::string, TreeId> places_of(const Graph& graph) {
  const std::vector<TreeId> places = place_nodes(graph);
  std::map<std::string, TreeId> named;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) named[graph.nodes[i].name] = places[i];
  return named;
}

/// Three exits: positions 0 (decision), 1 (exit 0), 2 (decision), 3 (exit 1), 4 (exit 2).
Graph chain(std::string_view first, std::string_view second, std::string_view third) {
  return parse_graph(fmt::format(R"(
    input %x f32[1,4] "x"
    %a = Relu(%x) "a"
    %b = Softmax(%a) "b"
    %c = Relu(%a) "c"
    %d = Softmax(%c) "d"
    %e = Relu(%c) "e"
    output "y"
    decide max_prob(%b) > 0.5 {{
      exit({})
      decide max_prob(%d) > 0.5 {{
        exit({})
        exit({})
      }}
    }})",
                                 first, second, third));
}

TEST(PlaceNodes, EverythingRunsAtTheRootWithoutADecision) {
  const Graph graph = parse_graph(R"(
    input %x f32[4] "x"
    %a = Relu(%x) "a"
    %b = Neg(%a) "b"
    output "y"
    exit(%b))");
  EXPECT_THAT(places_of(graph), ElementsAre(Pair("a", 0), Pair("b", 0)));
}

TEST(PlaceNodes, AChainRunsWhatTheNextExitNeeds) {
  EXPECT_THAT(places_of(chain("%b", "%d", "%e")),
              ElementsAre(Pair("a", 0), Pair("b", 0), Pair("c", 2), Pair("d", 2), Pair("e", 4)));
}

TEST(PlaceNodes, WhatExits0And2ShareRunsBeforeTheFirstDecision) {
  EXPECT_THAT(places_of(chain("%e", "%d", "%e")),
              ElementsAre(Pair("a", 0), Pair("b", 0), Pair("c", 0), Pair("d", 2), Pair("e", 0)));
}

TEST(PlaceNodes, WhatExits1And2ShareRunsBeforeTheSecondDecision) {
  EXPECT_EQ(places_of(chain("%b", "%e", "%e")).at("e"), 2);
}

TEST(PlaceNodes, WorkForOneExitSinksToIt) {
  EXPECT_EQ(places_of(chain("%e", "%d", "%d")).at("e"), 1);
  EXPECT_EQ(places_of(chain("%b", "%e", "%d")).at("e"), 3);
  EXPECT_EQ(places_of(chain("%b", "%d", "%e")).at("e"), 4);
}

TEST(PlaceNodes, ADeadNodeRunsNowhere) {
  EXPECT_EQ(places_of(chain("%b", "%b", "%b")).at("e"), kNoTree);
  EXPECT_EQ(places_of(chain("%b", "%b", "%b")).at("d"), 2) << "a decision needs it";
}

TEST(PlaceNodes, ADeadUserDoesNotLiftANode) {
  Graph graph = parse_graph(R"(
    input %x f32[1,4] "x"
    %a = Relu(%x) "late"
    %dead = Neg(%a) "dead"
    output "y"
    decide max_prob(%x) > 0.5 { exit(%x) exit(%a) })");
  EXPECT_THAT(places_of(graph), ElementsAre(Pair("dead", kNoTree), Pair("late", 2)));
}

/// A decision with a decision in each arm: 0; leave 1 with exits 2, 3; stay 4 with exits 5, 6.
Graph nested(std::string_view exits) {
  return parse_graph(fmt::format(R"(
    input %x f32[1,4] "x"
    %p = Softmax(%x) "p"
    %q = Softmax(%p) "q"
    %r = Softmax(%q) "r"
    %n = Neg(%x) "n"
    output "y"
    decide max_prob(%p) > 0.5 {{
      decide max_prob(%q) > 0.5 {{ exit({0}) exit({1}) }}
      decide max_prob(%r) > 0.5 {{ exit({2}) exit({3}) }}
    }})",
                                 exits.substr(0, 2), exits.substr(2, 2), exits.substr(4, 2), exits.substr(6, 2)));
}

TEST(PlaceNodes, ANestedTreePlacesAtTheLowestCommonAncestor) {
  const std::vector<std::pair<std::string_view, TreeId>> cases = {
      {"%n%x%x%x", 2}, {"%x%n%x%x", 3}, {"%x%x%n%x", 5}, {"%x%x%x%n", 6}, {"%n%n%x%x", 1},      {"%x%x%n%n", 4},
      {"%n%x%n%x", 0}, {"%x%n%x%n", 0}, {"%n%x%x%n", 0}, {"%n%n%n%n", 0}, {"%x%x%x%x", kNoTree}};
  for (const auto& [exits, place] : cases) {
    SCOPED_TRACE(exits);
    EXPECT_EQ(places_of(nested(exits)).at("n"), place);
  }
}

TEST(PlaceNodes, AnOperandOfBothArmsDecisionsRunsBeforeThem) {
  EXPECT_EQ(places_of(nested("%x%x%x%x")).at("q"), 0);
  EXPECT_EQ(places_of(nested("%x%x%x%x")).at("r"), 4);
}

TEST(TreeParents, AreTheDecisions) {
  EXPECT_THAT(tree_parents(nested("%x%x%x%x")), ElementsAre(kNoTree, 0, 1, 1, 0, 4, 4));
}

TEST(PathWork, AddsUpWhatRunsOnTheWayToEachExit) {
  const Graph graph = parse_graph(R"(
    input %x f32[1,4] "x"
    const %w f32[4,4] = fill(1)
    %p = Softmax(%x)
    %a = MatMul(%x, %w)
    %b = MatMul(%a, %w)
    %q = Softmax(%b)
    %c = Relu(%b)
    output "y"
    decide max_prob(%p) > 0.5 {
      exit(%a)
      decide max_prob(%q) > 0.5 { exit(%x) exit(%c) }
    })");
  // Softmax 8 an element; each product 16; Relu 4.
  EXPECT_THAT(path_work(graph), ElementsAre(32 + 16, 32 + 16 + 16 + 32, 32 + 16 + 16 + 32 + 4));
  EXPECT_THAT(path_macs(graph), ElementsAre(16, 32, 32));
}

TEST(PathWork, DeadNodesCostNothing) { EXPECT_THAT(path_work(chain("%x", "%x", "%x")), ElementsAre(4 + 32, 72, 72)); }

}  // namespace

}  // namespace exeunt

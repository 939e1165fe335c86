#include "passes/rewrite.h"

#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Values by the names of their nodes.
class RewriterTest : public ::testing::Test {
 protected:
  ValueId made_by(std::string_view name) const { return std::ranges::find(graph_.nodes, name, &Node::name)->output; }

  Graph graph_ = graph_of(R"(
    input %x f32[2] "x"
    %a = Neg(%x) "a"
    %b = Exp(%a) "b"
    %c = Abs(%b) "c"
    %d = Add(%b, %c) "d"
    %e = Sqrt(%a) "e"
    output "y"
    decide max_prob(%x) > 0.5 { exit(%d) exit(%e) })");
};

TEST_F(RewriterTest, ASoleProducerHasOneUser) {
  const Rewriter rewriter(graph_);
  EXPECT_EQ(rewriter.sole_producer<ops::Unary>(made_by("c"))->name, "c");
  EXPECT_EQ(rewriter.sole_producer<ops::Unary>(made_by("b")), nullptr) << "two users";
  EXPECT_EQ(rewriter.sole_producer<ops::Unary>(made_by("d")), nullptr) << "no unary";
  EXPECT_EQ(rewriter.sole_producer<ops::Unary>(graph_.inputs[0]), nullptr);
}

TEST_F(RewriterTest, WhatNobodyNeedsAnyLongerCountsAsNoUser) {
  Rewriter rewriter(graph_);
  rewriter.replace(made_by("d"), graph_.inputs[0]);
  for (const std::string_view name : {"b", "c", "d"}) EXPECT_FALSE(rewriter.is_used(made_by(name))) << name;
  EXPECT_TRUE(rewriter.is_used(made_by("a")));
  EXPECT_NE(rewriter.sole_producer<ops::Unary>(made_by("a")), nullptr) << "e is left";
  EXPECT_EQ(rewriter.rewrites(), 1);
}

TEST_F(RewriterTest, NewNodesCountOnceSomethingNeedsThem) {
  Rewriter rewriter(graph_);
  const ValueId first = graph_.add_node(ops::Unary{ops::UnaryFn::Tanh}, {made_by("b")});
  const ValueId second = graph_.add_node(ops::Unary{ops::UnaryFn::Tanh}, {first});
  EXPECT_FALSE(rewriter.is_used(first));
  rewriter.replace(made_by("e"), second);
  EXPECT_TRUE(rewriter.is_used(first));
  EXPECT_TRUE(rewriter.is_used(second));
  EXPECT_NE(rewriter.sole_producer<ops::Unary>(made_by("a")), nullptr) << "only b is left";
  const Node old = *graph_.producer(made_by("c"));
  const ValueId c = rewriter.replace_by_node(old, ops::Unary{ops::UnaryFn::Tanh}, {first});
  EXPECT_TRUE(rewriter.is_used(c));
  EXPECT_EQ(rewriter.sole_producer<ops::Unary>(first), nullptr) << "second and c";
}

/// The counts that are kept up are those that counting gives.
TEST_F(RewriterTest, AgreesWithCounting) {
  Rewriter rewriter(graph_);
  const auto check = [&] {
    const std::vector<int> uses = count_uses(graph_);
    for (std::size_t v = 0; v < uses.size(); ++v) {
      EXPECT_EQ(rewriter.is_used(static_cast<ValueId>(v)), uses[v] > 0) << v;
      const Node* producer = graph_.producer(static_cast<ValueId>(v));
      if (producer == nullptr || !std::holds_alternative<ops::Unary>(producer->op)) continue;
      EXPECT_EQ(rewriter.sole_producer<ops::Unary>(static_cast<ValueId>(v)) != nullptr, uses[v] == 1) << v;
    }
  };
  for (const std::string_view name : {"c", "e", "b", "d"}) {
    SCOPED_TRACE(name);
    const Node old = *graph_.producer(made_by(name));
    rewriter.replace_by_node(old, ops::Unary{ops::UnaryFn::Relu}, {old.inputs[0]});
    check();
  }
  rewriter.replace(made_by("a"), graph_.inputs[0]);
  check();
}

}  // namespace

}  // namespace exeunt

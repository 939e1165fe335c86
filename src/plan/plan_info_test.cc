#include "plan/plan_info.h"

#include "graph/text.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using ::testing::ElementsAre;

TEST(PlanInfo, ListsInputsOutputsDecisionsAndExitsInTreeOrder) {
  const PlanInfo info = describe(parse_graph(R"(
    input %x f32[1,4] "picture"
    input %g bool[1] "gate"
    const %w f32[4,3] = fill(0.5)
    const %v f32[3,2] = fill(0.5)
    %a = Gemm(%x, %w)
    %b = MatMul(%a, %v)
    output "answer"
    output "route"
    decide predicate(%g) > 0.5 "route" {
      exit(%x, %g)
      decide max_prob(%a) > 0.8 "sure" {
        exit(%a, %g) predicts(0, 0, 3, false)
        exit(%b, %g) predicts(0, 0, 2, true)
      }
    }
  )"));
  ASSERT_EQ(info.inputs.size(), 2U);
  EXPECT_EQ(info.inputs[0].name, "picture");
  EXPECT_EQ(info.inputs[1].type.str(), "bool[1]");
  EXPECT_THAT(info.outputs, ElementsAre("answer", "route"));
  ASSERT_EQ(info.decisions.size(), 2U);
  EXPECT_EQ(info.decisions[0].criterion, "predicate");
  EXPECT_FALSE(info.decisions[0].tunable);
  EXPECT_EQ(info.decisions[1].name, "sure");
  EXPECT_TRUE(info.decisions[1].tunable);
  EXPECT_EQ(info.decisions[1].threshold, 0.8F);
  ASSERT_EQ(info.exits.size(), 3U);
  EXPECT_EQ(info.exits[1].outputs[0].str(), "f32[1,3]");
  EXPECT_EQ(info.exits[0].classes, 0);
  EXPECT_EQ(info.exits[1].classes, 3);
  EXPECT_EQ(info.exits[2].classes, 2);
  EXPECT_EQ(info.exits[0].macs, 0);
  EXPECT_EQ(info.exits[1].macs, 12);
  EXPECT_EQ(info.exits[2].macs, 12 + 6);
}

TEST(PlanInfo, OfAPlainModel) {
  const PlanInfo info = describe(parse_graph("input %x f32[2] \"x\"\noutput \"y\"\nexit(%x)"));
  EXPECT_TRUE(info.decisions.empty());
  ASSERT_EQ(info.exits.size(), 1U);
  EXPECT_EQ(info.exits[0].macs, 0);
}

}  // namespace

}  // namespace exeunt

#include "plan/build_plan.h"

#include "base/error.h"
#include "graph/text.h"
#include "support/expect_error.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class NoArgs : public StepArgs {};

void do_nothing(const StepArgs&, StepState*, std::byte* const*) noexcept {}

/// Takes convolutions on channels-last values (weights as they are), Neg in whatever layout it finds, and everything
/// else row-major; refuses what it is told to. Tanh wants scratch memory.
class FakeBackend : public Backend {
 public:
  explicit FakeBackend(std::string name, std::vector<std::string> refused = {}, bool reorders = true)
      : name_(std::move(name)), refused_(std::move(refused)), reorders_(reorders) {}

  std::string_view name() const noexcept override { return name_; }

  Offer offer(const NodeView& node) const override {
    const std::string_view op = op_name(node.node.op);
    for (const std::string& refused : refused_) {
      if (op == refused) return name_ + " has no " + refused;
    }
    Candidate candidate{"fake", do_nothing, std::make_shared<NoArgs>(), {}, {}, 0};
    if (op == "Tanh") candidate.scratch_bytes = 1000;
    candidate.result = op == "Neg" ? node.layouts[0] : layout_for(op, node.result_type());
    for (std::size_t i = 0; i < node.node.inputs.size(); ++i) {
      const TensorType* type = node.operand_type(i);
      if (type == nullptr || (op == "Conv" && i == 1)) continue;
      candidate.uses.push_back({i, op == "Neg" ? node.layouts[0] : layout_for(op, *type)});
    }
    std::vector candidates{candidate};
    if (op == "Sigmoid") candidates.push_back(candidate), candidates.back().kernel = "second";
    return candidates;
  }

  std::optional<Candidate> reorder(const TensorType&, const Layout& from, const Layout& to) const override {
    if (!reorders_) return std::nullopt;
    return Candidate{"fake_copy", do_nothing, std::make_shared<NoArgs>(), {{0, from}}, to, 0};
  }

 private:
  static Layout layout_for(std::string_view op, const TensorType& type) {
    const int rank = type.shape.rank();
    return op == "Conv" ? Layout::channels_last(rank) : Layout::row_major(rank);
  }

  std::string name_;
  std::vector<std::string> refused_;
  bool reorders_;
};

PlanData plan(const std::string& text, const Backend& backend = FakeBackend("fake")) {
  return build_plan(parse_graph(text), std::array{&backend});
}

/// "Conv", "Reorder", ... in the order in which they run.
std::vector<std::string> ops_of(const PlanData& plan) {
  std::vector<std::string> ops;
  for (const Step& step : plan.steps) ops.push_back(step.op);
  return ops;
}

const std::string kConv = "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n";
const std::string kHead = "input %x f32[1,3,4,5] \"x\"\nconst %w f32[3,3,1,1] = fill(1)\n%c = Conv(%x, %w)" + kConv;
const std::string kEnd = "\noutput \"y\"\nexit(%y)";

TEST(BuildPlan, ReordersOnlyWhereLayoutsDiffer) {
  EXPECT_THAT(ops_of(plan(kHead + "%d = Conv(%c, %w)" + kConv + "%n = Neg(%d)\n%y = Conv(%n, %w)" + kConv + kEnd)),
              ElementsAre("Reorder", "Conv", "Conv", "Neg", "Conv", "Reorder"));
  EXPECT_THAT(ops_of(plan("input %x f32[1,3,4,5] \"x\"\n%a = Abs(%x)\n%y = Exp(%a)" + kEnd)),
              ElementsAre("Abs", "Exp"));
}

TEST(BuildPlan, LayoutsThatAreTheSameBytesNeedNoReorder) {
  EXPECT_THAT(
      ops_of(plan("input %x f32[1,1,4,5] \"x\"\nconst %w f32[1,1,1,1] = fill(1)\n%y = Conv(%x, %w)" + kConv + kEnd)),
      ElementsAre("Conv"));
  EXPECT_THAT(
      ops_of(plan("input %x f32[1,3,1,1] \"x\"\nconst %w f32[3,3,1,1] = fill(1)\n%y = Conv(%x, %w)" + kConv + kEnd)),
      ElementsAre("Conv"));
}

TEST(BuildPlan, AnInputLiesInTheOrderInWhichTheCallerHandsItsAxes) {
  const auto with_order = [](std::string_view order) {
    return plan(fmt::format("input %x f32[1,3,4,5] \"x\"{}\nconst %w f32[3,3,1,1] = fill(1)\n%y = Conv(%x, %w){}{}",
                            order, kConv, kEnd));
  };
  EXPECT_THAT(ops_of(with_order("")), ElementsAre("Reorder", "Conv", "Reorder"));
  const PlanData p = with_order(" order=[0,2,3,1]");
  EXPECT_THAT(ops_of(p), ElementsAre("Conv", "Reorder"));
  EXPECT_EQ(p.steps[0].operands[0].kind, exeunt::Operand::Kind::input);
  EXPECT_EQ(p.info.inputs[0].type.str(), "f32[1,4,5,3]") << "what the caller hands";
  EXPECT_THAT(p.info.inputs[0].order, ElementsAre(0, 2, 3, 1));
}

TEST(BuildPlan, AReorderedValueIsMadeOnce) {
  const PlanData p = plan(kHead + "%a = Abs(%c)\n%b = Exp(%c)\n%y = Add(%a, %b)" + kEnd);
  EXPECT_THAT(ops_of(p), ElementsAre("Reorder", "Conv", "Reorder", "Abs", "Exp", "Add"));
  EXPECT_EQ(p.steps[3].operands[0].offset, p.steps[4].operands[0].offset);
}

TEST(BuildPlan, AReorderMadeBeforeADecisionServesBothArms) {
  const PlanData p = plan(kHead +
                          "%a = Abs(%c)\n%l = Exp(%c)\n%s = Log(%c)\noutput \"y\"\n"
                          "decide max_prob(%a) > 0.5 { exit(%l) exit(%s) }");
  EXPECT_THAT(ops_of(p), ElementsAre("Reorder", "Conv", "Reorder", "Abs", "Exp", "Log"));
}

TEST(BuildPlan, AReorderMadeInOneArmDoesNotServeItsSibling) {
  const PlanData p = plan(kHead + "%n = Neg(%c)\n%v = Conv(%n, %w)" + kConv +
                          "input %g bool[1] \"g\"\n%l = Exp(%v)\n%s = Log(%v)\noutput \"y\"\n"
                          "decide predicate(%g) > 0.5 { exit(%l) decide predicate(%g) > 0.5 { exit(%s) exit(%v) } }");
  // Exp, Log and the last exit each look at %v row-major, on paths of their own.
  EXPECT_THAT(ops_of(p), ElementsAre("Reorder", "Conv", "Neg", "Conv", "Reorder", "Exp", "Reorder", "Log", "Reorder"));
}

TEST(BuildPlan, TransposesAndReshapesAreViews) {
  const PlanData p = plan(
      "input %x f32[2,3,4] \"x\"\n%a = Abs(%x)\n%r = Reshape(%a){shape=[6,4]}\n"
      "%s = Reshape(%r){shape=[24]}\n%y = Exp(%s)" +
      kEnd);
  ASSERT_THAT(ops_of(p), ElementsAre("Abs", "Exp"));
  EXPECT_EQ(p.steps[1].operands[0].offset, p.steps[0].operands[1].offset);
}

TEST(BuildPlan, ATransposeOfNhwcInputIsWhatAConvolutionWants) {
  const PlanData p = plan(
      "input %x f32[1,4,5,3] \"x\"\nconst %w f32[3,3,1,1] = fill(1)\n"
      "%t = Transpose(%x){perm=[0,3,1,2]}\n%c = Conv(%t, %w)" +
      kConv + "%y = Transpose(%c){perm=[0,2,3,1]}" + kEnd);
  ASSERT_THAT(ops_of(p), ElementsAre("Conv"));
  EXPECT_EQ(p.steps[0].operands[0].kind, exeunt::Operand::Kind::input);
  EXPECT_EQ(p.segments[0].outputs[0].operand.offset, p.steps[0].operands[1].offset);
}

TEST(BuildPlan, AReshapeOfAnotherLayoutReordersFirst) {
  EXPECT_THAT(ops_of(plan(kHead + "%y = Reshape(%c){shape=[1,60]}" + kEnd)), ElementsAre("Reorder", "Conv", "Reorder"));
  EXPECT_THAT(
      ops_of(plan("input %x f32[2,3] \"x\"\n%t = Transpose(%x){perm=[1,0]}\n%y = Reshape(%t){shape=[6]}" + kEnd)),
      ElementsAre("Reorder"));
}

TEST(BuildPlan, AViewKeepsItsBufferAlive) {
  const PlanData p = plan(
      "input %x f32[64] \"x\"\n%a = Abs(%x)\n%r = Reshape(%a){shape=[8,8]}\n%b = Exp(%x)\n"
      "%c = Exp(%b)\n%d = Reshape(%c){shape=[8,8]}\n%y = Add(%r, %d)" +
      kEnd);
  ASSERT_THAT(ops_of(p), ElementsAre("Abs", "Exp", "Exp", "Add"));
  EXPECT_NE(p.steps[1].operands[1].offset, p.steps[0].operands[1].offset);
  EXPECT_NE(p.steps[2].operands[1].offset, p.steps[0].operands[1].offset);
  EXPECT_EQ(p.steps[3].operands[0].offset, p.steps[0].operands[1].offset);
}

TEST(BuildPlan, ConstantsAreReorderedWhenThePlanIsBuilt) {
  const PlanData p =
      plan(kHead + "const %k f32[1,3,1,2] = {1,2,3,4,5,6}\n%z = Conv(%k, %w)" + kConv + "%v = Conv(%k, %w)" + kConv +
           "%s = Add(%z, %v)\n%y = Add(%c, %c)\noutput \"y\"\noutput \"z\"\nexit(%y, %s)");
  for (const Step& step : p.steps) {
    if (step.op == "Reorder") {
      EXPECT_NE(step.operands[0].kind, exeunt::Operand::Kind::constant) << step.name;
    }
  }
  std::vector<const std::byte*> data;
  for (const Step& step : p.steps) {
    if (step.op == "Conv" && step.operands[0].kind == exeunt::Operand::Kind::constant)
      data.push_back(step.operands[0].data);
  }
  ASSERT_EQ(data.size(), 2U);
  EXPECT_EQ(data[0], data[1]) << "one copy serves both";
  EXPECT_THAT((std::span(reinterpret_cast<const float*>(data[0]), 6)), ElementsAre(1, 3, 5, 2, 4, 6));
}

TEST(BuildPlan, WeightsThatAKernelPacksTakeNoOperand) {
  const PlanData p =
      plan("input %x f32[1,1,4,4] \"x\"\nconst %w f32[1,1,1,1] = fill(1)\n%y = Conv(%x, %w)" + kConv + kEnd);
  EXPECT_EQ(p.steps[0].operands.size(), 2U);
  EXPECT_THAT(p.constants, IsEmpty());
}

TEST(BuildPlan, ScratchMemoryIsTheLastOperandAndLivesForItsStepOnly) {
  const PlanData p = plan("input %x f32[16] \"x\"\n%a = Abs(%x)\n%t = Tanh(%a)\n%u = Tanh(%t)\n%y = Abs(%u)" + kEnd);
  ASSERT_EQ(p.steps[1].operands.size(), 3U);
  ASSERT_EQ(p.steps[2].operands.size(), 3U);
  EXPECT_EQ(p.arena_bytes, 1024U + 2 * 64U) << "both scratches share a place";
}

TEST(BuildPlan, OperandsLeftOutAreNotListed) {
  const PlanData p =
      plan("input %x f32[1,1,4,4] \"x\"\nconst %w f32[1,1,1,1] = fill(1)\n%y = Conv(%x, %w, _, %x)" + kConv + kEnd);
  ASSERT_EQ(p.steps[0].operands.size(), 3U);
  EXPECT_EQ(p.steps[0].operands[1].kind, exeunt::Operand::Kind::input);
}

TEST(BuildPlan, NothingOverlaysWhatTheOtherArmStillNeeds) {
  // %a is needed by the stay arm alone; the leave arm, whose steps come first, must not write over it.
  const PlanData p = plan(R"(
    input %x f32[64] "x"
    input %g bool[1] "g"
    %a = Abs(%x)
    %b = Exp(%a)
    %l1 = Exp(%x)
    %l2 = Log(%l1)
    %l3 = Exp(%l2)
    %s = Add(%a, %b)
    output "y"
    decide predicate(%g) > 0.5 {
      exit(%l3)
      decide max_prob(%b) > 0.5 { exit(%a) exit(%s) }
    }
  )");
  std::size_t a = 0;
  for (const Step& step : p.steps) {
    if (step.op == "Abs") a = step.operands.back().offset;
  }
  const Segment& exits = p.segments[static_cast<std::size_t>(p.exit_segments[1])];
  EXPECT_EQ(exits.outputs[0].operand.offset, a);
  ASSERT_EQ(p.segments[0].step_count, 0) << "both arms compute what they need themselves";
  // The same with %a placed before the decision.
  const PlanData q = plan(R"(
    input %x f32[64] "x"
    %a = Abs(%x)
    %l1 = Exp(%x)
    %l2 = Log(%l1)
    %l3 = Exp(%l2)
    output "y"
    decide max_prob(%a) > 0.5 { exit(%l3) exit(%a) }
  )");
  ASSERT_THAT(ops_of(q), ElementsAre("Abs", "Exp", "Log", "Exp"));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_NE(q.steps[i].operands.back().offset, q.steps[0].operands.back().offset);
}

TEST(BuildPlan, TheWaitingArmMayUseWhatTheFirstArmLeft) {
  const PlanData p = plan(R"(
    input %x f32[64] "x"
    input %g bool[1] "g"
    %l1 = Exp(%x)
    %l2 = Log(%l1)
    %s1 = Abs(%x)
    %s2 = Neg(%s1)
    output "y"
    decide predicate(%g) > 0.5 { exit(%l2) exit(%s2) }
  )");
  EXPECT_EQ(p.arena_bytes, 2 * 256U);
  EXPECT_EQ(p.peak_live_bytes, 2 * 256U);
}

TEST(BuildPlan, StepsAreNumberedInTheOrderOfTheTree) {
  const PlanData p = plan(R"(
    input %x f32[4] "x"
    %last = Tanh(%x) "last"
    %middle = Log(%x) "middle"
    %first = Exp(%x) "first"
    %root = Abs(%x) "root"
    %inner = Neg(%x) "inner"
    output "y"
    decide max_prob(%root) > 0.5 {
      exit(%first)
      decide max_prob(%inner) > 0.5 { exit(%middle) exit(%last) }
    }
  )");
  std::vector<std::string> names;
  for (const Step& step : p.steps) names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("root", "first", "inner", "middle", "last"));
  EXPECT_THAT(p.decision_segments, ElementsAre(0, 2));
  EXPECT_THAT(p.exit_segments, ElementsAre(1, 3, 4));
  int next = 0;
  for (const Segment& segment : p.segments) {
    EXPECT_EQ(segment.first_step, next);
    next += segment.step_count;
  }
  EXPECT_EQ(p.segments[0].leave, 1);
  EXPECT_EQ(p.segments[0].stay, 2);
  EXPECT_EQ(p.segments[2].decision, 1);
  EXPECT_EQ(p.segments[4].exit, 2);
}

TEST(BuildPlan, KeepsWhyABackendRefused) {
  const FakeBackend fast("fast", {"Exp"});
  const FakeBackend slow("slow");
  const PlanData p = build_plan(parse_graph("input %x f32[4] \"x\"\n%a = Exp(%x)\n%y = Abs(%a)" + kEnd),
                                std::array<const Backend*, 2>{&fast, &slow});
  EXPECT_EQ(p.steps[0].backend, "slow");
  ASSERT_EQ(p.steps[0].refusals.size(), 1U);
  EXPECT_EQ(p.steps[0].refusals[0].backend, "fast");
  EXPECT_EQ(p.steps[0].refusals[0].reason, "fast has no Exp");
  EXPECT_EQ(p.steps[1].backend, "fast");
  EXPECT_THAT(p.steps[1].refusals, IsEmpty());
}

TEST(BuildPlan, KeepsWhyAKernelWasNotTaken) {
  const PlanData p = plan("input %x f32[4] \"x\"\n%y = Sigmoid(%x)" + kEnd, FakeBackend("fake"));
  EXPECT_EQ(p.steps[0].kernel, "fake");
  EXPECT_THAT(p.steps[0].refusals, IsEmpty());
  ASSERT_EQ(p.steps[0].rivals.size(), 1U);
  EXPECT_EQ(p.steps[0].rivals[0].kernel, "second");
  EXPECT_EQ(p.steps[0].rivals[0].reason, "behind in the order of preference");
}

TEST(BuildPlan, TakesTheCandidatesThatAreChosen) {
  const FakeBackend backend("fake");
  std::vector<std::size_t> offered;
  const ChooseCandidates second = [&](const PlanData& draft, std::span<const std::vector<Candidate>> candidates) {
    for (const auto& field : candidates) offered.push_back(field.size());
    std::vector<Choice> choices(draft.steps.size());
    choices[0] = {1, {3.5, 2.5}, {"slower", ""}};
    return choices;
  };
  const PlanData p = build_plan(parse_graph("input %x f32[4] \"x\"\n%y = Sigmoid(%x)" + kEnd),
                                std::array<const Backend*, 1>{&backend}, second);
  EXPECT_THAT(offered, ElementsAre(2));
  EXPECT_EQ(p.steps[0].kernel, "second");
  EXPECT_EQ(p.steps[0].us, 2.5);
  ASSERT_EQ(p.steps[0].rivals.size(), 1U);
  EXPECT_EQ(p.steps[0].rivals[0].kernel, "fake");
  EXPECT_EQ(p.steps[0].rivals[0].us, 3.5);
  EXPECT_EQ(p.steps[0].rivals[0].reason, "slower");
}

TEST(BuildPlan, StepsKnowTheirValueAndTheirNodes) {
  const PlanData p = plan(kHead + "%y = Tanh(%c) \"squash\"" + kEnd);
  ASSERT_THAT(ops_of(p), ElementsAre("Reorder", "Conv", "Reorder", "Tanh"));
  EXPECT_EQ(p.steps[2].value, p.steps[1].value) << "a reorder makes what it copies";
  EXPECT_NE(p.steps[3].value, p.steps[1].value);
  EXPECT_THAT(p.steps[2].nodes, IsEmpty());
  EXPECT_THAT(p.steps[3].nodes, ElementsAre("squash"));
  // Behind the result comes Tanh's scratch memory.
  EXPECT_EQ(p.steps[3].result_at, p.steps[3].operands.size() - 2);
  EXPECT_EQ(p.steps[1].result_at, p.steps[1].operands.size() - 1);
}

TEST(BuildPlan, NamesTheNodeThatNoBackendRuns) {
  const FakeBackend first("first", {"Exp"});
  const FakeBackend last("last", {"Exp"});
  expect_error(ErrorCode::unsupported, "node 'grow' (Exp): no backend runs it: last has no Exp", [&] {
    build_plan(parse_graph("input %x f32[4] \"x\"\n%y = Exp(%x) \"grow\"" + kEnd),
               std::array<const Backend*, 2>{&first, &last});
  });
}

TEST(BuildPlan, AReorderComesFromTheFirstBackendThatHasOne) {
  const FakeBackend without("without", {}, false);
  const FakeBackend with("with");
  const PlanData p =
      build_plan(parse_graph(kHead + "%y = Abs(%c)" + kEnd), std::array<const Backend*, 2>{&without, &with});
  ASSERT_THAT(ops_of(p), ElementsAre("Reorder", "Conv", "Reorder", "Abs"));
  EXPECT_EQ(p.steps[0].backend, "with");
  EXPECT_EQ(p.steps[0].name, "x");
  EXPECT_EQ(p.steps[1].backend, "without");
}

TEST(BuildPlan, ExitsMayHoldInputsAndConstants) {
  const PlanData p =
      plan("input %x f32[1,3,4,5] \"x\"\nconst %k i64[1] = {7}\noutput \"y\"\noutput \"k\"\nexit(%x, %k)");
  EXPECT_THAT(p.steps, IsEmpty());
  EXPECT_EQ(p.segments[0].outputs[0].operand.kind, exeunt::Operand::Kind::input);
  ASSERT_EQ(p.segments[0].outputs[1].operand.kind, exeunt::Operand::Kind::constant);
  EXPECT_EQ(*reinterpret_cast<const std::int64_t*>(p.segments[0].outputs[1].operand.data), 7);
  EXPECT_EQ(p.arena_bytes, 0U);
}

TEST(BuildPlan, CountsBytesAndWork) {
  const PlanData p = plan("input %x f32[2,3] \"x\"\nconst %w f32[3,4] = fill(1)\n%y = MatMul(%x, %w)" + kEnd);
  EXPECT_EQ(p.steps[0].macs, 24);
  EXPECT_EQ(p.steps[0].bytes, (6U + 12U + 8U) * 4);
  EXPECT_EQ(p.constant_bytes, 48U);
}

}  // namespace

}  // namespace exeunt

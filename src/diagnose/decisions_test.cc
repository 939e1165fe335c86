#include <set>

#include "support/diagnosis.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Two heads on x [1,2]; `decision` chooses between them. Values: %l and %p of the early head, %m and %q of the late
/// one.
std::string two_heads(const std::string& tree, const std::string& more = "") {
  return fmt::format(R"(
    input %x f32[1,2] "x"
    const %w f32[2,4] = {{1, 2, 3, 4, 5, 6, 7, 8}}
    const %v f32[4,8] = fill(0.5)
    const %u f32[8,4] = fill(0.25)
    const %u2 f32[4,4] = fill(0.125)
    const %t f32[2,4] = {{8, 7, 6, 5, 4, 3, 2, 1}}
    %l = MatMul(%x, %w) "early"
    %p = Softmax(%l) {{axis=1}} "early_softmax"
    %h = MatMul(%l, %v) "hidden"
    %m = MatMul(%h, %u) "late"
    %q = Softmax(%m) {{axis=1}} "late_softmax"
    {}
    output "y"
    {})",
                     more, tree);
}

constexpr std::string_view kArms = "{ exit(%p) predicts(0, 0, 4, true) exit(%q) predicts(0, 0, 4, true) }";

std::vector<Warning> warnings_of_text(const std::string& text) { return warnings_of(parse_graph(text)); }

std::vector<Warning> with_threshold(const std::string& threshold) {
  return warnings_of_text(two_heads(fmt::format("decide max_prob(%p) > {} \"sure\" {}", threshold, kArms)));
}

TEST(Diagnose, AHealthyModelGivesNoWarnings) { EXPECT_THAT(codes(with_threshold("0.9")), IsEmpty()); }

TEST(Diagnose, CheckNamesAreUnique) {
  std::set<std::string_view> names;
  for (const Check& check : all_checks()) EXPECT_TRUE(names.insert(check.name).second) << check.name;
}

TEST(Diagnose, EveryWarningSaysWhatAndWhatToDo) {
  for (const std::string threshold : {"0.1", "1", "2"}) {
    for (const Warning& warning : with_threshold(threshold)) {
      EXPECT_FALSE(warning.message.empty()) << warning.code;
      EXPECT_FALSE(warning.hint.empty()) << warning.code;
    }
  }
}

TEST(NoDecision, IsTold) {
  const auto warnings = warnings_of_text(two_heads("exit(%q)"));
  ASSERT_THAT(codes(warnings), ElementsAre("no_decision"));
  EXPECT_THAT(warnings[0].message, HasSubstr("always runs the same path"));
  EXPECT_THAT(warnings[0].hint, HasSubstr("tracing a Python `if` freezes one arm"));
  EXPECT_THAT(warnings[0].hint, HasSubstr("see compose"));
}

TEST(NoDecision, SeveralHeadsCanBecomeExits) {
  const auto warnings = warnings_of_text(
      "input %x f32[1,2] \"x\"\n%a = Softmax(%x)\n%n = Neg(%x)\n%b = Softmax(%n)\noutput \"early\"\noutput \"late\"\n"
      "exit(%a, %b)");
  ASSERT_THAT(codes(warnings), ElementsAre("no_decision"));
  EXPECT_THAT(warnings[0].message, HasSubstr("2 heads"));
  EXPECT_EQ(warnings[0].hint, "compose --heads early,late makes exits of them");
}

TEST(ConstantDecision, ThatPassesFoldIsTold) {
  const auto warnings = warnings_of_text(R"(
    input %x f32[1,2] "x"
    const %c bool[1] = {1}
    %d = Not(%c)
    %y = Neg(%x)
    output "y"
    decide predicate(%d) > 0.5 "frozen" { exit(%x) exit(%y) })");
  ASSERT_THAT(codes(warnings), ElementsAre("constant_decision frozen"));
  EXPECT_THAT(warnings[0].message, HasSubstr("every sample goes to exit 1"));
}

TEST(Threshold, OfOneOrMoreIsNeverExceeded) {
  for (const std::string threshold : {"1", "1.5"}) {
    const auto warnings = with_threshold(threshold);
    ASSERT_THAT(codes(warnings), ElementsAre("threshold_never sure"));
    EXPECT_THAT(warnings[0].message, HasSubstr("exit 0 can never be chosen"));
  }
  EXPECT_THAT(codes(with_threshold("0.999")), IsEmpty());
}

TEST(Threshold, OfOneOverClassesOrLessIsAlwaysExceeded) {
  for (const std::string threshold : {"-1", "0", "0.25"}) {
    const auto warnings = with_threshold(threshold);
    ASSERT_THAT(codes(warnings), ElementsAre("threshold_always sure"));
    EXPECT_THAT(warnings[0].message, HasSubstr("the largest of 4 probabilities is at least 0.25"));
    EXPECT_THAT(warnings[0].message, HasSubstr("exit 1 can never be chosen"));
  }
  EXPECT_THAT(codes(with_threshold("0.26")), IsEmpty());
  // The f32 nearest to a tenth lies above it.
  const auto of_ten = warnings_of_text(R"(
    input %x f32[1,10] "x"
    %p = Softmax(%x)
    %y = Neg(%x)
    output "y"
    decide max_prob(%p) > 0.1 "sure" { exit(%p) exit(%y) })");
  EXPECT_THAT(codes(of_ten), Contains("threshold_always sure"));
}

TEST(UnnormalisedScores, AFusedSigmoidIsBounded) {
  const auto warnings = warnings_of_text(R"(
    input %x f32[1,2] "x"
    const %w f32[2,3] = {1, 2, 3, 4, 5, 6}
    %l = Gemm(%x, %w)
    %s = Sigmoid(%l)
    %m = ReduceMax(%s)
    const %t f32[] = {0.5}
    %c = Greater(%m, %t)
    %n = Exp(%l)
    output "y"
    decide predicate(%c) > 0.5 "sure" { exit(%s) exit(%n) })");
  EXPECT_THAT(codes(warnings), Not(Contains("unnormalised_scores sure")));
}

/// A second decision, on `second`, of those who stay behind max_prob(%p) > 0.5.
std::vector<Warning> with_second(const std::string& second) {
  return warnings_of_text(two_heads(fmt::format(
      "decide max_prob(%p) > 0.5 \"first\" {{ exit(%p) decide max_prob({} \"second\" {{ exit(%l) exit(%q) }} }}",
      second)));
}

TEST(UnreachableExit, ASecondDecisionOnASettledScore) {
  for (const std::string second : {"%p) > 0.5", "%p) > 0.6"}) {
    const auto warnings = with_second(second);
    ASSERT_THAT(codes(warnings), ElementsAre("unreachable_exit second")) << second;
    EXPECT_THAT(warnings[0].message, HasSubstr("'first' has settled this score already: exit 1 can never be chosen"));
  }
}

TEST(UnreachableExit, AnotherHeadOrALowerThresholdIsReached) {
  EXPECT_THAT(codes(with_second("%p) > 0.4")), IsEmpty());
  EXPECT_THAT(codes(warnings_of_text(two_heads(R"(
    decide max_prob(%p) > 0.5 { exit(%p) decide max_prob(%q) > 0.5 { exit(%q) exit(%z) } })",
                                               "%k = MatMul(%m, %u2) %z = Softmax(%k) {axis=1}"))),
              IsEmpty());
}

TEST(UnreachableExit, OfThoseWhoLeftTheOtherWayIsClosed) {
  const auto warnings = warnings_of_text(two_heads(
      "decide max_prob(%p) > 0.5 \"first\" { decide max_prob(%p) > 0.4 \"second\" { exit(%p) exit(%q) } exit(%m) }"));
  ASSERT_THAT(codes(warnings), Contains("unreachable_exit second"));
  EXPECT_THAT(warnings[0].message, HasSubstr("exit 1 can never be chosen"));
}

TEST(UnusedHead, WorkWhoseResultGoesNowhere) {
  const auto warnings =
      warnings_of_text(two_heads(fmt::format("decide max_prob(%p) > 0.9 {}", kArms), "%z = MatMul(%h, %u) \"lost\""));
  ASSERT_THAT(codes(warnings), ElementsAre("unused_head lost"));
  EXPECT_THAT(warnings[0].message, HasSubstr("32 MACs"));
}

TEST(UnusedHead, ThatDecidesButNeverAnswers) {
  const auto warnings = warnings_of_text(two_heads(R"(
    decide max_prob(%p) > 0.9 "sure" {
      exit(%z) predicts(0, 0, 4, true)
      exit(%q) predicts(0, 0, 4, true)
    })",
                                                   "%o = MatMul(%x, %t) %z = Softmax(%o) {axis=1}"));
  ASSERT_THAT(codes(warnings), ElementsAre("unused_head sure"));
  EXPECT_THAT(warnings[0].message, HasSubstr("exit 0 answers with another head's"));
}

TEST(UnusedHead, ThatAnswersWithLogitsIsUsed) {
  EXPECT_THAT(
      codes(warnings_of_text(two_heads(
          "decide max_prob(%p) > 0.9 { exit(%l) predicts(0, 0, 4, false) exit(%m) predicts(0, 0, 4, false) }"))),
      IsEmpty());
}

TEST(LateExit, AfterWhichAlmostNothingIsLeft) {
  const auto share = [](const std::string& width) {
    return warnings_of_text(fmt::format(R"(
      input %x f32[1,10] "x"
      const %w f32[10,10] = fill(1)
      const %v f32[10,{}] = fill(2)
      %l = MatMul(%x, %w)
      %p = Softmax(%l)
      %q = MatMul(%l, %v)
      output "y"
      decide max_prob(%p) > 0.9 "late" {{ exit(%p) exit(%q) }})",
                                        width));
  };
  const auto warnings = share("1");
  ASSERT_THAT(codes(warnings), ElementsAre("late_exit late"));
  EXPECT_THAT(warnings[0].message, HasSubstr("exit 0 comes after 90.9 % of the MACs"));
  EXPECT_THAT(warnings[0].message, HasSubstr("saves 9.1 %"));
  EXPECT_THAT(codes(share("2")), IsEmpty());
}

TEST(LateExit, ThatCostsAsMuchSavesNothing) {
  const auto warnings = warnings_of_text(R"(
    input %x f32[1,10] "x"
    const %w f32[10,10] = fill(1)
    %l = MatMul(%x, %w)
    %p = Softmax(%l)
    output "y"
    decide max_prob(%p) > 0.9 "late" { exit(%p) exit(%l) })");
  ASSERT_THAT(codes(warnings), ElementsAre("late_exit late"));
  EXPECT_THAT(warnings[0].message, HasSubstr("saves nothing"));
}

TEST(RepeatedSoftmax, OnOnePath) {
  const auto warnings = warnings_of_text(two_heads("decide max_prob(%p) > 0.9 { exit(%z) exit(%q) }",
                                                   "%r = Reshape(%l) {shape=[4]} %z = Softmax(%r) {axis=0} \"again\""));
  ASSERT_THAT(codes(warnings), ElementsAre("repeated_softmax again"));
  EXPECT_THAT(warnings[0].message, HasSubstr("'early_softmax'"));
}

TEST(RepeatedSoftmax, OfOtherScoresOrAnotherAxisIsNone) {
  EXPECT_THAT(codes(warnings_of_text(R"(
    input %x f32[1,2,2] "x"
    %a = Softmax(%x) {axis=1}
    %b = Softmax(%x) {axis=2}
    %y = Add(%a, %b)
    %r = Reshape(%y) {shape=[1,4]}
    %c = Softmax(%r) {axis=1}
    output "y"
    decide max_prob(%c) > 0.9 { exit(%c) exit(%y) })")),
              IsEmpty());
}

TEST(SoftmaxOfSoftmax, NeverGetsSure) {
  const auto warnings = warnings_of_text(
      two_heads("decide max_prob(%z) > 0.9 { exit(%z) exit(%q) }", "%z = Softmax(%p) {axis=1} \"outer\""));
  ASSERT_THAT(codes(warnings), ElementsAre("softmax_of_softmax outer"));
  EXPECT_THAT(warnings[0].message, HasSubstr("of 4 classes none gets over 0.475"));
}

}  // namespace

}  // namespace exeunt

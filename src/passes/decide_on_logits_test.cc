#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr double kRounding = 1e-6;

TEST(DecideOnLogits, TakesTheSoftmaxThatNothingElseUses) {
  expect_rewrite("decide_on_logits", 1, R"(
    input %x f32[1,3] "x"
    %p = Softmax(%x)
    %y = Neg(%x)
    output "y"
    decide max_prob(%p) > 0.5 { exit(%x) exit(%y) }
  )",
                 R"(
    input %x f32[1,3] "x"
    %y = Neg(%x)
    output "y"
    decide max_prob(%x) > 0.5 logits { exit(%x) exit(%y) }
  )",
                 kRounding);
}

TEST(DecideOnLogits, ForEveryCriterionOnClassScores) {
  for (const char* criterion : {"margin", "entropy", "patience"}) {
    const auto graph = [&](const char* softmax, const char* seen, const char* kind) {
      return fmt::format("input %x f32[1,3] \"x\"\n{}\noutput \"y\"\ndecide {}({}) > 0.5{} {{ exit(%x) exit(%x) }}",
                         softmax, criterion, seen, kind);
    };
    expect_rewrite("decide_on_logits", 1, graph("%p = Softmax(%x)", "%p", " temperature(2)"),
                   graph("", "%x", " logits temperature(2)"), kRounding);
  }
}

TEST(DecideOnLogits, TwoDecisionsOnOneSoftmaxShareIt) {
  expect_rewrite("decide_on_logits", 2, R"(
    input %x f32[1,3] "x"
    %p = Softmax(%x)
    output "y"
    decide max_prob(%p) > 0.9 { exit(%x) decide margin(%p) > 0.2 { exit(%x) exit(%x) } }
  )",
                 R"(
    input %x f32[1,3] "x"
    output "y"
    decide max_prob(%x) > 0.9 logits { exit(%x) decide margin(%x) > 0.2 logits { exit(%x) exit(%x) } }
  )",
                 kRounding);
}

TEST(DecideOnLogits, KeepsProbabilitiesThatAnExitGives) {
  expect_untouched("decide_on_logits", R"(
    input %x f32[1,3] "x"
    %p = Softmax(%x)
    output "y"
    decide max_prob(%p) > 0.5 { exit(%p) exit(%x) }
  )");
}

TEST(DecideOnLogits, KeepsASoftmaxOverPartsOfTheScores) {
  expect_untouched("decide_on_logits", R"(
    input %x f32[2,3] "x"
    %p = Softmax(%x)
    output "y"
    decide max_prob(%p) > 0.5 { exit(%x) exit(%x) }
  )");
}

}  // namespace

}  // namespace exeunt

#include <exeunt/tools/versus.h>

#include "support/expect_error.h"
#include "support/plan_of.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

const std::string kTwoExits = R"(
  input %x f32[1,2] "x"
  %y = Neg(%x)
  output "y"
  decide max_prob(%x) > 0.5 { exit(%x) exit(%y) }
)";

/// Pairs are counted, not timed.
VersusOptions few_pairs() {
  VersusOptions options;
  options.warmup_ms = 0;
  options.duration_s = 0;
  options.least_pairs = 8;
  return options;
}

struct Sides {
  Plan plan = plan_of(kTwoExits);
  Tensor samples = f32({4, 2}, {0.9F, 0, 0, 0, 0, 0.6F, 0, 0});
  int opened = 0;

  Contender side() {
    return {[this] {
              ++opened;
              return Session(plan);
            },
            {&samples, 1}};
  }
};

TEST(Versus, CountsPairsAndRuns) {
  Sides sides;
  const Versus result = versus(sides.side(), sides.side(), few_pairs());
  EXPECT_EQ(result.pairs, 8);
  EXPECT_GE(result.runs_a_side, 32) << "of the mix, so that the exits' shares show";
  EXPECT_EQ(result.a_us.runs, 8 * result.runs_a_side);
  EXPECT_EQ(result.b_us.runs, result.a_us.runs);
  EXPECT_LE(result.ratio.low, result.ratio.median);
  EXPECT_LE(result.ratio.median, result.ratio.high);
}

TEST(Versus, OneExitAlone) {
  Sides sides;
  VersusOptions options = few_pairs();
  options.exit = 1;
  const Versus result = versus(sides.side(), sides.side(), options);
  EXPECT_EQ(result.pairs, 8);
  EXPECT_GE(result.runs_a_side, 3);
}

// What a handicap of nine times the run adds no noise can hide: B waits for it by the same clock.
TEST(Versus, AHandicapIsFound) {
  Sides sides;
  VersusOptions options = few_pairs();
  options.least_pairs = 40;
  options.exit = 0;
  options.handicap = 9;
  const Versus result = versus(sides.side(), sides.side(), options);
  EXPECT_EQ(result.verdict, RatioVerdict::a_faster);
  EXPECT_GT(result.ratio.median, 2);
}

TEST(Versus, SessionsAreOpenedAnew) {
  Sides sides;
  VersusOptions options = few_pairs();
  options.duration_s = 0.02;
  std::int64_t last = -1;
  options.progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GE(done, last);
    EXPECT_EQ(total, 20);
    last = done;
  };
  versus(sides.side(), sides.side(), options);
  EXPECT_GT(sides.opened, 2);
  EXPECT_GE(last, 0);
}

TEST(Versus, WrongArguments) {
  Sides sides;
  const auto refused = [&](const std::string& text, const VersusOptions& options) {
    expect_error(ErrorCode::argument, text, [&] { versus(sides.side(), sides.side(), options); });
  };
  VersusOptions options = few_pairs();
  options.exit = 2;
  refused("there is no exit 2", options);
  options = few_pairs();
  options.batch = 2;
  refused("a batch of 2; the session takes 1 to 1", options);
  options = few_pairs();
  options.least_pairs = 5;
  refused("5 pairs", options);
  options = few_pairs();
  options.duration_s = -1;
  refused("-1", options);
  Sides fewer;
  fewer.samples = f32({1, 2}, {1, 2});
  expect_error(ErrorCode::argument, "A gets 4 batches of samples and B 1",
               [&] { versus(sides.side(), fewer.side(), few_pairs()); });
}

}  // namespace

}  // namespace exeunt

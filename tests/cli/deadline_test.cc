#include <numeric>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

const std::string kNobodyLeaves = "2";
const std::string kAnHour = "3600000000";

Arguments with(Arguments arguments, const Arguments& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

Arguments eval_until(const std::string& deadline_us, const Arguments& more = {}) {
  return with({"eval", kDigits, "--data", kDigitsData, "--deterministic", "--deadline-us", deadline_us}, more);
}

Arguments bench_until(const std::string& deadline_us, const Arguments& more = {}) {
  return with({"bench", kDigits, "--data", kDigitsData, "--deterministic", "--duration", "0", "--warmup", "0",
               "--iterations", "20", "--deadline-us", deadline_us},
              more);
}

TEST(EvalDeadline, WithTimeEnoughNothingIsCutShort) {
  const Json free = expect_json({"eval", kDigits, "--data", kDigitsData, "--deterministic"});
  EXPECT_FALSE(free.contains("deadline"));
  const Json json = expect_json(eval_until(kAnHour));
  EXPECT_EQ(json["accuracy"], free["accuracy"]);
  EXPECT_EQ(json["exits"][0]["share"], free["exits"][0]["share"]);
  const Json& deadline = json["deadline"];
  EXPECT_EQ(deadline["runs"], 600);
  EXPECT_EQ(deadline["cut_short"], 0);
  EXPECT_EQ(deadline["cut_short_share"], 0);
  EXPECT_EQ(deadline["cut_short_accuracy"], nullptr);
  EXPECT_EQ(deadline["missed"], 0);
  EXPECT_EQ(deadline["overrun_us"]["p99"], 0);
  EXPECT_THAT(expect_success(eval_until(kAnHour)), HasSubstr("0.0 % of the answers were cut short. None was late."));
}

TEST(EvalDeadline, WithoutTimeTheFirstExitAnswersAll) {
  const TempDir folder;
  const std::string saved = folder / "answers.npz";
  const Json json = expect_json(eval_until("0", {"--threshold", kNobodyLeaves, "--save", saved}));
  EXPECT_EQ(json["exits"][0]["share"], 1);
  EXPECT_NEAR(json["accuracy"].get<double>(), 584 / 600.0, 1e-9) << "that of the first head on all samples";
  const Json& deadline = json["deadline"];
  EXPECT_EQ(deadline["deadline_us"], 0);
  EXPECT_EQ(deadline["cut_short_share"], 1);
  EXPECT_EQ(deadline["cut_short_by_exit"], Json::array({600, 0}));
  EXPECT_EQ(deadline["cut_short_accuracy"], json["accuracy"]);
  EXPECT_EQ(deadline["missed_share"], 1);
  EXPECT_GT(deadline["overrun_us"]["p50"].get<double>(), 0);
  const Arrays answers = read_npz(saved);
  const auto cut_short = answers.at("cut_short").span<std::uint8_t>();
  EXPECT_EQ(std::accumulate(cut_short.begin(), cut_short.end(), 0), 600);
}

TEST(EvalDeadline, WhoWouldHaveLeftAnywayIsNotCutShort) {
  const Json json = expect_json(eval_until("0"));
  EXPECT_EQ(json["exits"][0]["samples"], 600);
  EXPECT_EQ(json["deadline"]["cut_short"], 35);
  EXPECT_THAT(expect_success(eval_until("0")), HasSubstr("5.8 % of the answers were cut short (exit 0: 35), of these"));
}

TEST(EvalDeadline, HeadsAndOtherModelsHaveNone) {
  const Json json = expect_json(eval_until("0", {"--all-exits", "--against", kPlainDigits}));
  EXPECT_NEAR(json["heads"][1]["accuracy"].get<double>(), 591 / 600.0, 1e-9);
  EXPECT_NEAR(json["against"]["accuracy"].get<double>(), 591 / 600.0, 1e-9);
  EXPECT_EQ(json["deadline"]["runs"], 600);
}

TEST(BenchDeadline, IsOfTheMix) {
  const Json json = expect_json(bench_until(kAnHour));
  EXPECT_EQ(json["mix"]["deadline"]["runs"], json["mix"]["latency_us"]["runs"]);
  EXPECT_EQ(json["mix"]["deadline"]["cut_short"], 0);
  EXPECT_EQ(json["mix"]["deadline"]["missed"], 0);
  EXPECT_FALSE(json["exits"][0].contains("deadline"));
  EXPECT_FALSE(json["mix"].contains("steps_us")) << "steps are timed without a deadline only";
  EXPECT_TRUE(json["exits"][0].contains("steps_us"));
}

TEST(BenchDeadline, WithoutTimeTheFirstExitAnswersAll) {
  for (const char* streams : {"1", "2"}) {
    const Json json =
        expect_json(bench_until("0", {"--threshold", kNobodyLeaves, "--exit", "mix", "--streams", streams}));
    EXPECT_EQ(json["shares"], Json::array({1, 0}));
    const Json& deadline = json["mix"]["deadline"];
    EXPECT_EQ(deadline["cut_short_share"], 1);
    EXPECT_EQ(deadline["cut_short_by_exit"][0], deadline["runs"]);
    EXPECT_EQ(deadline["missed_share"], 1);
  }
  EXPECT_THAT(expect_success(bench_until("0", {"--threshold", kNobodyLeaves})),
              HasSubstr("Deadline 0 us: 100.0 % of the answers were cut short (exit 0: "));
}

TEST(Deadline, WrongUsage) {
  for (const std::string text : {"-1", "nan", "inf", "x", "", "1e13"})
    expect_wrong_usage({"eval", kDigits, "--data", "random", "--deadline-us=" + text}, "--deadline-us");
  expect_wrong_usage(eval_until("5", {"--batch", "2"}), "a deadline is for one sample");
  for (const Arguments& more : {Arguments{"--batch", "2"}, {"--exit", "1"}, {"--versus", "fp32", "int8"}})
    expect_wrong_usage(bench_until("5", more), "--deadline-us is for the mix");
  expect_wrong_usage(bench_until("5", {"--exit", "mix", "--dumpProfile"}), "steps are not timed");
}

}  // namespace
}  // namespace exeunt::testing

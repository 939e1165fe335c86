#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

/// Few pairs.
Arguments versus_of(const Arguments& more) {
  Arguments arguments = {"bench", "--warmup", "0", "--duration", "0"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void expect_comparison(const Json& json) {
  const Json& ratio = json["ratio"];
  EXPECT_LE(ratio["low"].get<double>(), ratio["median"].get<double>());
  EXPECT_LE(ratio["median"].get<double>(), ratio["high"].get<double>());
  EXPECT_THAT(json["verdict"], ::testing::AnyOf("no difference", "A is faster", "B is faster"));
  EXPECT_GE(json["pairs"].get<int>(), 20);
  EXPECT_EQ(json["confidence"], 0.99);
  EXPECT_EQ(json["margin"], 0.01);
  for (const char* side : {"a", "b"}) EXPECT_GT(json[side]["latency_us"]["p50"].get<double>(), 0);
}

TEST(CliVersus, TwoModels) {
  const Json json = expect_json(versus_of({"--versus", kDigits, kPlainDigits, "--data", kDigitsData}));
  expect_comparison(json);
  EXPECT_EQ(json["a"]["model"], kDigits);
  EXPECT_EQ(json["b"]["model"], kPlainDigits);
  EXPECT_EQ(json["measured"], "mix");
  EXPECT_EQ(json["same_plan"], false);
  EXPECT_TRUE(json["warnings"].empty());
}

TEST(CliVersus, TheSameTwiceIsOnePlan) {
  const Json json = expect_json(versus_of({"--versus", kDigits, kDigits, "--exit", "0"}));
  expect_comparison(json);
  EXPECT_EQ(json["same_plan"], true);
  EXPECT_EQ(json["measured"], "exit 0");
}

TEST(CliVersus, APlanAndItsModel) {
  const TempDir folder;
  const std::string plan = (folder / "digits.plan").string();
  expect_success({"build", kDigits, "-o", plan});
  expect_comparison(expect_json(versus_of({"--versus", plan, kDigits, "--exit", "1"})));
  expect_failure(versus_of({"--versus", plan + ":int8", kDigits}), {"is built already"});
}

TEST(CliVersus, TwoPrecisionsOfAModel) {
  const Json json = expect_json(versus_of({kDigits, "--versus", "fp32", "int8", "--calib", kDigitsData, "--strict"}));
  expect_comparison(json);
  EXPECT_EQ(json["a"]["precision"], "fp32");
  EXPECT_EQ(json["b"]["precision"], "int8");
  const Json files = expect_json(
      versus_of({"--versus", kDigits, kDigits + ":int8", "--calib", kDigitsData, "--strict", "--exit", "1"}));
  EXPECT_EQ(files["a"]["precision"], "fp32");
  EXPECT_EQ(files["b"]["precision"], "int8");
}

// No noise hides a side that takes five times as long.
TEST(CliVersus, AHandicapIsFound) {
  const Json json =
      expect_json(versus_of({"--versus", kDigits, kDigits, "--exit", "1", "--handicap", "400", "--iterations", "60"}));
  EXPECT_EQ(json["verdict"], "A is faster");
  EXPECT_GT(json["ratio"]["low"].get<double>(), 1);
}

TEST(CliVersus, NoiseIsWarnedOfWhereItDecides) {
  const Json noise = expect_json(versus_of({"--versus", kDigits, kDigits}));
  ASSERT_EQ(noise["warnings"].size(), 1U);
  EXPECT_EQ(noise["warnings"][0]["code"], "noise_input");
}

TEST(CliVersus, Text) {
  const std::string text = expect_success(versus_of({"--versus", kDigits, kPlainDigits, "--data", kDigitsData}));
  for (const char* part : {"A: lenet_digits.onnx, fp32\n", "B: lenet_digits_plain.onnx, fp32\n", "pairs of", "p50",
                           "with 99 % confidence"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(CliVersus, WrongUsage) {
  expect_wrong_usage({"bench", "--versus", kDigits}, "--versus");
  expect_wrong_usage({"bench", "--versus", "fp32", "int8"}, "of which MODEL");
  for (const std::string side : {"fp99", "models/digits/lenet_digits.onnx:fp99"}) {
    const std::string text = fmt::format("--versus: '{}' is neither a file nor a precision", side);
    expect_wrong_usage({"bench", kDigits, "--versus", "fp32", side}, text);
    expect_wrong_usage({"inspect", kDigits, "--report", "x.html", "--versus", side}, text);
  }
  expect_wrong_usage({"bench", kDigits, "--versus", "fp99", "fp32"}, "fp32, bf16, fp16, half, int8, best");
  expect_failure({"bench", "--versus", kDigits, "missing.onnx", "--deterministic"}, {"missing.onnx"});
  expect_wrong_usage({"bench", kDigits, "--versus", kDigits, kPlainDigits}, "neither");
  expect_wrong_usage({"bench", "--versus", kDigits, kDigits, "--streams", "2"}, "--streams");
  expect_wrong_usage({"bench", "--versus", kDigits, kDigits, "--dumpProfile"}, "--versus");
  expect_wrong_usage({"bench", "--versus", kDigits, kDigits, "--margin=-1"}, "--margin");
  expect_failure(versus_of({"--versus", kDigits, "missing.onnx"}), {"missing.onnx"});
  expect_failure(versus_of({"--versus", kDigits, kPlainDigits, "--exit", "1"}), {"there is no exit 1"});
}

}  // namespace
}  // namespace exeunt::testing

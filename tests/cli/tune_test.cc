#include <cmath>
#include <fstream>
#include <sstream>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// `tune` of the digits, measured for a moment only.
Arguments tune_digits(const std::string& out, Arguments more) {
  Arguments arguments = {"tune", kDigits, "--data", kDigitsData, "--duration", "0.05", "-o", out};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

class TuneCommand : public ::testing::Test {
 protected:
  std::string json_file() const { return (folder_ / "tuned.json").string(); }
  std::string model_file() const { return (folder_ / "tuned.onnx").string(); }
  std::string text_of(const std::string& file) const {
    std::ostringstream text;
    text << std::ifstream(file, std::ios::binary).rdbuf();
    return text.str();
  }

  TempDir folder_;
};

TEST_F(TuneCommand, JsonHasTheKeysOfTheContract) {
  const Json json = expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5"}));
  ASSERT_GE(json["points"].size(), 3U);
  for (const Json& point : json["points"]) {
    EXPECT_EQ(point["thresholds"].size(), 1U);
    EXPECT_TRUE(point["accuracy"].is_number() && point["latency_us"].is_number());
    EXPECT_NEAR(point["shares"][0].get<double>() + point["shares"][1].get<double>(), 1, 1e-9);
  }
  EXPECT_EQ(json["chosen"]["settings"][0]["criterion"], "max_prob");
  EXPECT_EQ(json["held_out"]["samples"], 300);
  EXPECT_TRUE(json["held_out"]["drop_error"].is_number());
  EXPECT_EQ(json["held_out"]["measured"]["samples"], 300);
  EXPECT_TRUE(json["verdict"]["sentence"].is_string());
  EXPECT_EQ(json["verdict"]["each_alone"].size(), 2U);
  EXPECT_EQ(json["written"], Json::array({json_file()}));
}

TEST_F(TuneCommand, NothingIsCalledHeldOutThatWasFitted) {
  const std::string text = expect_success(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--all-samples"}));
  EXPECT_THAT(text, HasSubstr("On the 600 samples that were fitted:"));
}

TEST_F(TuneCommand, AModelWithoutExitsIsNamed) {
  expect_failure({"tune", kPlainDigits, "--data", kDigitsData, "--max-accuracy-drop", "0.5", "-o", json_file()},
                 {kPlainDigits, "the model has no exits"});
}

TEST_F(TuneCommand, TheChoiceIsWhatEvalFindsOnTheSamplesHeldOut) {
  const Json tuned = expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5"}));
  const Json eval =
      expect_json({"eval", kDigits, "--data", kDigitsData, "--part", "1/2", "--tuning", json_file(), "--all-exits"});
  EXPECT_EQ(eval["samples"], 300);
  EXPECT_EQ(eval["drift"]["level"], "none");
  EXPECT_NEAR(eval["accuracy"].get<double>(), tuned["held_out"]["accuracy"].get<double>(), 1e-9);
  EXPECT_NEAR(eval["exits"][0]["share"].get<double>(), tuned["held_out"]["shares"][0].get<double>(), 1e-9);
  EXPECT_NEAR(eval["heads"][1]["accuracy"].get<double>(), tuned["held_out"]["full_accuracy"].get<double>(), 1e-9);
  EXPECT_NEAR(eval["accuracy"].get<double>(), tuned["held_out"]["measured"]["accuracy"].get<double>(), 1e-9);
  const Json fitted = expect_json({"eval", kDigits, "--data", kDigitsData, "--part", "0/2", "--tuning", json_file()});
  EXPECT_NEAR(fitted["accuracy"].get<double>(), tuned["chosen"]["accuracy"].get<double>(), 1e-9);
}

// With one decision the fastest within a drop is the one that lets most leave, whatever the times are.
TEST_F(TuneCommand, ResultsOfTheDigitsStayWhatTheyAre) {
  const Json json =
      expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--backend", "ref", "--fit-temperatures"}));
  const auto shown = [](const Json& number) { return fmt::format("{:.3f}", number.get<double>()); };
  const std::string text = fmt::format(
      "threshold {} temperature {}\nfitted: {} right, {} leave\nheld out: {} right, {} leave\nfull: {}\nECE {} to {}",
      shown(json["chosen"]["thresholds"][0]), shown(json["chosen"]["settings"][0]["temperature"]),
      shown(json["chosen"]["accuracy"]), shown(json["chosen"]["shares"][0]), shown(json["held_out"]["accuracy"]),
      shown(json["held_out"]["shares"][0]), shown(json["held_out"]["full_accuracy"]),
      shown(json["exits"][0]["ece_before"]), shown(json["exits"][0]["ece_after"]));
  EXPECT_EQ(text,
            "threshold 0.874 temperature 0.957\nfitted: 0.987 right, 0.923 leave\nheld out: 0.990 right, 0.910 leave\n"
            "full: 0.987\nECE 0.022 to 0.022");
}

TEST_F(TuneCommand, WritesTheThresholdsIntoTheModel) {
  const Json tuned = expect_json(tune_digits(model_file(), {"--max-accuracy-drop", "1"}));
  const Json before = expect_json({"inspect", kDigits});
  const Json after = expect_json({"inspect", model_file()});
  // On a machine that is busy elsewhere the exit may seem not to pay; it is then switched off.
  const Json& chosen = tuned["chosen"]["settings"][0];
  EXPECT_EQ(after["decisions"][0]["enabled"], chosen["enabled"]);
  if (chosen["enabled"]) {
    EXPECT_EQ(after["decisions"][0]["threshold"], tuned["chosen"]["thresholds"][0]);
  }
  EXPECT_NE(after["decisions"][0]["threshold"], before["decisions"][0]["threshold"]);
  EXPECT_EQ(after["macs"], before["macs"]);
  const Json eval = expect_json({"eval", model_file(), "--data", kDigitsData, "--part", "1/2"});
  EXPECT_NEAR(eval["accuracy"].get<double>(), tuned["held_out"]["accuracy"].get<double>(), 1e-9);
}

TEST_F(TuneCommand, EveryBudgetIsTaken) {
  EXPECT_GE(expect_json(tune_digits(json_file(), {"--min-accuracy", "97.5"}))["chosen"]["accuracy"], 0.975);
  EXPECT_EQ(expect_json(tune_digits(json_file(), {"--min-accuracy", "0.975"}))["budget"], "at least 97.5 % right");
  EXPECT_LE(expect_json(tune_digits(json_file(), {"--max-latency-us", "1e6"}))["chosen"]["latency_us"], 1e6);
  EXPECT_LE(expect_json(tune_digits(json_file(), {"--max-p99-us", "1e6"}))["chosen"]["p99_us"], 1e6);
}

TEST_F(TuneCommand, OtherCriteriaAndAllSamples) {
  for (const std::string criterion : {"margin", "entropy"}) {
    const Json json = expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--criterion", criterion}));
    EXPECT_EQ(json["chosen"]["settings"][0]["criterion"], criterion);
    const Json eval = expect_json({"eval", kDigits, "--data", kDigitsData, "--part", "1/2", "--tuning", json_file()});
    EXPECT_NEAR(eval["accuracy"].get<double>(), json["held_out"]["accuracy"].get<double>(), 1e-9) << criterion;
  }
  const Json all = expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--all-samples"}));
  EXPECT_EQ(all["held_out"]["samples"], 600);
  EXPECT_EQ(all["held_out"]["measured"], nullptr);
}

TEST_F(TuneCommand, TextHasHeadsPointsAndVerdict) {
  const std::string text = expect_success(tune_digits(json_file(), {"--max-accuracy-drop", "0.5"}));
  for (const char* part : {"600 samples (300 fitted)", "lose at most 0.5 points", "exit 0", "ECE", "> ", "held out",
                           "standard error", "written to "})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST_F(TuneCommand, APlanIsTunedTooButOnlyToATuningFile) {
  const std::string plan = (folder_ / "digits.plan").string();
  expect_success({"build", kDigits, "-o", plan});
  Arguments arguments = tune_digits(json_file(), {"--max-accuracy-drop", "0.5"});
  arguments[1] = plan;
  expect_json(arguments);
  arguments = tune_digits(model_file(), {"--max-accuracy-drop", "0.5"});
  arguments[1] = plan;
  expect_failure(arguments, {"holds no ONNX model", ".json"});
}

TEST_F(TuneCommand, WhatCannotBeWrittenIntoAModel) {
  expect_failure(tune_digits(model_file(), {"--max-accuracy-drop", "0.5", "--criterion", "margin"}),
                 {"is by max_prob in the file", "write a tuning file"});
  expect_failure(tune_digits(model_file(), {"--max-accuracy-drop", "0.5", "--fit-temperatures"}),
                 {"temperatures cannot be written", "--tuning"});
  EXPECT_FALSE(std::filesystem::exists(model_file()));
}

TEST_F(TuneCommand, BudgetsThatCannotBeMetSayTheBestThatCan) {
  expect_failure(tune_digits(json_file(), {"--min-accuracy", "99.99"}), {"the best are right on"});
  expect_failure(tune_digits(json_file(), {"--max-latency-us", "0.001"}), {"the fastest take"});
  expect_failure(tune_digits(json_file(), {"--max-p99-us", "0.001"}),
                 {"the best that can is to stop at exit 0 always"});
  EXPECT_FALSE(std::filesystem::exists(json_file()));
}

TEST_F(TuneCommand, DataThatTeachesNothing) {
  const auto with_data = [&](const std::string& model, const std::string& data) {
    return Arguments{"tune", model, "--data", data, "--max-accuracy-drop", "0.5", "-o", json_file()};
  };
  expect_failure(with_data(kDigits, "random"), {"no labels"});
  expect_failure(with_data(kPlainDigits, kDigitsData), {"the model has no exits"});
  Arrays wrong = read_npz(kDigitsNpz);
  wrong["y"].mutable_span<std::uint8_t>()[5] = 10;
  write_npz(folder_ / "wrong.npz", wrong);
  expect_failure(with_data(kDigits, "npz:" + (folder_ / "wrong.npz").string()),
                 {"the data has label 10; the model knows classes 0 to 9"});
  Arguments one = with_data(kDigits, kDigitsData);
  one.insert(one.end(), {"--limit", "1"});
  expect_failure(one, {"1 sample: at least 20 are needed"});
  Arrays none;
  none["x"] = Tensor(TensorType{DType::u8, {0, 1, 8, 8}});
  none["y"] = Tensor(TensorType{DType::u8, {0}});
  write_npz(folder_ / "none.npz", none);
  expect_failure(with_data(kDigits, "npz:" + (folder_ / "none.npz").string()), {"none.npz"});
}

TEST_F(TuneCommand, FewSamplesAreSaidToTellLittle) {
  EXPECT_THAT(expect_success(tune_digits(json_file(), {"--max-latency-us", "1e6", "--limit", "40"})),
              HasSubstr("note: 20 samples held out are few"));
}

TEST_F(TuneCommand, SamplesWithANanAreAWarning) {
  Arrays arrays = read_npz(kDigitsNpz);
  arrays["x"] = cast_array(arrays.at("x").view(), DType::f32);
  for (const std::size_t sample : {7U, 70U}) arrays["x"].mutable_span<float>()[sample * 64 + 3] = std::nanf("");
  write_npz(folder_ / "nan.npz", arrays);
  const std::string data = "npz:" + (folder_ / "nan.npz").string();
  const auto expect_warning = [&](const Arguments& arguments, const std::string& text) {
    const ProgramResult result = exeunt_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("warning: " + data + ": " + text));
  };
  expect_warning({"eval", kDigits, "--data", data}, "2 of 600 samples hold a NaN, the first is sample 7:");
  expect_warning({"eval", kDigits, "--data", data, "--part", "0/2"},
                 "1 of 300 samples holds a NaN, the first is sample 70:");
  Arguments tune = tune_digits(json_file(), {"--max-accuracy-drop", "0.5"});
  tune[3] = data;
  expect_warning(tune, "2 of 600 samples hold a NaN, the first is sample 7:");
}

TEST_F(TuneCommand, WrongUsage) {
  const Arguments base = {"tune", kDigits, "--data", kDigitsData, "-o", json_file()};
  const auto with = [&](Arguments more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  expect_wrong_usage(base, "--max-accuracy-drop");
  expect_wrong_usage(with({"--max-accuracy-drop", "1", "--max-p99-us", "3"}), "--max-accuracy-drop");
  expect_wrong_usage(with({"--max-accuracy-drop", "some"}), "'some' is no number of points");
  expect_wrong_usage(with({"--max-accuracy-drop", "-1"}), "'-1' is below 0: to ask for more");
  expect_wrong_usage(with({"--min-accuracy", "101"}), "'101' is no accuracy");
  expect_wrong_usage(with({"--max-latency-us", "-3"}), "'-3' is no number of microseconds");
  expect_wrong_usage({"tune", kDigits, "--data", kDigitsData, "--max-accuracy-drop", "1"}, "output");
  expect_wrong_usage({"tune", kDigits, "--data", kDigitsData, "--max-accuracy-drop", "1", "-o", "x.txt"},
                     "'x.txt' does not end with .json or .onnx");
  expect_wrong_usage({"eval", kDigits, "--data", kDigitsData, "--part", "2/2"}, "'2/2' is not of the form K/N");
}

TEST_F(TuneCommand, ReportIsWrittenWithTheRest) {
  const std::string page = (folder_ / "page.html").string();
  const Json json = expect_json(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--report", page}));
  EXPECT_EQ(json["written"], Json::array({json_file(), page}));
  const std::string text = text_of(page);
  EXPECT_THAT(text, HasSubstr("lenet_digits.onnx"));
  EXPECT_THAT(text, HasSubstr("lose at most 0.5 points"));
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  const std::string missing = (folder_ / "missing/page.html").string();
  expect_failure(tune_digits(json_file(), {"--max-accuracy-drop", "0.5", "--report", missing}), {missing});
}

TEST_F(TuneCommand, CifarWithoutItsTrainingPartTakesTheTestPartAndSaysSo) {
  const TempDir data;
  std::string batch;
  for (int i = 0; i < 20; ++i)
    batch += std::string(1, static_cast<char>(i % 10)) + std::string(3072, static_cast<char>(i));
  data.write("test_batch.bin", batch);
  const std::string model = write_model(
      folder_,
      "g (float[1,3,32,32] x) => (float[1,3] y) <float t = {0.5}> { m = GlobalAveragePool(x) f = Flatten(m) p = "
      "Softmax(f) s = ReduceMax <keepdims = 0> (p) c = Greater(s, t) y = If (c) <then_branch = a () => (float[1,3] r) "
      "{ "
      "r = Identity(p) }, else_branch = b () => (float[1,3] q) { n = Neg(f) q = Softmax(n) }> }");
  const ProgramResult result = exeunt_program({"tune", model, "--data", "cifar10:" + data.path().string(),
                                               "--max-accuracy-drop", "0.5", "-o", json_file(), "--duration", "0.05"});
  // Three classes, ten labels: the data is opened, and then found wrong.
  EXPECT_THAT(result.err, HasSubstr("note: "));
  EXPECT_THAT(result.err, HasSubstr("half of the test batch"));
  EXPECT_THAT(result.err, HasSubstr("the model knows classes 0 to 2"));
}

TEST_F(TuneCommand, EvalGivesTheVerdictWithAllExits) {
  const Json json = expect_json({"eval", kDigits, "--data", kDigitsData, "--all-exits"});
  EXPECT_THAT(json["verdict"]["sentence"].get<std::string>(), HasSubstr("exit"));
  EXPECT_NEAR(json["verdict"]["accuracy"].get<double>(), json["accuracy"].get<double>(), 1e-12);
  EXPECT_EQ(json["verdict"]["break_even"].size(), 1U);
  EXPECT_NEAR(json["verdict"]["without_exits"]["accuracy"].get<double>(), json["heads"][1]["accuracy"].get<double>(),
              1e-12);
  EXPECT_FALSE(expect_json({"eval", kDigits, "--data", kDigitsData}).contains("verdict"));
  EXPECT_FALSE(expect_json({"eval", kPlainDigits, "--data", kDigitsData, "--all-exits"}).contains("verdict"));
  EXPECT_FALSE(expect_json({"eval", kDigits, "--data", "random", "--all-exits"}).contains("verdict"));
  EXPECT_THAT(expect_success({"eval", kDigits, "--data", kDigitsData, "--all-exits"}), HasSubstr("exit 0"));
}

}  // namespace
}  // namespace exeunt::testing

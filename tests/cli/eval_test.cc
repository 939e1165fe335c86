#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

Json eval_digits(Arguments more = {}) {
  Arguments arguments = {"eval", kDigits, "--data", kDigitsData};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return expect_json(arguments);
}

void expect_latency(const Json& latency, std::initializer_list<const char*> keys) {
  for (const char* key : keys) EXPECT_TRUE(latency.contains(key) && latency[key].is_number()) << key;
}

TEST(Eval, TakesArraysInTheOtherLayoutAndDecidesForBatches) {
  const TempDir folder;
  const Arrays arrays = read_npz(kDigitsNpz);
  // One channel: [N,8,8,1] holds the same bytes.
  const auto x = arrays.at("x").span<std::uint8_t>();
  Arrays turned;
  turned["x"] = Tensor::of(DType::u8, {arrays.at("x").shape()[0], 8, 8, 1}, x);
  turned["y"] = arrays.at("y").clone();
  write_npz(folder / "nhwc.npz", turned);
  const std::string data = "npz:" + (folder / "nhwc.npz").string();
  const Json plain = expect_json({"eval", kDigits, "--data", kDigitsData});
  EXPECT_EQ(expect_json({"eval", kDigits, "--data", data, "--data-layout", "nhwc"})["accuracy"], plain["accuracy"]);
  expect_failure({"eval", kDigits, "--data", data, "--data-layout", "nchw"}, {"[8,8,1]"});
  expect_failure({"eval", kDigits, "--data", "random", "--data-layout", "nchw"}, {"only arrays (npz:FILE) need one"});
  const Json together =
      expect_json({"eval", kDigits, "--data", kDigitsData, "--batch", "200", "--decision-scope", "batch"});
  EXPECT_EQ(together["exits"][0]["share"], 1);
}

TEST(Eval, JsonHasTheKeysOfTheContract) {
  const Json json = eval_digits();
  EXPECT_EQ(json["samples"], 600);
  EXPECT_NEAR(json["accuracy"].get<double>(), 0.985, 1e-9);
  expect_latency(json["latency_us"], {"mean", "p50", "p90", "p99"});
  ASSERT_EQ(json["exits"].size(), 2U);
  for (const Json& exit : json["exits"]) expect_latency(exit["latency_us"], {"p50", "p99"});
  EXPECT_NEAR(json["exits"][0]["share"].get<double>(), 565 / 600.0, 1e-9);
  EXPECT_NEAR(json["exits"][0]["accuracy"].get<double>(), 562 / 565.0, 1e-9);
  EXPECT_NEAR(json["exits"][1]["accuracy"].get<double>(), 29 / 35.0, 1e-9);
}

TEST(Eval, ConfusionTableCountsEverySample) {
  std::int64_t all = 0;
  std::int64_t right = 0;
  const Json confusion = eval_digits()["confusion"];
  ASSERT_EQ(confusion.size(), 10U);
  for (std::size_t label = 0; label < 10; ++label) {
    for (const Json& count : confusion[label]) all += count.get<std::int64_t>();
    right += confusion[label][label].get<std::int64_t>();
  }
  EXPECT_EQ(all, 600);
  EXPECT_EQ(right, 591);
}

TEST(Eval, TextHasTheExitsAndTheMix) {
  const std::string text = expect_success({"eval", kDigits, "--data", kDigitsData});
  for (const char* part : {"600 samples", "share", "exit 0", "94.2 %", "99.5 %", "exit 1", "mix", "98.5 %", "label"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(Eval, SavedAnswersAreThoseOfOnnxRuntime) {
  const TempDir folder;
  const Arrays expected = read_npz("models/digits/expected.npz");
  for (const Arguments& more : {Arguments{}, Arguments{"--batch", "64"}, Arguments{"--backend", "ref"}}) {
    Arguments arguments = {"--save", (folder / "answers.npz").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    eval_digits(arguments);
    const Arrays saved = read_npz(folder / "answers.npz");
    ASSERT_EQ(saved.at("exit").type(), (TensorType{DType::i8, {600}}));
    ASSERT_EQ(saved.at("top1").type(), (TensorType{DType::i32, {600}}));
    ASSERT_EQ(saved.at("score").type(), (TensorType{DType::f32, {600, 1}}));
    ASSERT_EQ(saved.at("probabilities").type(), (TensorType{DType::f32, {600, 10}}));
    for (const char* name : {"exit", "top1"}) {
      const Tensor ours = cast_array(saved.at(name).view(), DType::i64);
      const Tensor theirs = cast_array(expected.at(name).view(), DType::i64);
      EXPECT_TRUE(std::ranges::equal(ours.span<std::int64_t>(), theirs.span<std::int64_t>())) << name;
    }
    for (const char* name : {"score", "probabilities"}) {
      const auto theirs = expected.at(name).span<float>();
      EXPECT_THAT(saved.at(name).span<float>(), ::testing::Pointwise(::testing::FloatNear(1e-4F), theirs)) << name;
    }
  }
}

TEST(Eval, AnswersAreTheSameWithMoreThreads) {
  const TempDir folder;
  const auto saved = [&](const std::string& threads) {
    const std::string file = (folder / (threads + ".npz")).string();
    eval_digits({"--deterministic", "--threads", threads, "--save", file});
    return read_npz(file);
  };
  const Arrays one = saved("1");
  const Arrays three = saved("3");
  for (const char* name : {"score", "probabilities"})
    EXPECT_TRUE(std::ranges::equal(one.at(name).span<float>(), three.at(name).span<float>())) << name;
}

TEST(Eval, LimitTakesTheFirstSamples) {
  EXPECT_EQ(eval_digits({"--limit", "10"})["samples"], 10);
  EXPECT_EQ(eval_digits({"--limit", "100000"})["samples"], 600);
  EXPECT_EQ(eval_digits({"--limit", "9223372036854775807"})["samples"], 600);
}

TEST(Eval, LargeBatchIsCutToTheData) {
  EXPECT_NEAR(eval_digits({"--batch", "100000"})["accuracy"].get<double>(), 0.985, 1e-9);
}

TEST(Eval, AllExitsMeasuresEachHeadOnAllSamples) {
  const Json heads = eval_digits({"--all-exits"})["heads"];
  ASSERT_EQ(heads.size(), 2U);
  EXPECT_NEAR(heads[0]["accuracy"].get<double>(), 584 / 600.0, 1e-9);
  EXPECT_NEAR(heads[1]["accuracy"].get<double>(), 591 / 600.0, 1e-9);
  for (const Json& head : heads) expect_latency(head["latency_us"], {"p50", "p99"});
}

TEST(Eval, AgainstRunsBothModelsOnTheSameSamples) {
  const Json against = eval_digits({"--against", kPlainDigits})["against"];
  EXPECT_NEAR(against["accuracy"].get<double>(), 591 / 600.0, 1e-9);
  EXPECT_GT(against["agreement"].get<double>(), 0.98);
  EXPECT_TRUE(against["late_path_extra_us"].is_number());
  expect_latency(against["latency_us"], {"mean", "p50", "p90", "p99"});
  EXPECT_THAT(expect_success({"eval", kDigits, "--data", kDigitsData, "--against", kPlainDigits}),
              HasSubstr("of the time of lenet_digits_plain.onnx"));
}

TEST(Eval, AgainstAModelOfAnotherInput) {
  const TempDir folder;
  const std::string other = write_model(folder, one_output("float[1,3] x", "y = Softmax(x)"), "other.onnx");
  expect_failure({"eval", kDigits, "--data", kDigitsData, "--against", other}, {"--against", "other.onnx", "[1,3]"});
}

TEST(Eval, ThresholdsOpenAndCloseTheEarlyExit) {
  const Json nobody = eval_digits({"--threshold", "2"});
  EXPECT_EQ(nobody["exits"][0]["samples"], 0);
  EXPECT_EQ(nobody["exits"][0]["accuracy"], nullptr);
  EXPECT_EQ(nobody["exits"][1]["share"], 1.0);
  const Json everybody = eval_digits({"--threshold", "-1"});
  EXPECT_EQ(everybody["exits"][0]["share"], 1.0);
  EXPECT_NEAR(everybody["accuracy"].get<double>(), 584 / 600.0, 1e-9);
  EXPECT_EQ(eval_digits({"--threshold", "-inf"})["exits"][0]["share"], 1.0);
}

TEST(Eval, ThresholdsThatDoNotFitTheModel) {
  expect_failure({"eval", kDigits, "--data", kDigitsData, "--threshold", "0.1,0.2,0.3"},
                 {"3 thresholds", "1 decision"});
  expect_failure({"eval", kPlainDigits, "--data", kDigitsData, "--threshold", "0.5"}, {"no decision"});
}

TEST(Eval, DataWithoutLabelsHasNoAccuracy) {
  for (const std::string data : {"random", "zeros"}) {
    const Json json = expect_json({"eval", kDigits, "--data", data});
    EXPECT_EQ(json["samples"], 64);
    EXPECT_EQ(json["accuracy"], nullptr);
    EXPECT_FALSE(json.contains("confusion"));
  }
}

TEST(Eval, SaveThatCannotBeWritten) {
  const TempDir folder;
  const std::string target = (folder / "missing/answers.npz").string();
  expect_failure({"eval", kDigits, "--data", "zeros", "--save", target}, {target, "there is no folder"});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Eval, DataWithoutSamplesIsAFailure) {
  const TempDir folder;
  Arrays arrays;
  arrays.emplace("x", Tensor({DType::f32, {0, 1, 8, 8}}));
  arrays.emplace("y", Tensor({DType::i64, {0}}));
  write_npz(folder / "none.npz", arrays);
  const std::string data = "npz:" + (folder / "none.npz").string();
  expect_failure({"eval", kDigits, "--deterministic", "--data", data}, {data, "there are no samples"});
}

}  // namespace
}  // namespace exeunt::testing

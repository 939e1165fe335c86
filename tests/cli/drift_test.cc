#include <algorithm>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Arguments eval_by(const std::string& file, Arguments more = {}) {
  Arguments arguments = {"eval", kDigits, "--data", kDigitsData, "--tuning", file, "--deterministic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// Digits with a tuning file that remembers what was seen of them.
class EvalDrift : public ::testing::Test {
 protected:
  EvalDrift() {
    const std::string saved = folder_ / "answers.npz";
    const Json seen = expect_json({"eval", kDigits, "--data", kDigitsData, "--deterministic", "--save", saved});
    constexpr std::size_t kBins = 20;
    counts_.resize(kBins);
    const Arrays answers = read_npz(saved);
    for (const float score : answers.at("score").span<float>())
      ++counts_[std::min(kBins - 1, static_cast<std::size_t>(score * kBins))];
    shares_ = {seen["exits"][0]["share"], seen["exits"][1]["share"]};
  }

  /// A tuning file with the model's own threshold.
  std::string tuning(const Json& more) const {
    const Json decision = expect_json({"inspect", kDigits, "--deterministic"})["decisions"][0];
    Json file = {{"exeunt_tuning", 1}, {"exits", {{{"criterion", "max_prob"}, {"threshold", decision["threshold"]}}}}};
    file.update(more);
    return folder_.write("tuned.json", file.dump()).string();
  }
  std::string full_tuning() const {
    return tuning({{"shares", shares_}, {"scores", {{{"low", 0}, {"high", 1}, {"counts", counts_}}}}});
  }

  TempDir folder_;
  std::vector<std::int64_t> counts_;
  Json shares_;
};

TEST_F(EvalDrift, TheSameDataHaveNotDrifted) {
  const Json drift = expect_json(eval_by(full_tuning()))["drift"];
  EXPECT_EQ(drift["level"], "none");
  ASSERT_EQ(drift["compared"].size(), 2U);
  EXPECT_EQ(drift["compared"][0]["of"], "exit shares");
  EXPECT_EQ(drift["compared"][1]["of"], "scores of decision 0");
  for (const Json& each : drift["compared"]) {
    EXPECT_NEAR(each["psi"].get<double>(), 0, 1e-9);
    EXPECT_EQ(each["level"], "none");
  }
  const std::string text = expect_success(eval_by(full_tuning()));
  EXPECT_THAT(text, HasSubstr("PSI"));
  EXPECT_THAT(text, HasSubstr("No drift"));
  EXPECT_THAT(text, Not(HasSubstr("warning")));
}

TEST_F(EvalDrift, DarkPicturesAreAWarning) {
  const Arguments dark = eval_by(full_tuning(), {"--scale", "0.2"});
  const Json drift = expect_json(dark)["drift"];
  EXPECT_EQ(drift["level"], "much");
  EXPECT_GT(drift["compared"][1]["psi"].get<double>(), 0.25);
  EXPECT_THAT(drift["sentence"].get<std::string>(), HasSubstr("scores of decision 0"));
  EXPECT_THAT(expect_success(dark), HasSubstr("warning: The data are not what the exits were tuned for"));
}

TEST_F(EvalDrift, HeadsOnAllSamplesDoNotCount) {
  EXPECT_EQ(expect_json(eval_by(full_tuning(), {"--all-exits"}))["drift"]["level"], "none");
  EXPECT_EQ(expect_json(eval_by(full_tuning(), {"--batch", "32"}))["drift"]["level"], "none");
}

TEST_F(EvalDrift, WithoutATuningFileThereIsNothingToSay) {
  EXPECT_FALSE(expect_json({"eval", kDigits, "--data", kDigitsData, "--deterministic"}).contains("drift"));
}

TEST_F(EvalDrift, SharesAloneAreCompared) {
  EXPECT_EQ(expect_json(eval_by(tuning({{"shares", shares_}})))["drift"]["compared"].size(), 1U);
}

TEST_F(EvalDrift, WhatCannotBeComparedIsSaid) {
  const auto not_known = [&](const Arguments& arguments, const std::string& why) {
    const Json drift = expect_json(arguments)["drift"];
    EXPECT_EQ(drift["level"], nullptr) << why;
    EXPECT_TRUE(drift["compared"].empty()) << why;
    EXPECT_THAT(drift["sentence"].get<std::string>(), HasSubstr(why));
    EXPECT_THAT(expect_success(arguments), HasSubstr("Drift is not known"));
  };
  not_known(eval_by(tuning(Json::object())), "does not say what was seen");
  not_known(eval_by(full_tuning(), {"--threshold", "0.5"}), "by other settings");
  not_known(eval_by(full_tuning(), {"--deadline-us", "1000000"}), "a deadline moves samples");
  not_known(eval_by(full_tuning(), {"--batch", "4", "--decision-scope", "batch"}), "whole batches");
  not_known(eval_by(tuning({{"scores", {{{"low", 0}, {"high", 1}, {"counts", {10, 20, 30}}}}}})), "3 bins of scores");
  not_known(eval_by(tuning({{"scores", {{{"low", 0}, {"high", 1}, {"counts", std::vector<int>(20)}}}}})),
            "counts no samples");
  not_known(eval_by(full_tuning(), {"--limit", "1"}), "1 sample is too few to tell; at least 100 are needed");
  not_known(eval_by(full_tuning(), {"--limit", "99"}), "99 samples are too few to tell");
  not_known(eval_by(tuning(
                {{"shares", shares_}, {"scores", {{{"low", 0}, {"high", 1}, {"counts", std::vector<int>(20, 4)}}}}})),
            "counts 80 samples, too few to tell");
}

}  // namespace
}  // namespace exeunt::testing

#include <algorithm>
#include <set>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

/// `eval --json` on the digits: two exits, a decision by the largest probability.
Json eval_with(Arguments more) {
  Arguments arguments = {"eval", kDigits, "--data", kDigitsData, "--limit", "200", "--deterministic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return expect_json(arguments);
}

double early_share(const Json& json) { return json["exits"][0]["share"].get<double>(); }

/// A tuning file with this list of exits.
std::string tuning_file(const TempDir& folder, const std::string& exits, const std::string& name = "tuning.json") {
  return folder.write(name, R"({"exeunt_tuning": 1, "exits": [)" + exits + "]}");
}

TEST(ExitOptions, ACriterionIsScoredByItsOwnRule) {
  // Of a network with 10 classes: margins are smaller than the probabilities they come from.
  const double by_probability = early_share(eval_with({"--threshold", "0.7"}));
  const double by_margin = early_share(eval_with({"--criterion", "margin", "--threshold", "0.7"}));
  EXPECT_GT(by_probability, by_margin);
  EXPECT_GT(by_margin, 0);
  EXPECT_GT(early_share(eval_with({"--criterion", "entropy", "--threshold", "0.7"})), 0);
  EXPECT_EQ(early_share(eval_with({"--criterion", "patience", "--threshold", "0.5"})), 1);
  EXPECT_EQ(early_share(eval_with({"--criterion", "patience", "--threshold", "1"})), 0);
}

TEST(ExitOptions, AHighTemperatureMakesAHeadLessSure) {
  EXPECT_GT(early_share(eval_with({})), early_share(eval_with({"--temperature", "3"})));
}

TEST(ExitOptions, ATuningFileSetsThemAndOptionsGoBeforeIt) {
  const TempDir folder;
  const std::string file = tuning_file(folder, R"({"criterion": "margin", "threshold": 0.7})");
  EXPECT_EQ(eval_with({"--tuning", file})["exits"][0]["samples"],
            eval_with({"--criterion", "margin", "--threshold", "0.7"})["exits"][0]["samples"]);
  EXPECT_EQ(early_share(eval_with({"--tuning", file, "--threshold", "2"})), 0);
  EXPECT_EQ(
      early_share(eval_with(
          {"--tuning",
           tuning_file(folder, R"({"criterion": "max_prob", "threshold": 0, "temperature": 1, "enabled": false})")})),
      0);
}

TEST(ExitOptions, TheHeadOfADisabledExitDoesNotRun) {
  const TempDir folder;
  const std::string off = tuning_file(folder, R"({"criterion": "max_prob", "threshold": 0.9, "enabled": false})");
  const auto steps_run = [&](const Arguments& more) {
    Arguments arguments = {"bench", kDigits, "--deterministic", "--duration", "0", "--warmup", "0", "--dumpProfile"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Json json = expect_json(arguments);
    std::set<std::string> steps;
    for (const Json& row : json["profile"]) {
      if (row.contains("runs") && row["runs"].get<int>() > 0) steps.insert(row["name"].get<std::string>());
    }
    return steps;
  };
  const auto with_head = steps_run({"--exit", "1"});
  const auto without = steps_run({"--exit", "1", "--tuning", off});
  EXPECT_LT(without.size(), with_head.size());
  EXPECT_GT(without.size(), 0U);
  EXPECT_TRUE(std::ranges::includes(with_head, without));
  EXPECT_EQ(steps_run({"--exit", "mix", "--tuning", off}), without);
  const auto answers = [&](const std::string& option, const std::string& value) {
    const std::string saved = folder / "answers.npz";
    eval_with({option, value, "--save", saved});
    const Arrays arrays = read_npz(saved);
    const auto probabilities = arrays.at("probabilities").span<float>();
    return std::vector<float>(probabilities.begin(), probabilities.end());
  };
  EXPECT_EQ(answers("--tuning", off), answers("--threshold", "2"));
}

TEST(ExitOptions, EveryCommandTakesThem) {
  const TempDir folder;
  const std::string file = tuning_file(folder, R"({"criterion": "entropy", "threshold": 0.5, "temperature": 2})");
  const Json decision = expect_json({"inspect", kDigits, "--tuning", file, "--deterministic"})["decisions"][0];
  EXPECT_EQ(decision["criterion"], "entropy");
  EXPECT_EQ(decision["threshold"], 0.5);
  EXPECT_EQ(decision["temperature"], 2);
  EXPECT_EQ(decision["enabled"], true);
  EXPECT_THAT(expect_success({"inspect", kDigits, "--tuning", file, "--deterministic"}),
              HasSubstr("entropy > 0.5, temperature 2"));
  expect_success({"compare", kDigits, "--tuning", file, "--deterministic"});
  expect_success({"bench", kDigits, "--tuning", file, "--deterministic", "--duration", "0.01", "--warmup", "0"});
}

TEST(ExitOptions, BuildMakesThemThePlansOwn) {
  const TempDir folder;
  const std::string plan = folder / "tuned.plan";
  const std::string file = tuning_file(folder, R"({"criterion": "margin", "threshold": 0.25, "temperature": 2})");
  expect_success({"build", kDigits, "-o", plan, "--tuning", file, "--deterministic"});
  const Json decision = expect_json({"inspect", plan})["decisions"][0];
  EXPECT_EQ(decision["criterion"], "margin");
  EXPECT_EQ(decision["threshold"], 0.25);
  EXPECT_EQ(decision["temperature"], 2);
  EXPECT_EQ(expect_json({"inspect", plan, "--threshold", "0.5"})["decisions"][0]["threshold"], 0.5);
  const Json other = expect_json({"eval", plan, "--data", kDigitsData, "--limit", "50", "--threshold", "2"});
  EXPECT_EQ(other["exits"][0]["samples"], 0);
}

TEST(ExitOptions, WhatDoesNotFitTheModelIsRefused) {
  const TempDir folder;
  const auto refused = [&](Arguments options, const std::vector<std::string>& texts) {
    Arguments arguments = {"eval", kDigits, "--data", kDigitsData};
    arguments.insert(arguments.end(), options.begin(), options.end());
    expect_failure(arguments, texts);
  };
  refused({"--criterion", "margin"}, {"--criterion margin", "give --threshold"});
  refused({"--temperature", "1,2"}, {"2 temperatures", "1 decision"});
  refused({"--tuning", (folder / "none.json").string()}, {"none.json"});
  refused({"--tuning", folder.write("bad.json", "{}").string()}, {"bad.json", "is no tuning file"});
  const std::string exit = R"({"criterion": "margin", "threshold": 0.5})";
  const std::string two = tuning_file(folder, exit + ", " + exit, "two.json");
  refused({"--tuning", two}, {"two.json", "is for 2 decisions; the model has 1"});
  expect_failure({"eval", kPlainDigits, "--data", kDigitsData, "--criterion", "margin", "--threshold", "1"},
                 {"no decision on class scores"});
}

TEST(ExitOptions, WrongUsage) {
  for (const std::string text : {"0", "-1", "nan", "inf", "x", ""})
    expect_wrong_usage({"eval", kDigits, "--data", "random", "--temperature=" + text}, "--temperature");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--criterion", "predicate"}, "--criterion");
}

}  // namespace
}  // namespace exeunt::testing

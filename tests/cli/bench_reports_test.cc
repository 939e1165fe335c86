#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "cli/cli_test.h"
#include "support/shared.h"

// The files and tables that `bench` gives besides its figures.

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

Json read_json(const std::string& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

/// Few runs of a model, with files in a folder of their own.
struct Reports {
  explicit Reports(const std::string& model, Arguments more = {}) {
    Arguments arguments = {"bench", model, "--warmup", "0", "--duration", "0", "--iterations", "5", "--deterministic"};
    for (const std::string name : {"Times", "Profile", "LayerInfo", "Trace"}) {
      arguments.push_back("--export" + name);
      arguments.push_back(path(name));
    }
    arguments.insert(arguments.end(), more.begin(), more.end());
    bench = expect_json(arguments);
  }
  std::string path(const std::string& name) const { return (folder / (name + ".json")).string(); }
  Json operator[](const std::string& name) const { return read_json(path(name)); }

  TempDir folder;
  Json bench;
};

/// The rows of the layer list and of the profile are the same, and the profile's numbers are in order.
void expect_same_rows(const Reports& reports) {
  const Json layers = reports["LayerInfo"]["Layers"];
  const Json profile = reports["Profile"];
  ASSERT_EQ(profile.size(), layers.size() + 1) << "the first entry of a profile says how many runs there were";
  double percentages = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Json& row = profile[i + 1];
    EXPECT_EQ(row["id"], i);
    for (const char* key : {"id", "name", "op", "kernel", "segment", "reached_by", "macs", "bytes"})
      EXPECT_EQ(row[key], layers[i][key]) << key;
    EXPECT_EQ(row["name"], layers[i]["Name"]);
    EXPECT_EQ(row["kernel"], layers[i]["TacticName"]);
    for (const char* key : {"timeMs", "averageMs", "medianMs", "percentage", "gmacs", "gbytes_per_s"})
      EXPECT_GE(row[key].get<double>(), 0) << key;
    percentages += row["percentage"].get<double>();
  }
  EXPECT_NEAR(percentages, 100, 0.1);
}

/// Steps on the path to an exit ran in every run that was led there, the others in none.
void expect_rows_follow_the_paths(const Json& profile) {
  for (std::size_t i = 1; i < profile.size(); ++i) {
    for (const Json& part : profile[i]["exits"]) {
      const std::string name = part["measured"];
      if (name == "mix") continue;
      const int exit = std::stoi(name.substr(5));
      const auto reached_by = profile[i]["reached_by"].get<std::set<int>>();
      EXPECT_EQ(part["runs"].get<int>(), reached_by.contains(exit) ? 5 : 0) << i << " " << name;
    }
  }
}

TEST(BenchReports, LayersAndProfileHaveTheSameRows) {
  for (const Arguments& more : {Arguments{"--data", kDigitsData}, Arguments{"--exit", "0"}, Arguments{"--exit", "1"},
                                Arguments{"--exit", "mix"}, Arguments{"--precision", "bf16", "--strict"}}) {
    const Reports reports(kDigits, more);
    expect_same_rows(reports);
    expect_rows_follow_the_paths(reports["Profile"]);
  }
  expect_same_rows(Reports(kPlainDigits));
}

TEST(BenchReports, LayersAndProfileOfIntegersHaveTheSameRows) {
  expect_same_rows(Reports(kDigits, {"--precision", "int8", "--strict", "--calib", kDigitsData}));
}

TEST(BenchReports, LayersAndProfileOfEveryModelHaveTheSameRows) {
  const auto shared = shared_folder();
  if (!shared) GTEST_SKIP() << "no folder of shared models";
  for (const auto& file : std::filesystem::directory_iterator(*shared / "models")) {
    if (file.path().extension() != ".onnx") continue;
    SCOPED_TRACE(file.path().filename().string());
    const Reports reports(file.path().string());
    expect_same_rows(reports);
    expect_rows_follow_the_paths(reports["Profile"]);
  }
}

TEST(BenchReports, TheProfileSaysWhatACallIsMadeOf) {
  const Json head = Reports(kDigits, {"--data", kDigitsData})["Profile"][0];
  EXPECT_EQ(head["count"], 5);
  EXPECT_EQ(head["measured"], "mix");
  ASSERT_EQ(head["calls"].size(), 3U);
  EXPECT_EQ(head["calls"][0]["measured"], "exit 0");
  EXPECT_EQ(head["calls"][2]["measured"], "mix");
  for (const char* key : {"sumMs", "inputMs", "stepsMs", "decisionsMs", "outputMs", "runMs"})
    EXPECT_GE(head["calls"][1][key].get<double>(), 0) << key;
}

TEST(BenchReports, RowsOfOneExitAddUpToItsSum) {
  const Json profile = Reports(kDigits, {"--exit", "1"})["Profile"];
  double sum = 0;
  for (std::size_t i = 1; i < profile.size(); ++i) sum += profile[i]["timeMs"].get<double>();
  EXPECT_NEAR(profile[0]["calls"][0]["sumMs"].get<double>(), sum, 1e-9 * sum);
}

TEST(BenchReports, RowsOfProductsHaveASpeedAndItsShareOfThePeak) {
  const Json profile = Reports(kDigits, {"--exit", "1"})["Profile"];
  for (std::size_t i = 1; i < profile.size(); ++i) {
    const Json& row = profile[i];
    EXPECT_GT(row["bytes"].get<double>(), 0);
    ASSERT_TRUE(row["peak_gmacs"].is_number());
    EXPECT_NEAR(row["peak_share"].get<double>(), row["gmacs"].get<double>() / row["peak_gmacs"].get<double>(), 1e-9);
    EXPECT_EQ(row["macs"].get<double>() > 0, row["op"] == "Conv" || row["op"] == "Gemm");
  }
}

TEST(BenchReports, TimesAreARowARun) {
  const Json times = Reports(kDigits, {"--data", kDigitsData})["Times"];
  ASSERT_EQ(times.size(), 3U * 5U);
  double last = 0;
  for (const Json& row : times) {
    EXPECT_GE(row["startComputeMs"].get<double>(), last);
    last = row["startComputeMs"];
    EXPECT_EQ(row["startH2dMs"], row["startComputeMs"]);
    EXPECT_EQ(row["endD2hMs"], row["endComputeMs"]);
    EXPECT_EQ(row["h2dMs"], 0);
    EXPECT_EQ(row["d2hMs"], 0);
    EXPECT_EQ(row["latencyMs"], row["computeMs"]);
    EXPECT_GT(row["latencyMs"].get<double>(), 0);
    const std::string exit = fmt::format("exit {}", row["exit"].get<int>());
    EXPECT_THAT(row["measured"].get<std::string>(), ::testing::AnyOf("mix", exit));
  }
}

TEST(BenchReports, TheTraceHasARunToEachExit) {
  const Json trace = Reports(kDigits, {"--data", kDigitsData})["Trace"];
  std::set<std::string> threads;
  std::map<int, double> ends;
  int steps = 0;
  for (const Json& event : trace["traceEvents"]) {
    ASSERT_TRUE(event["ph"] == "X" || event["ph"] == "M");
    if (event["name"] == "thread_name") threads.insert(event["args"]["name"]);
    if (event["ph"] == "M") continue;
    EXPECT_GE(event["ts"].get<double>(), 0);
    EXPECT_GE(event["dur"].get<double>(), 0);
    const double end = event["ts"].get<double>() + event["dur"].get<double>();
    const auto call = ends.emplace(event["tid"].get<int>(), end).first;
    EXPECT_LE(end, call->second + 1e-3) << "a step lies within its call";
    EXPECT_EQ(event["cat"] == "step", event["args"].contains("kernel"));
    if (event["cat"] == "step") ++steps;
  }
  EXPECT_EQ(threads, (std::set<std::string>{"exit 0", "exit 1", "mix"}));
  EXPECT_GT(steps, 0);
}

TEST(BenchReports, Tables) {
  const Arguments few = {"bench", kDigits,        "--warmup", "0",      "--duration",
                         "0",     "--iterations", "5",        "--data", kDigitsData};
  Arguments profile = few;
  profile.emplace_back("--dumpProfile");
  const std::string text = expect_success(profile);
  for (const char* part : {"-> decision 0", "-> exit 1", "kernel", "GMAC/s", "peak of a core", "share", "steps"})
    EXPECT_THAT(text, HasSubstr(part));
  Arguments layers = few;
  layers.emplace_back("--dumpLayerInfo");
  EXPECT_THAT(expect_success(layers), HasSubstr("packed weights"));
  profile.emplace_back("--dumpLayerInfo");
  const Json json = expect_json(profile);
  EXPECT_EQ(json["profile"].size(), json["layers"]["Layers"].size() + 1);
}

TEST(BenchReports, WhatGoesNotTogether) {
  for (const Arguments& more : {Arguments{"--streams", "2"}, Arguments{"--batch", "4"}}) {
    Arguments arguments = {"bench", kDigits, "--dumpProfile"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_wrong_usage(arguments, "--dumpProfile");
  }
  expect_wrong_usage({"bench", kDigits, "--exportTimes", "times.txt"}, ".json");
}

TEST(BenchReports, AFileThatCannotBeWritten) {
  const TempDir folder;
  const std::string path = (folder / "missing" / "times.json").string();
  expect_failure({"bench", kDigits, "--warmup", "0", "--duration", "0", "--iterations", "1", "--exportTimes", path},
                 {path, "cannot be written"});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace exeunt::testing

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Each thing that is measured runs `iterations` times.
Arguments bench_of(const std::string& model, int iterations, Arguments more = {}) {
  Arguments arguments = {"bench",      model, "--warmup",     "0",
                         "--duration", "0",   "--iterations", std::to_string(iterations)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void expect_latency(const Json& latency, int runs) {
  for (const char* key : {"min", "mean", "p50", "p90", "p95", "p99", "max", "cv"})
    EXPECT_TRUE(latency.contains(key) && latency[key].is_number()) << key;
  EXPECT_EQ(latency["runs"], runs);
  EXPECT_LE(latency["min"].get<double>(), latency["p50"].get<double>());
  EXPECT_LE(latency["p99"].get<double>(), latency["max"].get<double>());
}

bool warns(const Json& json, const std::string& code) {
  return std::ranges::any_of(json["warnings"], [&](const Json& warning) { return warning["code"] == code; });
}

TEST(CliBench, JsonHasTheKeysOfTheContract) {
  const Json json = expect_json(bench_of(kDigits, 600, {"--data", kDigitsData}));
  EXPECT_EQ(json["model"], kDigits);
  EXPECT_EQ(json["data"], kDigitsData);
  EXPECT_EQ(json["samples"], 600);
  EXPECT_EQ(json["precision"], "fp32");
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["streams"], 1);
  EXPECT_THAT(json["isa"], ::testing::AnyOf("avx512", "avx2", "neon", "scalar"));
  EXPECT_EQ(json["measured"], "mix");
  expect_latency(json["latency_us"], 600);
  EXPECT_GT(json["throughput_ips"].get<double>(), 0);
  ASSERT_EQ(json["exits"].size(), 2U);
  for (std::size_t e = 0; e < 2; ++e) {
    const Json& exit = json["exits"][e];
    EXPECT_EQ(exit["exit"], e);
    expect_latency(exit["latency_us"], 600);
    EXPECT_GT(exit["throughput_ips"].get<double>(), 0);
    for (const char* key : {"input_us", "steps_us", "heads_us", "scores_us", "output_us", "overhead_us"})
      EXPECT_GE(exit[key].get<double>(), 0) << key;
    EXPECT_LE(exit["heads_us"].get<double>(), exit["steps_us"].get<double>());
  }
  EXPECT_TRUE(json["warnings"].is_array());
  EXPECT_FALSE(warns(json, "noise_input"));
}

TEST(CliBench, TellsWhatTheFiguresAreWorth) {
  const Json json = expect_json(bench_of(kDigits, 600, {"--data", kDigitsData}));
  for (const char* key : {"load", "session", "first_run", "all"})
    EXPECT_GE(json["cold_start_ms"][key].get<double>(), 0) << key;
  EXPECT_GT(json["peak_resident_bytes"].get<double>(), 1e6);
  const Json& trust = json["trust"];
  EXPECT_EQ(trust["runs"], 3 * 600);
  for (const char* key :
       {"clock_resolution_us", "clock_cost_us", "waits", "preemptions", "minor_faults", "major_faults"})
    EXPECT_GE(trust[key].get<double>(), 0) << key;
  EXPECT_GT(trust["speed_change"].get<double>(), -1);
  EXPECT_EQ(trust["no_counters"].is_null(), json["mix"].contains("events")) << "counters, or why there are none";
  EXPECT_THAT(expect_success(bench_of(kDigits, 5, {"--exit", "0"})),
              ::testing::AllOf(HasSubstr("cold start"), HasSubstr("of memory held")));
}

// The runs of a few microseconds of this model are not for a clock that takes two hundredths of one to read.
TEST(CliBench, CodesOfWarningsAreThoseOfTheManual) {
  const Json json = expect_json(bench_of(kDigits, 50, {"--data", kDigitsData}));
  for (const Json& warning : json["warnings"]) {
    EXPECT_THAT(warning["code"], ::testing::AnyOf("unstable_time", "high_variation", "coarse_clock", "context_switches",
                                                  "page_faults", "speed_change"));
    EXPECT_FALSE(warning["hint"].get<std::string>().empty());
  }
}

TEST(CliBench, VerboseSpeaksOnStderr) {
  const ProgramResult result = exeunt_program(bench_of(kDigits, 5, {"--verbose", "--json"}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(Json::accept(result.out));
  EXPECT_THAT(result.err, ::testing::AllOf(HasSubstr("arena"), HasSubstr("clock"), HasSubstr("preemptions")));
}

TEST(CliBench, SleepsBetweenRunsIfToldTo) {
  expect_latency(expect_json(bench_of(kDigits, 4, {"--exit", "0", "--idleTime", "2"}))["latency_us"], 4);
}

TEST(CliBench, SharesAreThoseOfTheData) {
  const Json json = expect_json(bench_of(kDigits, 600, {"--data", kDigitsData}));
  EXPECT_NEAR(json["exits"][0]["share"].get<double>(), 565 / 600.0, 1e-9);
  EXPECT_NEAR(json["exits"][1]["share"].get<double>(), 35 / 600.0, 1e-9);
  EXPECT_EQ(json["shares"][0], json["exits"][0]["share"]);
  const Json late = expect_json(bench_of(kDigits, 10, {"--data", kDigitsData, "--exit", "mix", "--threshold", "2"}));
  EXPECT_EQ(late["shares"], (Json{0.0, 1.0}));
  EXPECT_TRUE(late["exits"].empty());
}

TEST(CliBench, WithoutDataNoiseFakesTheExits) {
  const Json noise = expect_json(bench_of(kDigits, 5));
  EXPECT_EQ(noise["data"], nullptr);
  EXPECT_TRUE(warns(noise, "noise_input"));
  EXPECT_TRUE(warns(expect_json(bench_of(kDigits, 5, {"--data", "random"})), "noise_input"));
  EXPECT_FALSE(warns(expect_json(bench_of(kDigits, 5, {"--exit", "1"})), "noise_input"));
  EXPECT_FALSE(warns(expect_json(bench_of(kPlainDigits, 5)), "noise_input")) << "it has no decision";
  EXPECT_THAT(expect_success(bench_of(kDigits, 5)), HasSubstr("warning [noise_input]"));
}

TEST(CliBench, OneExitIsMeasuredAlone) {
  const Json json = expect_json(bench_of(kDigits, 7, {"--exit", "1"}));
  EXPECT_EQ(json["measured"], "exit 1");
  expect_latency(json["latency_us"], 7);
  ASSERT_EQ(json["exits"].size(), 1U);
  EXPECT_EQ(json["exits"][0]["exit"], 1);
  EXPECT_EQ(json["exits"][0]["share"], nullptr);
  EXPECT_EQ(json["exits"][0]["latency_us"], json["latency_us"]);
  EXPECT_FALSE(json.contains("shares"));
}

TEST(CliBench, PercentilesAreAdded) {
  const Json json = expect_json(bench_of(kDigits, 10, {"--exit", "0", "--percentile", "99.9,25,50"}));
  const Json& latency = json["latency_us"];
  EXPECT_EQ(latency["p99.9"], latency["max"]);
  EXPECT_LE(latency["p25"].get<double>(), latency["p50"].get<double>());
  const std::string text = expect_success(bench_of(kDigits, 10, {"--percentile", "99.9"}));
  EXPECT_THAT(text, HasSubstr("p99.9"));
}

TEST(CliBench, StreamsAndBatches) {
  const Json streams = expect_json(bench_of(kDigits, 9, {"--data", kDigitsData, "--streams", "2"}));
  EXPECT_EQ(streams["streams"], 2);
  EXPECT_EQ(streams["pinned"], false);
  expect_latency(streams["latency_us"], 10);
  EXPECT_THAT(expect_success(bench_of(kDigits, 9, {"--streams", "2"})), HasSubstr("placed by the system"));
  const Json batches = expect_json(bench_of(kDigits, 9, {"--data", kDigitsData, "--batch", "200"}));
  EXPECT_EQ(batches["batch"], 200);
  expect_latency(batches["latency_us"], 9);
  EXPECT_NEAR(batches["exits"][0]["share"].get<double>(), 565 / 600.0, 1e-9);
}

TEST(CliBench, ThreadsAreNamed) {
  EXPECT_EQ(expect_json(bench_of(kDigits, 9, {"--threads", "2"}))["threads"], 2);
  EXPECT_THAT(expect_success(bench_of(kDigits, 9, {"--threads", "2"})), HasSubstr("2 threads"));
}

TEST(CliBench, TextHasTheExitsTheMixAndTheSteps) {
  const std::string text = expect_success(bench_of(kDigits, 600, {"--data", kDigitsData}));
  for (const char* part : {"600 samples", "fp32", "1 thread", "p50", "images/s", "exit 0", "94.2 %", "exit 1", "5.8 %",
                           "mix", "its steps", "run / steps"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(expect_success(bench_of(kDigits, 600, {"--data", kDigitsData, "--exit", "mix"})),
              ::testing::AllOf(HasSubstr("exit 0: 94.2 %"), HasSubstr("its steps"), Not(HasSubstr("\nexit 0  "))));
}

TEST(CliBench, AModelOfSeveralInputsRunsOnNoise) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,3] a, float[1,3] b", "y = Add(a, b)"));
  expect_latency(expect_json(bench_of(model, 3))["latency_us"], 3);
  expect_failure(bench_of(model, 3, {"--data", "random"}), {"2 inputs"});
}

TEST(CliBench, WhatCannotBeMeasured) {
  expect_failure(bench_of(kDigits, 1, {"--exit", "2"}), {"there is no exit 2; the model has 2"});
  expect_failure(bench_of(kDigits, 1, {"--data", kDigitsData, "--limit", "5", "--batch", "6"}),
                 {"a batch of 6 needs as many samples; there are 5"});
  expect_failure(bench_of(kDigits, 1, {"--data", "npz:missing.npz"}), {"missing.npz"});
  expect_failure(bench_of(kPlainDigits, 1, {"--threshold", "0.5"}), {"no decision"});
}

TEST(CliBench, WrongUsage) {
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"--exit", "last"},     {"--exit", "-1"},        {"--exit", "1.5"},     {"--exit", ""},
      {"--streams", "0"},     {"--streams", "many"},   {"--warmup", "-1"},    {"--warmup", "soon"},
      {"--duration", "-0.1"}, {"--duration", "inf"},   {"--duration", "nan"}, {"--iterations", "0"},
      {"--percentile", "0"},  {"--percentile", "101"}, {"--limit", "0"},      {"--idleTime", "-1"}};
  for (const auto& [option, value] : wrong)
    expect_wrong_usage({"bench", kDigits, fmt::format("{}={}", option, value)}, option);
}

}  // namespace
}  // namespace exeunt::testing

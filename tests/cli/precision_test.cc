#include <fstream>

#include "cli/cli_test.h"

/// What kernels may compute in, from the command line.
namespace exeunt::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const Arguments kCalib = {"--calib", "npz:models/digits/digits_train.npz", "--calib-limit", "100"};

/// `build` of the digits to a plan, kernels picked by rules.
Arguments build(const std::string& plan, const Arguments& more) {
  return joined({"build", kDigits, "-o", plan, "--deterministic"}, more);
}

/// A command that succeeds and says something on stderr besides. @return that
std::string notes_of(const Arguments& arguments) {
  const ProgramResult result = exeunt_program(arguments);
  EXPECT_EQ(result.exit_code, 0) << shown(arguments) << "\n" << result.err;
  for (const std::string& line : lines_of(result.err)) EXPECT_THAT(line, StartsWith("note: "));
  return result.err;
}

/// How many steps of a model or plan are of this op.
std::int64_t steps_of(const Json& inspection, const std::string& op) {
  return std::ranges::count_if(inspection.at("steps"), [&](const Json& step) { return step.at("op") == op; });
}

TEST(PrecisionOption, StrictInt8BuildsAPlanOfIntegers) {
  const TempDir folder;
  const std::string plan = (folder / "int8.plan").string();
  const Json json = expect_json(build(plan, joined({"--precision", "int8", "--strict"}, kCalib)));
  EXPECT_EQ(json.at("precision"), "int8");
  const Json inspection = expect_json({"inspect", plan});
  EXPECT_EQ(steps_of(inspection, "QuantizedConv"), 6);
  EXPECT_EQ(steps_of(inspection, "Conv") + steps_of(inspection, "Gemm"), 0);
  const Json eval = expect_json({"eval", plan, "--data", kDigitsData});
  EXPECT_GE(eval.at("accuracy"), 0.98);
  EXPECT_EQ(eval.at("exits").size(), 2U);
  EXPECT_THAT(expect_success(build(plan, joined({"--precision", "int8", "--strict"}, kCalib))),
              StartsWith(plan + ": int8 for "));
}

TEST(PrecisionOption, RangesMayComeFromATable) {
  const TempDir folder;
  const std::string plan = (folder / "int8.plan").string();
  const std::string table = (folder / "ranges.json").string();
  expect_success(joined({"inspect", kDigits, "--deterministic", "--calib-table", table}, kCalib));
  const Json json = expect_json(build(plan, {"--precision", "int8", "--strict", "--calib-table", table}));
  EXPECT_EQ(json.at("precision"), "int8");
  EXPECT_GT(steps_of(expect_json({"inspect", plan}), "QuantizedConv"), 0);
}

TEST(PrecisionOption, EveryCommandThatBuildsTakesIt) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(1));
  const Arguments int8 = joined({"--precision", "int8", "--strict", "--deterministic"}, kCalib);
  const Json eval = expect_json(joined({"eval", kDigits, "--data", kDigitsData}, int8));
  EXPECT_GE(eval.at("accuracy"), 0.98);
  EXPECT_GT(steps_of(expect_json(joined({"inspect", kDigits}, int8)), "QuantizedConv"), 0);
  EXPECT_EQ(expect_json(joined({"run", kDigits, "--input", x}, int8)).at("results").size(), 1U);
  const Json bench = expect_json(joined({"bench", kDigits, "--duration", "0", "--warmup", "0"}, int8));
  EXPECT_EQ(bench.at("precision"), "int8");
}

TEST(PrecisionOption, ThePlanThatWinsIsNotedOnStderr) {
  const TempDir folder;
  const std::string plan = (folder / "best.plan").string();
  for (const std::string precision : {"int8", "best"}) {
    const Arguments arguments = {"build", kDigits,       "-o",     plan, "--builderOptimizationLevel",
                                 "1",     "--precision", precision};
    EXPECT_THAT(notes_of(joined(joined(arguments, {"--optimize-for", "worst"}), kCalib)),
                AllOf(HasSubstr("note: " + precision + ": "), HasSubstr("convolutions and products on "),
                      HasSubstr("objective worst")));
    EXPECT_EQ(expect_json({"bench", plan, "--duration", "0", "--warmup", "0"}).at("precision"), precision);
  }
}

TEST(PrecisionOption, WhatCannotBeHadIsNotedOrStrictlyAFailure) {
  const TempDir folder;
  const std::string plan = (folder / "x.plan").string();
  const std::string text = "int8: needs the ranges of values, from samples (--calib SRC)";
  expect_failure(build(plan, {"--precision", "int8", "--strict"}), {kDigits, text});
  EXPECT_FALSE(std::filesystem::exists(plan));
  EXPECT_THAT(notes_of(build(plan, {"--precision", "int8", "--json"})), StartsWith("note: " + text));
}

TEST(PrecisionOption, PlansAreNamedByWhatTheyComputeIn) {
  const TempDir folder;
  const std::string plan = (folder / "x.plan").string();
  const auto built = [&](const Arguments& more) {
    const ProgramResult result = exeunt_program(build(plan, more));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  // Without ranges nothing can run on integers.
  EXPECT_THAT(built({"--precision", "int8"}), StartsWith(plan + ": fp32 (int8 allowed) for "));
  EXPECT_THAT(expect_success({"inspect", plan}), StartsWith(plan + "\nplan, fp32 (int8 allowed), for "));
  const Arguments bench = {"bench", plan, "--duration", "0", "--warmup", "0"};
  EXPECT_THAT(expect_success(bench), HasSubstr(", fp32 (int8 allowed), "));
  const Json json = expect_json(bench);
  EXPECT_EQ(json.at("precision"), "int8");
  EXPECT_EQ(json.at("computes_in"), Json::array({"fp32"}));
  EXPECT_THAT(expect_success({"bench", "--versus", plan, plan, "--duration", "0", "--warmup", "0"}),
              StartsWith("A: x.plan, fp32 (int8 allowed)\n"));

  built(joined({"--precision", "int8", "--strict"}, kCalib));
  EXPECT_EQ(expect_json({"inspect", plan}).at("computes_in"), Json::array({"int8"}));
  // Convolutions whose weights lie as floats compute in fp32.
  EXPECT_THAT(built({"--precision", "fp16", "--strict"}), HasSubstr("16-bit weights"));
  EXPECT_THAT(expect_json({"inspect", plan}).at("computes_in"), ::testing::Contains(Json("16-bit weights")));
}

TEST(PrecisionOption, Fp16StoresWeightsIn16Bits) {
  const TempDir folder;
  const std::string plan = (folder / "fp16.plan").string();
  EXPECT_THAT(notes_of(build(plan, {"--precision", "fp16", "--strict"})),
              ::testing::Eq("note: fp16: weights are rounded to 16 bits, arithmetic is f32\n"));
  const Json inspection = expect_json({"inspect", plan});
  for (const Json& step : inspection.at("steps")) {
    const std::string kernel = step.at("kernel");
    EXPECT_EQ(kernel.ends_with("_half_gemm"), step.at("op") == "Gemm") << step;
    EXPECT_EQ(kernel.find("_w16") != std::string::npos, step.at("op") == "Conv") << step;
  }
  EXPECT_GE(steps_of(inspection, "Gemm"), 2);
  EXPECT_GE(expect_json({"eval", plan, "--data", kDigitsData}).at("accuracy"), 0.98);
}

TEST(PrecisionOption, WhatItCostsInAccuracyMayBeBounded) {
  const TempDir folder;
  const std::string plan = (folder / "int8.plan").string();
  const Arguments int8 = joined({"--precision", "int8", "--strict"}, kCalib);
  EXPECT_THAT(notes_of(build(plan, joined(int8, {"--min-agreement", "0.9"}))),
              AllOf(StartsWith("note: int8: against fp32 the plan has agreement "), HasSubstr("on 100 samples")));
  EXPECT_EQ(steps_of(expect_json({"inspect", plan}), "QuantizedConv"), 6);
  EXPECT_THAT(notes_of(build(plan, joined(int8, {"--max-error", "0.001"}))),
              HasSubstr("convolutions and products stay in fp32 for accuracy: '"));
  EXPECT_LT(steps_of(expect_json({"inspect", plan}), "QuantizedConv"), 6);
}

TEST(PrecisionOption, ATableHasNoSamplesToMeasureAccuracyOn) {
  const TempDir folder;
  const std::string plan = (folder / "int8.plan").string();
  const std::string table = (folder / "ranges.json").string();
  expect_success(joined({"inspect", kDigits, "--deterministic", "--calib-table", table}, kCalib));
  for (const Arguments& bound : {Arguments{"--min-agreement", "0.99"}, {"--max-error", "0.1"}}) {
    const Arguments from_table = {"--precision", "int8", "--calib-table", table};
    expect_failure(build(plan, joined(from_table, bound)), {"a calibration table does not hold", "--calib SRC"});
    EXPECT_FALSE(std::filesystem::exists(plan));
  }
}

TEST(PrecisionOption, BenchKnowsTrtexecsWords) {
  const Arguments bench = {"bench", kDigits, "--deterministic", "--duration", "0.01", "--warmup", "0", "--json"};
  for (const auto& [flag, precision] : {std::pair{"--int8", "int8"}, {"--fp16", "half"}, {"--best", "best"}}) {
    const ProgramResult result = exeunt_program(joined(bench, joined({flag}, kCalib)));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(Json::parse(result.out).at("precision"), precision);
  }
}

TEST(PrecisionOption, AValueMayBeJudgedByThoseThatReachItAlone) {
  const TempDir folder;
  const auto table_of = [&](const std::string& name, const Arguments& more) {
    const std::string table = (folder / name).string();
    expect_success(joined(joined({"inspect", kDigits, "--deterministic", "--calib-table", table}, kCalib), more));
    return Json::parse(std::ifstream(table));
  };
  EXPECT_NE(table_of("all.json", {}), table_of("reaching.json", {"--calib-reaching"}));
}

TEST(PrecisionOption, WrongUsageIsNamed) {
  const TempDir folder;
  const std::string plan = (folder / "x.plan").string();
  expect_wrong_usage(build(plan, {"--precision", "int4"}), "--precision: int4 not in {fp32,bf16,fp16,half,int8,best}");
  expect_wrong_usage({"eval", kDigits, "--data", kDigitsData, "--precision"}, "--precision");
  expect_failure(build(plan, {"--optimize-for", "7"}), {"cannot optimise for '7'; mix, worst, or an exit from 0 to 1"});
  for (const std::string share : {"1.01", "-1", "nan", "x", "99%"})
    expect_wrong_usage(build(plan, {"--min-agreement", share}),
                       "--min-agreement: '" + share + "' is no share from 0 to 1");
  expect_wrong_usage(build(plan, {"--max-error", "-1"}), "--max-error: '-1' is no number from 0 on");
  expect_success(build(plan, {}));
  for (const Arguments& late : {Arguments{"--precision", "int8"},
                                {"--strict"},
                                {"--optimize-for", "worst"},
                                {"--min-agreement", "0.99"},
                                {"--max-error", "0.1"},
                                {"--calib", "npz:models/digits/digits_train.npz"},
                                {"--calib-table", "ranges.json"}})
    expect_failure(joined({"inspect", plan}, late), {plan, "is built already; " + late[0]});
  // Of use to the other side.
  expect_json(
      joined({"eval", plan, "--data", kDigitsData, "--limit", "20", "--against", kDigits, "--deterministic"}, kCalib));
  expect_json(
      joined({"bench", "--versus", plan, kDigits, "--duration", "0", "--warmup", "0", "--deterministic"}, kCalib));
  expect_failure(joined({"eval", plan, "--data", kDigitsData, "--against", plan}, kCalib),
                 {"is built already; --calib"});
}

}  // namespace
}  // namespace exeunt::testing

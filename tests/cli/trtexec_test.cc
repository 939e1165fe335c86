#include <filesystem>

#include "cli/cli_test.h"

// Command lines of people who know trtexec.

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// `bench ARGUMENTS` must succeed. @return its stderr
std::string notes_on_stderr(const Arguments& arguments) {
  Arguments all = {"bench"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  const ProgramResult result = exeunt_program(all);
  EXPECT_EQ(result.exit_code, 0) << shown(all) << "\n" << result.err;
  EXPECT_THAT(result.out, HasSubstr("p50")) << shown(all);
  return result.err;
}

/// Few runs of the digits.
Arguments quick(const Arguments& more) {
  Arguments arguments = {"--onnx=" + kDigits, "--warmUp=0", "--duration=0", "--iterations=3"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Trtexec, TheLineOfTheThreadRunsAsWritten) {
  const TempDir folder;
  std::filesystem::copy_file(std::filesystem::path(EXEUNT_SOURCE_DIR) / kDigits, folder / "model.onnx");
  const Arguments line = {
      "-c",
      fmt::format("cd '{}' && '{}' bench --builderOptimizationLevel=99 --useCudaGraph --warmUp=500 --avgRuns=10000 "
                  "--iterations=1 --onnx=model.onnx --useSpinWait --fp16",
                  folder.path().string(), EXEUNT_PROGRAM)};
  const ProgramResult result = run_program("/bin/sh", line);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* part : {"model.onnx on noise", "exit 0", "exit 1", "mix", "p99", "cold start"})
    EXPECT_THAT(result.out, HasSubstr(part));
  for (const char* note : {"note: --builderOptimizationLevel 99 counts as 5", "note: --useCudaGraph changes nothing: ",
                           "note: --avgRuns changes nothing: ", "note: --useSpinWait changes nothing: "})
    EXPECT_THAT(result.err, HasSubstr(note));
  for (const std::string& said : lines_of(result.err)) EXPECT_THAT(said, ::testing::StartsWith("note: "));
}

TEST(Trtexec, OldAndNewSpellings) {
  for (const std::string flag :
       {"--useSpinWait", "--noSpinWait", "--useCudaGraph", "--noCudaGraph", "--noDataTransfers", "--avgRuns=7",
        "--includeDataTransfers", "--separateProfileRun", "--memPoolSize=workspace:64", "--profilingVerbosity=detailed",
        "--optShapes=image:1x1x8x8", "--stronglyTyped"}) {
    const std::vector<std::string> notes = lines_of(notes_on_stderr(quick({flag})));
    ASSERT_EQ(notes.size(), 1U) << flag;
    const std::string name = flag.substr(0, flag.find('='));
    EXPECT_THAT(notes[0], ::testing::StartsWith(fmt::format("note: {} changes nothing: ", name)));
  }
}

TEST(Trtexec, FlagsThatMeanSomethingSayNothing) {
  const TempDir folder;
  const std::string cache = (folder / "times.json").string();
  const std::string plan = (folder / "digits.plan").string();
  EXPECT_EQ(
      notes_on_stderr(quick({"--infStreams=2", "--percentile=90,99.9", "--threads=1", "--builderOptimizationLevel=0",
                             "--timingCacheFile=" + cache, "--saveEngine=" + plan, "--idleTime=1"})),
      "");
  EXPECT_EQ(notes_on_stderr({"--loadEngine=" + plan, "--warmUp=0", "--duration=0", "--iterations=3", "--dumpProfile",
                             "--dumpLayerInfo"}),
            "");
}

TEST(Trtexec, WhatABuiltPlanCannotFollowIsSaid) {
  const TempDir folder;
  const std::string plan = (folder / "digits.plan").string();
  expect_success({"build", kDigits, "-o", plan, "--deterministic"});
  const std::string text = " changes nothing: the plan is built already";
  for (const std::string flag : {"--fp16", "--int8", "--best", "--shapes=image:1x1x8x8"}) {
    const Arguments arguments = {"--loadEngine=" + plan, "--warmUp=0", "--duration=0", "--iterations=3", flag};
    EXPECT_THAT(notes_on_stderr(arguments), HasSubstr("note: " + flag.substr(0, flag.find('=')) + text));
  }
  EXPECT_THAT(notes_on_stderr({"--versus", plan, plan, "--warmUp=0", "--duration=0", "--int8"}),
              HasSubstr("note: --int8" + text));
}

TEST(Trtexec, PrecisionsAddUp) {
  const auto precision_of = [](const Arguments& flags) {
    Arguments arguments = {"bench",  kDigits,           "--iterations=1", "--warmUp=0", "--duration=0",
                           "--json", "--deterministic", "--calib",        kDigitsData};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return Json::parse(exeunt_program(arguments).out)["precision"].get<std::string>();
  };
  EXPECT_EQ(precision_of({"--int8"}), "int8");
  EXPECT_EQ(precision_of({"--fp16", "--int8"}), "best");
  EXPECT_EQ(precision_of({"--int8", "--fp16"}), "best");
}

TEST(Trtexec, ShapesAreNamedWithColons) {
  const TempDir folder;
  const std::string model = write_model(
      folder, "agraph (float[1,n] a, float[1,m] b) => (float[1,n] y, float[1,m] z) { y = Neg(a)\nz = Neg(b) }");
  notes_on_stderr({"--onnx=" + model, "--shapes=a:1x3,b:1x5", "--warmUp=0", "--duration=0", "--iterations=2"});
  expect_wrong_usage({"bench", model, "--shapes=a:1y3"}, "--shapes");
  expect_wrong_usage({"bench", model, "--shapes="}, "--shapes");
}

TEST(Trtexec, JsonStaysOneDocument) {
  Arguments arguments = quick({"--useCudaGraph", "--json"});
  arguments.insert(arguments.begin(), "bench");
  const ProgramResult result = exeunt_program(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(Json::accept(result.out));
  EXPECT_THAT(result.err, HasSubstr("--useCudaGraph"));
}

TEST(Trtexec, HelpSaysWhyAFlagChangesNothing) {
  const std::string help = expect_success({"bench", "--help"});
  EXPECT_THAT(help, HasSubstr("From trtexec"));
  EXPECT_THAT(help, HasSubstr("--useCudaGraph"));
  EXPECT_THAT(help, HasSubstr("changes nothing: "));
}

TEST(Trtexec, UnknownFlagsAreWrongUsage) {
  expect_wrong_usage({"bench", "--onnx=" + kDigits, "--useCudaGraphs"}, "--useCudaGraphs");
  expect_wrong_usage({"bench", kDigits, "--onnx=" + kDigits}, "--onnx");
}

}  // namespace
}  // namespace exeunt::testing

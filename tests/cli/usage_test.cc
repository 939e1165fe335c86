#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

// Those that take MODEL.
const Arguments kCommands = {"inspect", "run", "eval", "bench", "build", "compare"};

/// All commands: `compose` names its files by options.
Arguments all_commands() {
  Arguments commands = kCommands;
  commands.emplace_back("compose");
  return commands;
}

TEST(Usage, HelpHasExamples) {
  EXPECT_THAT(expect_success({"--help"}), HasSubstr("Examples:"));
  for (const std::string& command : all_commands()) {
    const std::string help = expect_success({command, "--help"});
    EXPECT_THAT(help, HasSubstr("Usage: exeunt " + command));
    EXPECT_THAT(help, HasSubstr("Examples:\n  exeunt " + command));
  }
}

TEST(Usage, GeneralHelpNamesEveryCommand) {
  const std::string help = expect_success({"--help"});
  for (const std::string& command : all_commands()) EXPECT_THAT(help, HasSubstr("\n  " + command));
}

TEST(Usage, VersionNamesCommitCompilerAndIsa) {
  EXPECT_THAT(expect_success({"--version"}), MatchesRegex("exeunt [0-9.]+ \\(commit [^,]+, [^,]+, [^,]+\\)\n"));
}

TEST(Usage, MissingOrUnknownCommandNamesThoseThereAre) {
  expect_wrong_usage({}, "a command is needed: inspect, run, eval");
  expect_wrong_usage({"evaluate"}, "there is no command 'evaluate'; commands: inspect, run, eval");
}

TEST(Usage, UnknownOptionIsNamed) {
  expect_wrong_usage({"--nonsense"}, "--nonsense");
  for (const std::string& command : kCommands) expect_wrong_usage({command, kDigits, "--nonsense"}, "--nonsense");
}

TEST(Usage, MissingArgumentsAreNamed) {
  for (const std::string& command : kCommands) expect_wrong_usage({command}, "MODEL");
  expect_wrong_usage({"run", kDigits}, "--input");
  expect_wrong_usage({"eval", kDigits}, "--data");
  expect_wrong_usage({"build", kDigits}, "--output");
  expect_wrong_usage({"inspect", kDigits, "another.onnx"}, "another.onnx");
}

TEST(Usage, ValuesOutOfRange) {
  expect_wrong_usage({"inspect", kDigits, "--backend", "gpu"}, "gpu");
  expect_wrong_usage({"inspect", kDigits, "--stage", "nonsense"}, "nonsense");
  expect_wrong_usage({"inspect", kDigits, "--pass-limit", "-1"}, "--pass-limit");
  expect_wrong_usage({"inspect", kDigits, "--shape", "image"}, "'image' is not of the form NAME=1x3x32x32");
  expect_wrong_usage({"inspect", kDigits, "--shape", "image=1xa"}, "--shape");
  expect_wrong_usage({"inspect", kDigits, "--threads", "0"}, "--threads");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--threads", "257"}, "--threads");
  expect_wrong_usage({"run", kDigits, "--input", "x.npy", "--batch", "0"}, "--batch");
  expect_wrong_usage({"run", kDigits, "--input", "x.npy", "--top", "-1"}, "--top");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--batch", "-3"}, "--batch");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--limit", "0"}, "--limit: '0' is no whole number");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--limit", "many"}, "--limit");
}

TEST(Usage, IsaHoldsKernelsToAnInstructionSet) {
  const Json timed = expect_json({"bench", kDigits, "--iterations", "3", "--warmUp", "0", "--duration", "0", "--isa",
                                  "scalar", "--deterministic"});
  EXPECT_EQ(timed["isa"], "scalar");
  expect_wrong_usage({"inspect", kDigits, "--isa", "abacus"}, "--isa");
#ifdef __x86_64__
  expect_failure({"bench", kDigits, "--isa", "neon"}, {"'neon'", "this build has"});
#endif
}

TEST(Usage, VerboseSaysOnStderrWhatWasBuilt) {
  const ProgramResult result = exeunt_program(
      {"bench", kDigits, "--iterations", "3", "--warmUp", "0", "--duration", "0", "--verbose", "--json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(Json::accept(result.out));
  EXPECT_THAT(result.err, ::testing::AllOf(HasSubstr("verbose: built in "), HasSubstr(" steps, arena ")));
}

TEST(Usage, ThresholdsAreNumbers) {
  for (const std::string text : {"high", "", "nan", "0.5;0.6"}) {
    expect_wrong_usage({"eval", kDigits, "--data", "random", "--threshold=" + text}, "--threshold");
  }
}

TEST(Usage, NothingIsDividedByZero) {
  for (const std::string zero : {"0", "1,0", "-0.0"}) {
    expect_wrong_usage({"bench", kDigits, "--std", zero}, "--std: '");
    expect_wrong_usage({"eval", kDigits, "--data", kDigitsData, "--std", zero}, "is nothing to divide by");
  }
}

TEST(Usage, SavedFilesHaveAKnownExtension) {
  expect_wrong_usage({"run", kDigits, "--input", "x.npy", "--save", "y.csv"}, "'y.csv' does not end with .npy or .npz");
  expect_wrong_usage({"eval", kDigits, "--data", "random", "--save", "y.npy"}, "'y.npy' does not end with .npz");
}

TEST(Usage, SecondLineSaysWhereTheHelpIs) {
  const ProgramResult result = exeunt_program({"eval", kDigits});
  EXPECT_EQ(lines_of(result.err).at(1), "exeunt eval --help shows the usage");
}

TEST(Usage, OutputThatCannotBeWrittenIsAFailure) {
  for (const std::string more : {"", " --json"}) {
    const std::string command = fmt::format("'{}' inspect {}{} > /dev/full", EXEUNT_PROGRAM, kDigits, more);
    const ProgramResult result = run_program("/bin/sh", {"-c", command});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "error: the output could not be written\n");
  }
}

}  // namespace
}  // namespace exeunt::testing

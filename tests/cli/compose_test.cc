#include <fstream>
#include <sstream>

#include "cli/cli_test.h"

/// Early-exit models by `compose`, and commands that take them.
namespace exeunt::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string part(const std::string& name) { return "tests/composed/" + name + ".onnx"; }

/// `compose` of the digits' five parts, and these options.
Arguments compose_parts(const std::string& out, const Arguments& options = {"--threshold", "0.8"}) {
  Arguments arguments = {"compose",
                         "--common",
                         part("common"),
                         "--exit",
                         part("branch1"),
                         "--then",
                         part("second"),
                         "--exit",
                         part("branch2"),
                         "--exit",
                         part("rest"),
                         "-o",
                         out};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return arguments;
}

TEST(Compose, SaysWhatItMade) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  const Json json = expect_json(compose_parts(out, {"--threshold", "0.9,0.7", "--criterion", "margin"}));
  ASSERT_EQ(json.at("exits").size(), 3U);
  const Json& second = json.at("exits").at(1);
  EXPECT_EQ(second.at("file"), part("branch2"));
  EXPECT_EQ(second.at("criterion"), "margin");
  EXPECT_EQ(second.at("threshold"), 0.7);
  EXPECT_EQ(second.at("temperature"), 1);
  EXPECT_GT(second.at("macs"), json.at("exits").at(0).at("macs"));
  EXPECT_FALSE(json.at("exits").at(2).contains("threshold")) << "the last exit takes what is left";
  EXPECT_THAT(json.at("outputs"), ElementsAre("prediction", "exit"));
  EXPECT_EQ(json.at("classes"), 10);
  EXPECT_EQ(json.at("model"), out);
}

TEST(Compose, ItsModelRunsInEveryCommand) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  expect_success(compose_parts(out));
  const Json eval = expect_json({"eval", out, "--data", kDigitsData, "--deterministic"});
  EXPECT_EQ(eval.at("exits").size(), 3U);
  EXPECT_GT(eval.at("accuracy"), 0.97);
  EXPECT_EQ(expect_json({"inspect", out, "--deterministic"}).at("decisions").size(), 2U);
}

TEST(Compose, TheOrderOfTheOptionsIsThatOfTheNetwork) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  // Two heads on the first part of the trunk instead of one on each; what is not about parts may stand anywhere.
  const Json json =
      expect_json({"compose", "--threshold", "0.8", "--common=" + part("common"), "--exit", part("branch1"), "-o", out,
                   "--exit", part("branch1"), "--then", part("second"), "--exit", part("rest")});
  EXPECT_EQ(json.at("exits").at(0).at("file"), part("branch1"));
  EXPECT_EQ(json.at("exits").at(1).at("file"), part("branch1"));
  EXPECT_EQ(json.at("exits").at(2).at("file"), part("rest"));
  expect_failure({"compose", "--common", part("common"), "--then", part("second"), "--exit", part("branch1"), "--exit",
                  part("rest"), "--threshold", "0.8", "-o", out},
                 {part("branch1") + ": its input 'max_pool2d' is f32[1,8,4,4]", "is f32[1,64,2,2]"});
}

TEST(Compose, FlattensAndComposesAgain) {
  const TempDir folder;
  const std::string flat = (folder / "flat.onnx").string();
  const std::string early = (folder / "early.onnx").string();
  const Json heads = expect_json({"compose", "--model", kDigits, "--flatten", "-o", flat});
  const std::string names =
      heads.at("outputs").at(0).get<std::string>() + "," + heads.at("outputs").at(1).get<std::string>();
  expect_success({"compose", "--model", flat, "--heads", names, "--threshold", "0.8", "-o", early});
  const Json ours = expect_json({"eval", early, "--data", kDigitsData, "--deterministic"});
  EXPECT_EQ(ours.at("exits").at(0).at("samples"), 565);
  EXPECT_NEAR(ours.at("accuracy").get<double>(), 0.985, 1e-9);
}

TEST(Compose, GivesABackboneAnExit) {
  const TempDir folder;
  const std::string early = (folder / "early.onnx").string();
  const Json json = expect_json({"compose", "--backbone", kPlainDigits, "--at", "max_pool2d", "--head", part("branch1"),
                                 "--threshold", "0.8", "-o", early});
  EXPECT_EQ(json.at("exits").at(1).at("file"), kPlainDigits);
  const Json eval = expect_json({"eval", early, "--data", kDigitsData, "--deterministic"});
  EXPECT_EQ(eval.at("exits").at(0).at("samples"), 565) << "the demo model, made in another way";
}

TEST(Compose, NotesGoToStderr) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  const std::string heads =
      write_model(folder, "g (float[1,3] x) => (float[1,3] a, float[1,3] b) { a = Neg(x) n = Neg(a) b = Softmax(n) }");
  const ProgramResult result =
      exeunt_program({"compose", "--model", heads, "--heads", "a,b", "--threshold", "0.5", "-o", out});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.err,
            "note: " + heads + ": head 'a' gives logits and another one probabilities; a Softmax was added\n");
}

TEST(Compose, WrongUsage) {
  const std::string one_way = "give --model with --heads, --common with --exit, or --backbone with --at and --head";
  expect_wrong_usage({"compose", "-o", "x.onnx", "--threshold", "0.5"}, one_way);
  expect_wrong_usage({"compose", "-o", "x.onnx", "--model", kDigits, "--common", part("common")}, one_way);
  expect_wrong_usage({"compose", "--model", kDigits, "--heads", "a,b", "--threshold", "0.5"}, "--output");
  expect_wrong_usage({"compose", "--model", kDigits, "--heads", "a,b", "-o", "x.plan", "--threshold", "1"},
                     "does not end with .onnx");
  expect_wrong_usage({"compose", "--model", kDigits, "--heads", "a,b", "-o", "x.onnx"}, "--threshold");
  expect_wrong_usage({"compose", "--model", kDigits, "-o", "x.onnx", "--threshold", "1"}, "--heads");
  expect_wrong_usage({"compose", "--common", part("common"), "-o", "x.onnx", "--threshold", "1"}, "--exit");
  expect_wrong_usage({"compose", "--backbone", kDigits, "--at", "x", "-o", "x.onnx", "--threshold", "1"}, "--head");
  expect_wrong_usage({"compose", "--model", kDigits, "--flatten", "--threshold", "1", "-o", "x.onnx"}, "--threshold");
  expect_wrong_usage(compose_parts("x.onnx", {"--threshold", "nan"}), "--threshold");
  expect_wrong_usage(compose_parts("x.onnx", {"--threshold", "1", "--temperature", "0"}), "--temperature");
  expect_wrong_usage(compose_parts("x.onnx", {"--threshold", "1", "--criterion", "luck"}), "luck");
  expect_wrong_usage(compose_parts("x.onnx", {"--threshold", "1,2,3", "--temperature", "1,2"}), "2 values");
}

TEST(Compose, FailuresNameTheFile) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  expect_failure({"compose", "--common", "missing.onnx", "--exit", part("branch1"), "--exit", part("rest"),
                  "--threshold", "1", "-o", out},
                 {"missing.onnx: there is no such file"});
  expect_failure({"compose", "--model", kPlainDigits, "--heads", "predictoin,image", "--threshold", "1", "-o", out},
                 {kPlainDigits, "there is no tensor 'predictoin'; did you mean 'prediction'?"});
  expect_failure(compose_parts(out, {"--threshold", "0.1,0.2,0.3"}), {"3 settings are given for 2 decisions"});
  expect_failure(compose_parts((folder / "missing/early.onnx").string()), {"missing/early.onnx: cannot be written"});
  expect_failure({"compose", "--model", kPlainDigits, "--flatten", "-o", out}, {kPlainDigits, "has no exits"});
  EXPECT_FALSE(std::filesystem::exists(out));
}

}  // namespace
}  // namespace exeunt::testing

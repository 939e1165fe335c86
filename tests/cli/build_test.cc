#include "cli/cli_test.h"

/// Plans by `build`, and commands that take them.
namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

/// The digits as a plan whose kernels are picked by rules, and options of `build`.
std::string build_digits(const TempDir& folder, const Arguments& options = {}) {
  const std::string path = (folder / "digits.plan").string();
  Arguments arguments = {"build", kDigits, "-o", path, "--deterministic"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  expect_success(arguments);
  return path;
}

TEST(Build, SaysWhatItBuilt) {
  const TempDir folder;
  const std::string path = (folder / "digits.plan").string();
  const Json json = expect_json({"build", kDigits, "-o", path, "--deterministic"});
  EXPECT_EQ(json.at("precision"), "fp32");
  EXPECT_EQ(json.at("plan"), path);
  EXPECT_GT(json.at("steps"), 3);
  EXPECT_GT(json.at("arena_bytes"), 0);
  EXPECT_GT(json.at("weights_bytes"), 1000);
  EXPECT_GT(json.at("build_seconds"), 0);
  EXPECT_EQ(json.at("file_bytes"), std::filesystem::file_size(path));
  EXPECT_THAT(expect_success({"build", kDigits, "-o", path, "--deterministic"}), StartsWith(path + ": fp32 for "));
}

TEST(Build, TheSameModelGivesTheSameFile) {
  const TempDir folder;
  const std::string first = content_of(build_digits(folder));
  EXPECT_EQ(content_of(build_digits(folder)), first);
}

TEST(Build, ATimingCacheGivesTheSameFile) {
  const TempDir folder;
  const std::string times = (folder / "times.json").string();
  const auto build = [&](const std::string& name) {
    const std::string path = (folder / name).string();
    expect_success({"build", kDigits, "-o", path, "--builderOptimizationLevel", "1", "--timing-cache", times});
    return content_of(path);
  };
  const std::string first = build("first.plan");
  EXPECT_TRUE(Json::accept(content_of(times)));
  EXPECT_EQ(build("second.plan"), first);
  folder.write("times.json", "{");
  expect_failure({"build", kDigits, "-o", (folder / "x.plan").string(), "--timing-cache", times},
                 {"times.json: is no timing cache of this version (no JSON from byte 2 on); delete it"});
  folder.write("times.json", R"({"format": "exeunt timing cache 1"})");
  expect_failure({"build", kDigits, "-o", (folder / "x.plan").string(), "--timing-cache", times},
                 {"times.json: is no timing cache of this version ('format' or 'steps' is missing"});
  EXPECT_FALSE(std::filesystem::exists(folder / "x.plan"));
}

TEST(Build, NeedsAnOnnxFileAndAPlanToWrite) {
  const TempDir folder;
  const std::string plan = build_digits(folder);
  expect_wrong_usage({"build", kDigits}, "--output");
  expect_wrong_usage({"build", kDigits, "-o", "x.onnx"}, "does not end with .plan");
  expect_failure({"build", plan, "-o", (folder / "again.plan").string()}, {plan, "is a built plan"});
  expect_failure({"build", kDigits, "-o", (folder / "missing" / "x.plan").string()},
                 {"missing", "cannot be written (-o): there is no folder"});
  expect_failure({"build", "missing.onnx", "-o", (folder / "x.plan").string()}, {"missing.onnx"});
}

TEST(BuiltPlan, AnswersAsItsModel) {
  const TempDir folder;
  const std::string plan = build_digits(folder);
  const std::string x = write_array(folder, "x.npy", digits(6));
  const Json of_plan = expect_json({"run", plan, "--input", x});
  const Json of_model = expect_json({"run", kDigits, "--input", x, "--deterministic"});
  EXPECT_EQ(of_plan.at("results"), of_model.at("results"));
  const Json eval = expect_json({"eval", plan, "--data", kDigitsData, "--limit", "50", "--against", plan});
  EXPECT_EQ(eval.at("samples"), 50);
  EXPECT_NEAR(eval.at("against").at("agreement").get<double>(), 1, 1e-9);
}

TEST(BuiltPlan, IsInspected) {
  const TempDir folder;
  const std::string plan = build_digits(folder);
  const Json of_plan = expect_json({"inspect", plan});
  const Json of_model = expect_json({"inspect", kDigits, "--deterministic"});
  for (const char* key : {"inputs", "outputs", "exits", "decisions", "layers", "macs", "parameters", "arena_bytes",
                          "packed_bytes", "steps", "tree"})
    EXPECT_EQ(of_plan.at(key), of_model.at(key)) << key;
  const std::string text = expect_success({"inspect", plan});
  EXPECT_THAT(text, StartsWith(plan + "\nplan, fp32, for "));
  EXPECT_THAT(text, HasSubstr("decision 0"));
  for (const char* of_the_file : {"opset", "made by", "imported", "rewrites"})
    EXPECT_THAT(text, Not(HasSubstr(of_the_file)));
  for (const char* of_the_file : {"opset", "producer", "imported_nodes", "passes"})
    EXPECT_FALSE(of_plan.contains(of_the_file)) << of_the_file;
  EXPECT_THAT(expect_success({"inspect", plan, "--stage", "plan"}), HasSubstr("Conv"));
  EXPECT_THAT(expect_success({"inspect", plan, "--stage", "graph"}), HasSubstr("values, packed>"));
  expect_failure({"inspect", plan, "--stage", "import"}, {plan, "does not hold the file as it was imported"});
}

TEST(BuiltPlan, IsMeasuredAndSavedByBench) {
  const TempDir folder;
  const std::string saved = (folder / "saved.plan").string();
  const Arguments quick = {"--deterministic", "--duration", "0", "--warmup", "0"};
  Arguments bench = {"bench", kDigits, "--saveEngine=" + saved};
  bench.insert(bench.end(), quick.begin(), quick.end());
  expect_json(bench);
  EXPECT_EQ(content_of(saved), content_of(build_digits(folder)));
  for (const std::string& load : {saved, "--loadEngine=" + saved}) {
    Arguments again = {"bench", load};
    again.insert(again.end(), quick.begin(), quick.end());
    const Json json = expect_json(again);
    EXPECT_EQ(json.at("precision"), "fp32");
    EXPECT_EQ(json.at("model"), saved);
  }
}

TEST(BuiltPlan, OptionsForBuildingComeTooLate) {
  const TempDir folder;
  const std::string plan = build_digits(folder);
  expect_failure({"inspect", plan, "--backend", "ref"}, {plan, "is built already; --backend"});
  expect_failure({"inspect", plan, "--shape", "image=1x1x8x8"}, {plan, "is built already; --shape"});
  expect_failure({"inspect", plan, "--threads", "2"}, {plan, "is built for 1 thread, not 2"});
  expect_failure({"compare", plan}, {plan, "needs the ONNX file"});
}

TEST(BuiltPlan, ForAnotherInstructionSetIsRefused) {
  const TempDir folder;
  const std::string isa = expect_json({"inspect", build_digits(folder)}).at("isa");
  if (isa == "scalar") GTEST_SKIP() << "there is no narrower one";
  const std::string plan = build_digits(folder, {"--target-isa", "scalar"});
  expect_failure({"inspect", plan}, {plan + ": this plan was built for scalar; this machine has " + isa,
                                     "build it here, or with --target-isa " + isa});
  expect_wrong_usage({"build", kDigits, "-o", plan, "--target-isa", "abacus"}, "--target-isa");
}

TEST(BuiltPlan, RunsOnTheRuntimeOnlyLibrary) {
  const TempDir folder;
  const std::string plan = build_digits(folder, {"--runtime-only"});
  const ProgramResult device = run_program(EXEUNT_RUN_PLAN, {plan});
  EXPECT_EQ(device.exit_code, 0) << device.err;
  const Tensor zeros({DType::f32, {1, 1, 8, 8}});
  const std::string x = write_array(folder, "x.npy", zeros);
  for (const char* threshold : {"-1", "2"}) {
    const Json result = expect_json({"run", plan, "--input", x, "--threshold", threshold}).at("results").at(0);
    std::string line = fmt::format("exit {}:", result.at("exit").get<int>());
    for (const auto& value : result.at("outputs").at("prediction").at(0))
      line += fmt::format(" {:.9g}", value.get<float>());
    EXPECT_THAT(device.out, HasSubstr(line + "\n"));
  }
  const ProgramResult missing = run_program(EXEUNT_RUN_PLAN, {"missing.plan"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.err, "error: missing.plan: No such file or directory\n");
}

}  // namespace
}  // namespace exeunt::testing

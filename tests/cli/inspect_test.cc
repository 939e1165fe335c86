#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

TEST(Inspect, JsonHasTheKeysOfTheContract) {
  const Json json = expect_json({"inspect", kDigits});
  for (const char* key : {"inputs", "outputs", "exits", "decisions", "layers", "macs", "parameters", "warnings"})
    EXPECT_TRUE(json.contains(key)) << key;
  EXPECT_EQ(json["inputs"], Json::parse(R"([{"dtype": "f32", "shape": [1,1,8,8], "name": "image"}])"));
  EXPECT_EQ(json["outputs"], Json::parse(R"(["prediction", "exit"])"));
  ASSERT_EQ(json["exits"].size(), 2U);
  EXPECT_EQ(json["exits"][0]["macs"], 5888);
  EXPECT_EQ(json["exits"][1]["macs"], 354688);
  EXPECT_EQ(json["macs"], 354688);
  EXPECT_EQ(json["warnings"], Json::array());
}

TEST(Inspect, SaysHowTheNetworkReadsAnInput) {
  const std::string keras = (std::filesystem::path(EXEUNT_SOURCE_DIR) / "tests/exported/cnn_tflite.onnx").string();
  EXPECT_THAT(expect_success({"inspect", keras}),
              HasSubstr("f32[1,31,29,3]  serving_default_image:0  (read as [1,3,31,29], at no cost)\n"));
  const Json input = expect_json({"inspect", keras})["inputs"][0];
  EXPECT_EQ(input["shape"], Json::parse("[1,31,29,3]"));
  EXPECT_EQ(input["order"], Json::parse("[0,2,3,1]"));
}

TEST(Inspect, JsonNumbersHaveTheDigitsOfTheirType) {
  const std::string text = expect_success({"inspect", kDigits, "--json"});
  EXPECT_THAT(text, HasSubstr(R"("threshold": 0.8,)"));
}

TEST(Inspect, JsonDescribesDecisionsLayersAndSteps) {
  const Json json = expect_json({"inspect", kDigits});
  ASSERT_EQ(json["decisions"].size(), 1U);
  EXPECT_EQ(json["decisions"][0]["criterion"], "max_prob");
  EXPECT_EQ(json["decisions"][0]["tunable"], true);
  ASSERT_FALSE(json["layers"].empty());
  for (const char* key : {"name", "op", "result", "segment", "macs"})
    EXPECT_TRUE(json["layers"][0].contains(key)) << key;
  ASSERT_FALSE(json["steps"].empty());
  for (const char* key : {"id", "name", "op", "kernel", "backend", "segment", "bytes", "refused"})
    EXPECT_TRUE(json["steps"][0].contains(key)) << key;
  EXPECT_GT(json["arena_bytes"], 0);
}

TEST(Inspect, EveryStageGivesOneJsonDocument) {
  for (const std::string stage : {"import", "graph"})
    EXPECT_THAT(expect_json({"inspect", kDigits, "--stage", stage})["text"].get<std::string>(), HasSubstr("decide"));
  EXPECT_FALSE(expect_json({"inspect", kDigits, "--stage", "plan"})["steps"].empty());
}

TEST(Inspect, ModelWithoutDecisionIsWarnedOf) {
  const Json warnings = expect_json({"inspect", kPlainDigits})["warnings"];
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0]["code"], "no_decision");
  for (const char* key : {"code", "node", "message", "hint"}) EXPECT_TRUE(warnings[0].contains(key)) << key;
  EXPECT_THAT(expect_success({"inspect", kPlainDigits}),
              HasSubstr("warning [no_decision]\n  always runs the same path"));
}

TEST(Inspect, RefusalsOfOneKindComeTogether) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,2,3,3] x",
                                                           "a = Round(x) b = Round(a) c = Round(b) d = Round(c)"
                                                           "y = Round(d)"));
  EXPECT_THAT(expect_success({"inspect", model}), HasSubstr("warning [slow_step] 5 nodes 'a', 'b', 'c' and 2 more\n"));
  EXPECT_THAT(expect_success({"inspect", model, "--stage", "plan"}), HasSubstr("(steps 0, 1, 2, 3, 4)"));
  EXPECT_EQ(expect_json({"inspect", model})["warnings"].size(), 6U);
}

TEST(Inspect, PlanTableStandsInColumns) {
  const std::vector<std::string> lines = lines_of(expect_success({"inspect", kDigits, "--stage", "plan"}));
  ASSERT_GT(lines.size(), 3U);
  const std::size_t name = lines[0].find("name");
  for (std::size_t i = 2; !lines[i].empty(); ++i) {
    if (lines[i].starts_with("-> ")) continue;
    EXPECT_EQ(lines[i][name - 1], ' ') << lines[i];
    EXPECT_NE(lines[i][name], ' ') << lines[i];
  }
}

TEST(Inspect, NothingIsWiderThanAPage) {
  const TempDir folder;
  onnx::ModelProto model =
      model_of(one_output("float[1,2,3,3] x", "a = Round(x) b = Cast<to = 10>(a) y = Cast<to = 1>(b)"));
  for (auto& node : *model.mutable_graph()->mutable_node())
    node.set_name("model/" + std::string(300, 'n') + node.name());
  const std::string long_names = write_model(folder, model);
  for (const std::string& path : {kDigits, kPlainDigits, long_names}) {
    for (const Arguments& arguments : {Arguments{"inspect", path}, {"inspect", path, "--stage", "plan"}}) {
      for (const std::string& line : lines_of(expect_success(arguments))) EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

TEST(Inspect, CutNamesStayWholeCharacters) {
  const TempDir folder;
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Relu(x)"));
  std::string name;
  for (int i = 0; i < 100; ++i) name += "\xc3\xa9";
  model.mutable_graph()->mutable_node(0)->set_name(name);
  EXPECT_THAT(expect_success({"inspect", write_model(folder, model), "--stage", "plan"}), HasSubstr("...\xc3\xa9"));
}

TEST(Inspect, StepsNameTheNodesOfTheFileThatTheyStandFor) {
  const Json json = expect_json({"inspect", kDigits});
  const auto fused = std::ranges::find_if(json["steps"], [](const Json& step) { return step["name"] == "node_relu"; });
  ASSERT_NE(fused, json["steps"].end());
  EXPECT_EQ((*fused)["nodes"], Json::parse(R"(["node_div", "node_conv2d", "node_relu"])"));
  EXPECT_THAT(expect_success({"inspect", kDigits, "--stage", "plan"}), HasSubstr("node_div + node_conv2d + node_relu"));
}

TEST(Inspect, PathsHaveMacsParametersAndBytes) {
  const Json exits = expect_json({"inspect", kDigits})["exits"];
  for (const char* key : {"macs", "parameters", "weight_bytes", "moved_bytes", "layers", "steps"}) {
    EXPECT_GT(exits[0][key], 0) << key;
    EXPECT_LT(exits[0][key], exits[1][key]) << key;
  }
}

TEST(Inspect, LongNamesAreCutInTablesButWholeInJson) {
  const TempDir folder;
  const std::string name = "model/" + std::string(300, 'n') + "/Relu";
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Relu(x)"));
  model.mutable_graph()->mutable_node(0)->set_name(name);
  const std::string path = write_model(folder, model);
  EXPECT_THAT(expect_success({"inspect", path, "--stage", "plan"}), HasSubstr("...nnn"));
  EXPECT_EQ(expect_json({"inspect", path})["layers"][0]["name"], name);
}

TEST(Inspect, NamesThatAreNotUtf8StillGiveJson) {
  const TempDir folder;
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Relu(x)"));
  model.mutable_graph()->mutable_node(0)->set_name("caf\xe9\n\x01");
  EXPECT_EQ(expect_json({"inspect", write_model(folder, model)})["layers"].size(), 1U);
}

TEST(Inspect, SymbolicBatchIsOneAndOtherDimsAreGiven) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[N,K] x", "y = Relu(x)"));
  expect_failure({"inspect", model}, {"model.onnx", "input 'x'", "axis 1", "--shape x=1x3x32x32"});
  EXPECT_EQ(expect_json({"inspect", model, "--shape", "x=1x5"})["inputs"][0]["shape"], Json::parse("[1,5]"));
  expect_failure({"inspect", kDigits, "--shape", "z=1x5"}, {"there is no input 'z'", "inputs: image"});
}

TEST(Inspect, DumpAfterAPassGoesToStderr) {
  const ProgramResult result = exeunt_program({"inspect", kDigits, "--json", "--dump-after", "fuse_activation"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(Json::accept(result.out));
  EXPECT_THAT(result.err, HasSubstr("activation=relu"));
  expect_failure({"inspect", kDigits, "--dump-after", "nonsense"}, {"there is no pass 'nonsense'; passes: "});
}

}  // namespace
}  // namespace exeunt::testing

#include <fstream>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

TEST(Compare, JsonHasTheKeysOfTheContract) {
  const Json json = expect_json({"compare", kDigits});
  for (const char* key : {"steps", "worst", "samples", "tolerance", "first_past", "other_exits"})
    EXPECT_TRUE(json.contains(key)) << key;
  ASSERT_FALSE(json["steps"].empty());
  for (const char* key : {"name", "max_abs", "max_rel"}) {
    EXPECT_TRUE(json["steps"][0].contains(key)) << key;
    EXPECT_TRUE(json["worst"].contains(key)) << key;
  }
  EXPECT_EQ(json["first_past"], nullptr);
  EXPECT_EQ(json["samples"], 4);
}

TEST(Compare, SaysThatAllIsWell) {
  const std::string text = expect_success({"compare", kDigits, "--limit", "2"});
  EXPECT_THAT(text, HasSubstr("lenet_digits.onnx: cpu against reference, 2 samples"));
  EXPECT_THAT(text, HasSubstr("are within the tolerance of 0.0001"));
}

/// The digits with other weights in the last layer's bias.
std::string changed_digits(const TempDir& folder) {
  onnx::ModelProto model;
  std::ifstream file(kDigits, std::ios::binary);
  EXPECT_TRUE(model.ParseFromIstream(&file));
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.dims_size() == 1 && tensor.dims(0) == 32) {
      std::string& raw = *tensor.mutable_raw_data();
      for (std::size_t i = 0; i < raw.size(); i += 4) raw.replace(i, 4, std::string("\x00\x00\x80\x3f", 4));
    }
  }
  return write_model(folder, model, "changed.onnx");
}

TEST(Compare, ADifferenceIsShownAndFails) {
  const TempDir folder;
  const ProgramResult result = exeunt_program({"compare", kDigits, "--against", changed_digits(folder)});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("past"));
  EXPECT_THAT(result.err, ::testing::StartsWith("error: models/digits/lenet_digits.onnx: "));
  EXPECT_THAT(result.err, HasSubstr("is the first to leave the tolerance of 0.0001"));
  const ProgramResult json = exeunt_program({"compare", kDigits, "--against", changed_digits(folder), "--json"});
  EXPECT_EQ(json.exit_code, 1);
  ASSERT_TRUE(Json::accept(json.out));
  EXPECT_EQ(Json::parse(json.out)["first_past"]["past"], true);
}

TEST(Compare, WithItselfAsAFile) {
  const Arguments arguments = {"compare", kDigits, "--against", kDigits, "--tolerance", "0", "--deterministic"};
  EXPECT_EQ(expect_json(arguments)["worst"]["max_abs"], 0);
}

TEST(Compare, BisectsOverPasses) {
  const Json json = expect_json({"compare", kDigits, "--bisect", "--limit", "1"})["bisect"];
  EXPECT_EQ(json["first_past"], nullptr);
  ASSERT_FALSE(json["passes"].empty());
  for (const char* key : {"pass", "limit", "rewrites", "max_abs", "max_rel"})
    EXPECT_TRUE(json["passes"][0].contains(key)) << key;
  EXPECT_THAT(expect_success({"compare", kDigits, "--bisect", "--limit", "1"}),
              HasSubstr("no pass takes the outputs past the tolerance"));
}

TEST(Compare, TakesArraysAndDataSets) {
  const TempDir folder;
  const std::string input = write_array(folder, "x.npy", digits(3));
  EXPECT_EQ(expect_json({"compare", kDigits, "--input", input})["samples"], 3);
  EXPECT_EQ(expect_json({"compare", kDigits, "--data", kDigitsData})["samples"], 16);
  EXPECT_EQ(expect_json({"compare", kDigits, "--data", kDigitsData, "--limit", "5"})["samples"], 5);
}

TEST(Compare, WithSavedAnswers) {
  const TempDir folder;
  const std::string saved = (folder / "answers.npz").string();
  expect_success({"eval", kDigits, "--data", kDigitsData, "--backend", "ref", "--save", saved});
  const Json json = expect_json({"compare", kDigits, "--against", saved, "--data", kDigitsData});
  EXPECT_EQ(json["steps"].size(), 4U);
  EXPECT_EQ(json["first_past"], nullptr);
  Arrays wrong = read_npz(saved);
  wrong.at("top1").mutable_span<std::int32_t>()[0] += 1;
  write_npz(saved, wrong);
  const ProgramResult result = exeunt_program({"compare", kDigits, "--against", saved, "--data", kDigitsData});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("array 'top1' is the first to leave the tolerance"));
}

TEST(Compare, WrongUsage) {
  expect_wrong_usage({"compare", kDigits, "--against", "nonsense"}, "neither reference, nor an .onnx or .npz file");
  expect_wrong_usage({"compare", kDigits, "--against", "answers.npz"}, "give --data SRC");
  expect_wrong_usage({"compare", kDigits, "--tolerance", "-1"}, "--tolerance");
  expect_wrong_usage({"compare", kDigits, "--input", "x.npy", "--data", "random"}, "excludes");
}

TEST(Compare, BadFiles) {
  expect_failure({"compare", "missing.onnx"}, {"missing.onnx: there is no such file"});
  expect_failure({"compare", kDigits, "--against", "missing.onnx"}, {"missing.onnx: there is no such file"});
  expect_failure({"compare", kDigits, "--against", "missing.npz", "--data", "random"}, {"missing.npz"});
  const TempDir folder;
  const std::string flat = write_array(folder, "flat.npy", Tensor(TensorType{DType::f32, {1, 64}}));
  expect_failure({"compare", kDigits, "--input", flat}, {"input 'image' is [1,64]; [1,1,8,8] is needed"});
}

}  // namespace
}  // namespace exeunt::testing

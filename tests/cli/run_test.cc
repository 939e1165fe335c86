#include <sys/stat.h>

#include <set>

#include "cli/cli_test.h"
#include "data/test_pictures.h"
#include "support/small_disk.h"
#include "support/tensors.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

/// The results of `exeunt run` on the digits network, with the same kernels each time.
Json run_digits(const std::string& input, Arguments more = {}) {
  Arguments arguments = {"run", kDigits, "--input", input, "--deterministic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return expect_json(arguments)["results"];
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

TEST(Run, JsonHasTheKeysOfTheContract) {
  const TempDir folder;
  const Json results = run_digits(write_array(folder, "x.npy", digits(3)));
  ASSERT_EQ(results.size(), 3U);
  for (const Json& result : results) {
    EXPECT_TRUE(result["exit"].is_number_integer());
    EXPECT_TRUE(result["score"].is_number());
    EXPECT_EQ(result["outputs"]["prediction"][0].size(), 10U);
    EXPECT_EQ(result["outputs"]["exit"][0], result["exit"]);
    ASSERT_EQ(result["top"].size(), 5U);
    EXPECT_GE(result["top"][0]["probability"], result["top"][1]["probability"]);
    const auto best = result["top"][0]["class"].get<std::size_t>();
    EXPECT_EQ(result["top"][0]["probability"], result["outputs"]["prediction"][0][best]);
  }
}

TEST(Run, TableHasOneRowASample) {
  const TempDir folder;
  const auto lines = lines_of(expect_success({"run", kDigits, "--input", write_array(folder, "x.npy", digits(3))}));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_THAT(lines[0], HasSubstr("sample  exit   score  best classes"));
}

TEST(Run, TopLimitsTheClasses) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(1));
  EXPECT_EQ(run_digits(x, {"--top", "1"})[0]["top"].size(), 1U);
  EXPECT_EQ(run_digits(x, {"--top", "0"})[0]["top"], Json::array());
  EXPECT_EQ(run_digits(x, {"--top", "99"})[0]["top"].size(), 10U);
}

TEST(Run, BatchesAnswerAsSingleSamplesDo) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(50));
  const Json single = run_digits(x);
  ASSERT_EQ(single.size(), 50U);
  for (const std::string batch : {"7", "50", "1000"}) EXPECT_EQ(run_digits(x, {"--batch", batch}), single) << batch;
}

TEST(Run, ArraysOfOtherTypesAreConverted) {
  const TempDir folder;
  const Tensor x = digits(5);
  const Json expected = run_digits(write_array(folder, "u8.npy", x));
  for (const DType dtype : {DType::f32, DType::f64, DType::f16, DType::i64}) {
    const std::string path = write_array(folder, "x.npy", cast_array(x.view(), dtype));
    EXPECT_EQ(run_digits(path), expected) << dtype_name(dtype);
  }
}

TEST(Run, BackendsAgree) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(50));
  const Json fast = run_digits(x);
  const Json slow = run_digits(x, {"--backend", "ref"});
  for (std::size_t i = 0; i < fast.size(); ++i) {
    EXPECT_EQ(fast[i]["exit"], slow[i]["exit"]);
    EXPECT_NEAR(fast[i]["score"].get<double>(), slow[i]["score"].get<double>(), 1e-5);
  }
}

TEST(Run, GreyPictureIsASampleOfOneChannel) {
  const TempDir folder;
  const Tensor x = digits(1);
  TestPicture picture{8, 8, 1, {x.span<std::uint8_t>().begin(), x.span<std::uint8_t>().end()}};
  write_png(folder / "digit.PNG", picture);
  EXPECT_EQ(run_digits((folder / "digit.PNG").string()), run_digits(write_array(folder, "x.npy", x)));
  for (std::uint8_t& value : picture.pixels) value = static_cast<std::uint8_t>(value * 15);
  write_png(folder / "bright.png", picture);
  const Json scaled = run_digits((folder / "bright.png").string(), {"--scale", "0.0666666667"});
  EXPECT_EQ(scaled[0]["top"][0]["class"], run_digits(write_array(folder, "x.npy", x))[0]["top"][0]["class"]);
}

TEST(Run, PictureThatDoesNotFitSaysWhatHelps) {
  const TempDir folder;
  write_png(folder / "large.png", TestPicture::filled(9, 8, {3}));
  const std::string large = (folder / "large.png").string();
  expect_failure({"run", kDigits, "--input", large}, {"large.png: ", "--resize"});
  EXPECT_EQ(run_digits(large, {"--resize"}).size(), 1U);
  write_png(folder / "color.png", TestPicture::filled(8, 8, {1, 2, 3}));
  expect_failure({"run", kDigits, "--input", (folder / "color.png").string()}, {"color.png: ", "3 channels", "grey"});
}

TEST(Run, ColorPictureGoesToChannelsFirstOrLast) {
  const TempDir folder;
  write_png(folder / "x.png", TestPicture::pattern(2, 2, 3));
  const std::string picture = (folder / "x.png").string();
  const std::string first = write_model(folder, one_output("float[1,3,2,2] x", "y = Identity(x)"), "first.onnx");
  const std::string last = write_model(folder, one_output("float[1,2,2,3] x", "y = Identity(x)"), "last.onnx");
  const Json y = expect_json({"run", last, "--input", picture})["results"][0]["outputs"]["y"];
  EXPECT_EQ(y, Json::parse("[[[[0,37,74],[111,148,185]],[[222,3,40],[77,114,151]]]]"));
  EXPECT_EQ(expect_json({"run", first, "--input", picture})["results"][0]["outputs"]["y"],
            Json::parse("[[[[0,111],[222,77]],[[37,148],[3,114]],[[74,185],[40,151]]]]"));
}

TEST(Run, ModelThatDoesNotClassifyHasNoTop) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,1,2,2] x", "y = Neg(x)"));
  const std::string x = write_array(folder, "x.npy", Tensor(TensorType{DType::f32, {1, 1, 2, 2}}));
  const Json result = expect_json({"run", model, "--input", x})["results"][0];
  EXPECT_EQ(result["top"], Json::array());
  EXPECT_EQ(result["score"], nullptr);
}

TEST(Run, AnswersThatAreNoNumbersAreNull) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,2] x", "z = Sub(x, x) y = Div(x, z)"));
  const std::string x = write_array(folder, "x.npy", f32({1, 2}, {0, 1}));
  EXPECT_EQ(expect_json({"run", model, "--input", x})["results"][0]["outputs"]["y"], Json::parse("[[null,null]]"));
}

TEST(Run, SaveHoldsTheAnswers) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(9));
  const Json results = run_digits(x, {"--batch", "4", "--save", (folder / "y.npy").string()});
  const Tensor y = read_npy(folder / "y.npy");
  ASSERT_EQ(y.type(), (TensorType{DType::f32, {9, 10}}));
  for (std::size_t i = 0; i < 9; ++i)
    EXPECT_NEAR(y.span<float>()[i * 10 + 3], results[i]["outputs"]["prediction"][0][3].get<float>(), 1e-7F);
  EXPECT_THAT(expect_success({"run", kDigits, "--input", x, "--save", (folder / "y.npz").string()}),
              HasSubstr("saved to "));
  const Arrays arrays = read_npz(folder / "y.npz");
  EXPECT_EQ(arrays.at("prediction").shape(), (Shape{9, 10}));
  EXPECT_EQ(arrays.at("exit").type(), (TensorType{DType::i64, {9}}));
}

TEST(Run, SaveThatCannotBeWrittenLeavesNothingBehind) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(100));
  const auto before = files_in(folder.path());
  for (const std::string name : {"missing/y.npy", "missing/y.npz"}) {
    const std::string target = (folder / name).string();
    expect_failure({"run", kDigits, "--input", x, "--save", target}, {target, "cannot be written"});
  }
  for (const std::string name : {"y.npy", "y.npz"}) {
    const SmallDisk full(512);
    expect_failure({"run", kDigits, "--input", x, "--save", (folder / name).string()}, {name});
  }
  EXPECT_EQ(files_in(folder.path()), before);
  // No file can be made there, not even by root.
  expect_failure({"run", kDigits, "--input", x, "--save", "/proc/y.npy"}, {"/proc/y.npy: cannot be written"});
  expect_failure({"run", kDigits, "--input", x, "--save", "/proc/y.npz"}, {"/proc/y.npz"});
}

TEST(Run, ReadOnlyFolder) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(1));
  std::filesystem::create_directory(folder / "locked");
  ::chmod((folder / "locked").c_str(), 0555);
  expect_failure({"run", kDigits, "--input", x, "--save", (folder / "locked/y.npy").string()},
                 {"missing or read-only"});
}

TEST(Run, ArraysAreScaledAsPicturesAre) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,3,1,2] x", "y = Identity(x)"));
  const std::string x = write_array(folder, "x.npy", u8({1, 3, 1, 2}, {10, 11, 20, 21, 30, 31}));
  const Json y = expect_json({"run", model, "--input", x, "--scale", "0.5", "--mean", "1,2,3", "--std", "2"});
  EXPECT_EQ(y["results"][0]["outputs"]["y"], Json::parse("[[[[2.0,2.25]],[[4.0,4.25]],[[6.0,6.25]]]]"));
  expect_failure({"run", model, "--input", x, "--mean", "1,2"}, {"mean has 2 values; give 1, or 3"});
}

TEST(Run, ArraysInTheOtherLayoutAreTurnedWhenSaid) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,3,1,2] x", "y = Identity(x)"));
  const std::string x = write_array(folder, "x.npy", u8({1, 1, 2, 3}, {10, 20, 30, 11, 21, 31}));
  expect_failure({"run", model, "--input", x}, {"x.npy", "[1,3,1,2] is needed", "--data-layout nhwc"});
  EXPECT_EQ(expect_json({"run", model, "--input", x, "--data-layout", "nhwc"})["results"][0]["outputs"]["y"],
            Json::parse("[[[[10,11]],[[20,21]],[[30,31]]]]"));
}

TEST(Run, SamplesThatAModelMixesGoOneByOne) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,2] x", "y = Softmax<axis = 0>(x)"));
  const std::string x = write_array(folder, "x.npy", f32({2, 2}, {5, 7, 9, 11}));
  EXPECT_EQ(expect_json({"run", model, "--input", x})["results"].size(), 2U);
  expect_failure({"run", model, "--input", x, "--batch", "2"},
                 {"2 samples were handed over at once", "(Softmax) sums over the samples", "--batch 1"});
}

TEST(Run, ABatchMayDecideAsOne) {
  const TempDir folder;
  const std::string x = write_array(folder, "x.npy", digits(50));
  const auto exits = [](const Json& results) {
    std::set<int> all;
    for (const Json& result : results) all.insert(result["exit"].get<int>());
    return all;
  };
  EXPECT_EQ(exits(run_digits(x, {"--batch", "50"})), (std::set<int>{0, 1}));
  EXPECT_EQ(exits(run_digits(x, {"--batch", "50", "--decision-scope", "batch"})), std::set<int>{0});
  EXPECT_EQ(run_digits(x, {"--decision-scope", "batch"}), run_digits(x)) << "a batch of one";
  expect_wrong_usage({"run", kDigits, "--input", x, "--decision-scope", "file"}, "--decision-scope");
}

TEST(Run, SeveralInputsInOrder) {
  const TempDir folder;
  const std::string model = write_model(folder, one_output("float[1,2] a, float[1,2] b", "y = Sub(a, b)"));
  const std::string a = write_array(folder, "a.npy", f32({2, 2}, {5, 7, 9, 11}));
  const std::string b = write_array(folder, "b.npy", f32({1, 2}, {5, 7}));
  const Json results = expect_json({"run", model, "--input", a, "--input", a, "--batch", "2"})["results"];
  ASSERT_EQ(results.size(), 2U);
  EXPECT_EQ(results[1]["outputs"]["y"], Json::parse("[[0,0]]"));
  expect_failure({"run", model, "--input", a}, {"1 input was given", "the model has 2: a, b"});
  expect_failure({"run", model, "--input", a, "--input", b}, {"b.npy: holds 1 sample;", "a.npy holds 2"});
}

}  // namespace
}  // namespace exeunt::testing

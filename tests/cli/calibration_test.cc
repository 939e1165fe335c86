#include <filesystem>
#include <fstream>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;

Json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  return Json::parse(file, nullptr, false);
}

/// Any command of those that build plans, with options behind it.
Arguments inspect_digits(const Arguments& more) {
  Arguments arguments = {"inspect", kDigits, "--deterministic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Calibration, EveryCommandTakesSamplesAndWritesTheirTable) {
  const TempDir folder;
  const std::vector<Arguments> commands = {{"inspect", kDigits},
                                           {"run", kDigits, "--input", (folder / "x.npy").string()},
                                           {"eval", kDigits, "--data", kDigitsData, "--limit", "5"},
                                           {"bench", kDigits, "--duration", "0.01", "--warmup", "0"},
                                           {"compare", kDigits, "--limit", "1"}};
  write_npy(folder / "x.npy", Tensor(TensorType{DType::f32, {1, 1, 8, 8}}).view());
  for (const Arguments& command : commands) {
    const auto table = folder / (command[0] + ".json");
    Arguments arguments = command;
    for (const std::string& more : {std::string("--calib"), kDigitsData, std::string("--calib-limit"), std::string("7"),
                                    std::string("--calib-table"), table.string()})
      arguments.push_back(more);
    expect_json(arguments);
    const Json json = read_json(table);
    ASSERT_TRUE(json.is_object()) << command[0];
    EXPECT_EQ(json["samples"], 7);
    EXPECT_EQ(json["method"], "mse");
    EXPECT_EQ(json["ranges"]["image"]["low"], 0);
    EXPECT_EQ(json["ranges"]["image"]["channel_mean"].size(), 1U);
  }
}

TEST(Calibration, SamplesAreScaledAsTheModelWantsThem) {
  const TempDir folder;
  const std::string table = (folder / "t.json").string();
  const auto high = [&](const Arguments& more) {
    Arguments arguments = inspect_digits({"--calib", kDigitsData, "--calib-method", "min_max", "--calib-table", table});
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_json(arguments);
    return read_json(table)["ranges"]["image"]["high"].get<double>();
  };
  EXPECT_DOUBLE_EQ(high({"--scale", "0.5"}), high({}) / 2);
}

TEST(Calibration, ATableIsReadWithoutSamples) {
  const TempDir folder;
  const std::string good =
      folder.write("good.json", R"({"exeunt_calibration":1,"method":"hand","samples":0,"ranges":{}})");
  expect_json(inspect_digits({"--calib-table", good}));
  const std::string bad = folder.write("bad.json", R"({"exeunt_calibration":1,"method":"hand","samples":0})");
  expect_failure(inspect_digits({"--calib-table", bad}), {bad, "lacks the key 'ranges'"});
  const std::string missing = (folder / "missing.json").string();
  expect_failure(inspect_digits({"--calib-table", missing}), {missing});
}

TEST(Calibration, TheTableIsThatOfTheFirstModel) {
  const TempDir folder;
  const std::string table = (folder / "t.json").string();
  expect_json({"eval", kDigits, "--data", kDigitsData, "--limit", "5", "--against", kPlainDigits, "--calib",
               kDigitsData, "--calib-limit", "5", "--calib-table", table});
  EXPECT_EQ(read_json(table)["exit_shares"].size(), 2U);
}

/// A batch of black pictures, all of the class `label`.
void write_batch(const TempDir& folder, const std::string& name, int count) {
  folder.write(name, std::string(static_cast<std::size_t>(count) * 3073, '\0'));
}

TEST(Calibration, Cifar10IsItsTrainingPart) {
  const TempDir folder;
  const std::string model =
      write_model(folder, model_of("g (float[1,3,32,32] x) => (float[1,3,32,32] y) { y = Neg(x) }"));
  const std::string table = (folder / "t.json").string();
  const std::string data = "cifar10:" + folder.path().string();
  const auto calibrate = [&](const std::string& source) {
    return Arguments{"inspect", model, "--calib", source, "--calib-table", table};
  };
  write_batch(folder, "test_batch.bin", 3);
  expect_failure(calibrate(data), {"--calib " + data, "has no training batches of CIFAR-10", "data_batch_1.bin"});
  expect_json(calibrate(data + ":test"));
  EXPECT_EQ(read_json(table)["samples"], 3);
  for (int i = 1; i <= 5; ++i) write_batch(folder, fmt::format("data_batch_{}.bin", i), 2);
  expect_json(calibrate(data));
  EXPECT_EQ(read_json(table)["samples"], 10);
}

TEST(Calibration, WrongUsageIsNamed) {
  expect_wrong_usage(inspect_digits({"--calib-method", "mse"}), "--calib-method requires --calib");
  expect_wrong_usage(inspect_digits({"--calib-limit", "9"}), "--calib-limit requires --calib");
  expect_wrong_usage(inspect_digits({"--calib", "random", "--calib-method", "kl"}), "--calib-method");
  expect_wrong_usage(inspect_digits({"--calib", "random", "--calib-limit", "0"}), "--calib-limit");
  expect_wrong_usage(inspect_digits({"--calib-table", "table.txt"}), "does not end with .json");
  expect_failure(inspect_digits({"--calib", "nonsense"}), {"--calib nonsense", "the data 'nonsense' is unknown"});
}

}  // namespace
}  // namespace exeunt::testing

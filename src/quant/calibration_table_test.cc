#include <exeunt/tools/calibrate.h>
#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <fstream>
#include <random>

#include "support/expect_error.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using namespace testing;
using ::testing::HasSubstr;

/// Any finite float.
float any_float(std::mt19937& random) {
  for (;;) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (std::isfinite(value)) return value;
  }
}

Calibration any_calibration(std::uint32_t seed) {
  std::mt19937 random(seed);
  Calibration result{seed % 2 == 0 ? "entropy" : "of \"another\" kind\n", static_cast<std::int64_t>(random()), {}, {}};
  const std::vector<std::string> names = {"x", "", "a/b:0", "\"quoted\"\\", "Größe", "a#2", "line\nend", "ranges"};
  for (const std::string& name : names) {
    if (random() % 4 == 0) continue;
    const float a = any_float(random);
    const float b = any_float(random);
    ValueRange range{std::min(a, b), std::max(a, b)};
    for (auto c = random() % 5; c > 0; --c) range.channel_mean.push_back(any_float(random));
    result.ranges[name] = range;
  }
  for (auto e = random() % 4; e > 0; --e) result.exit_shares.push_back(static_cast<double>(random()) / 3e9);
  return result;
}

TEST(CalibrationTable, ReadsBackWhatItWrote) {
  const TempDir folder;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const Calibration written = any_calibration(seed);
    save_calibration(written, folder / "table.json");
    const Calibration read = load_calibration(folder / "table.json");
    EXPECT_EQ(read.method, written.method) << seed;
    EXPECT_EQ(read.samples, written.samples) << seed;
    EXPECT_EQ(read.exit_shares, written.exit_shares) << seed;
    ASSERT_EQ(read.ranges.size(), written.ranges.size()) << seed;
    for (const auto& [name, range] : written.ranges) {
      ASSERT_TRUE(read.ranges.contains(name)) << seed << name;
      EXPECT_EQ(read.ranges.at(name).low, range.low) << seed << name;
      EXPECT_EQ(read.ranges.at(name).high, range.high) << seed << name;
      EXPECT_EQ(read.ranges.at(name).channel_mean, range.channel_mean) << seed << name;
    }
  }
}

TEST(CalibrationTable, HasOneLineAValueAndShortNumbers) {
  const TempDir folder;
  save_calibration({"mse", 2, {{"b", {-0.1F, 0.7F, {0.3F, 1}}}, {"a", {0, 3}}}, {0.25, 0.75}}, folder / "table.json");
  EXPECT_EQ(content_of(folder / "table.json"), R"({
  "exeunt_calibration": 1,
  "method": "mse",
  "samples": 2,
  "exit_shares": [0.25,0.75],
  "ranges": {
    "a": {"low":0.0,"high":3.0},
    "b": {"low":-0.1,"high":0.7,"channel_mean":[0.3,1.0]}
  }
}
)");
}

TEST(CalibrationTable, MayBeWrittenByHand) {
  const TempDir folder;
  const auto path = folder.write(
      "t.json",
      R"({"ranges": {"x": {"high": 2, "low": -1}}, "samples": 0, "method": "hand", "exeunt_calibration": 1})");
  const Calibration read = load_calibration(path);
  EXPECT_EQ(read.ranges.at("x").low, -1);
  EXPECT_EQ(read.ranges.at("x").high, 2);
  EXPECT_TRUE(read.exit_shares.empty());
}

TEST(CalibrationTable, ErrorsNameTheFileAndTheKey) {
  const TempDir folder;
  const auto refuses = [&](const std::string& content, const std::string& text) {
    const auto path = folder.write("table.json", content);
    expect_error(ErrorCode::format, path.string() + ": " + text, [&] { load_calibration(path); });
  };
  const auto range = [](const std::string& entry) {
    return R"({"exeunt_calibration":1,"method":"m","samples":1,"ranges":{"conv/1":)" + entry + "}}";
  };
  refuses("", "is no JSON");
  refuses("{\"a\": 1,}", "is no JSON, at byte 9");
  refuses("[1]", "'the table' is array; an object is needed");
  refuses("{}", "'the table' lacks the key 'exeunt_calibration'");
  refuses(R"({"exeunt_calibration":2})", "'exeunt_calibration' is 2; this version of Exeunt reads 1");
  refuses(R"({"exeunt_calibration":1,"method":3})", "'method' is number; a string is needed");
  refuses(R"({"exeunt_calibration":1,"method":"m","samples":1})", "'the table' lacks the key 'ranges'");
  refuses(R"({"exeunt_calibration":1,"method":"m","samples":-1})", "'samples' is -1");
  refuses(range("3"), "'ranges.conv/1' is number; an object is needed");
  refuses(range(R"({"low":0})"), "'ranges.conv/1' lacks the key 'high'");
  refuses(range(R"({"low":"0","high":1})"), "'ranges.conv/1.low' is string; a number is needed");
  refuses(range(R"({"low":null,"high":1})"), "'ranges.conv/1.low' is null; a number is needed");
  refuses(range(R"({"low":0,"high":1e39})"), "'ranges.conv/1.high' is 1e+39, too large a number");
  refuses(range(R"({"low":2,"high":1})"), "'ranges.conv/1': low 2 is above high 1");
  refuses(range(R"({"low":0,"high":1,"channel_mean":[0,{}]})"),
          "'ranges.conv/1.channel_mean[1]' is object; a number is needed");
  expect_error(ErrorCode::file, "nowhere.json", [&] { load_calibration(folder / "nowhere.json"); });
}

TEST(CalibrationTable, IsWrittenWholeOrNotAtAll) {
  const TempDir folder;
  const auto path = folder.write("table.json", "old");
  expect_error(ErrorCode::unsupported, "no UTF-8", [&] { save_calibration({"m", 1, {{"\xff", {}}}}, path); });
  EXPECT_EQ(content_of(path), "old");
  expect_error(ErrorCode::file, "missing", [&] { save_calibration({"m", 1, {}}, folder / "no" / "table.json"); });
}

}  // namespace

}  // namespace exeunt

#include <fstream>
#include <sstream>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

TEST(InspectReport, ItsRowsAreThoseOfTheLayerInfoAndTheProfile) {
  const TempDir folder;
  const std::string plan = (folder / "digits.plan").string();
  expect_success({"build", kDigits, "-o", plan});
  const std::string layers = (folder / "layers.json").string();
  expect_success({"bench", plan, "--duration", "0.02", "--data", kDigitsData, "--exportLayerInfo", layers});
  const std::string page = (folder / "page.html").string();
  expect_success({"inspect", plan, "--duration", "0.02", "--report", page});
  const std::string html = text_of(page);
  const Json rows = Json::parse(text_of(layers))["Layers"];
  ASSERT_FALSE(rows.empty());
  for (const Json& row : rows) {
    const std::string id = std::to_string(row["id"].get<int>());
    EXPECT_THAT(html,
                HasSubstr(fmt::format("<tr id=\"step-{0}\" data-step=\"{0}\" data-op=\"{1}\" data-kernel=\"{2}\">", id,
                                      row["op"].get<std::string>(), row["kernel"].get<std::string>())));
    EXPECT_THAT(html, HasSubstr(fmt::format("<a id=\"node-{}\"", id)));
  }
  EXPECT_THAT(html, Not(HasSubstr(fmt::format("id=\"step-{}\"", rows.size())))) << "and no others";
}

TEST(InspectReport, WhatInspectPrintsStaysTheSame) {
  const TempDir folder;
  const std::string page = (folder / "page.html").string();
  const Json json = expect_json({"inspect", kDigits, "--duration", "0.02", "--report", page});
  EXPECT_EQ(json["exits"].size(), 2U);
  for (const Json& step : json["steps"]) EXPECT_TRUE(step["reads"].is_array());
  EXPECT_THAT(expect_success({"inspect", kDigits, "--stage", "graph", "--duration", "0.02", "--report", page}),
              HasSubstr("decide"));
}

TEST(InspectReport, SharesComeFromDataOnly) {
  const TempDir folder;
  const std::string page = (folder / "page.html").string();
  expect_success({"inspect", kDigits, "--duration", "0.02", "--data", kDigitsData, "--limit", "64", "--report", page});
  EXPECT_THAT(text_of(page), HasSubstr("Share of each exit"));
  expect_success({"inspect", kDigits, "--duration", "0.02", "--data", "random", "--report", page});
  EXPECT_THAT(text_of(page), HasSubstr("How many samples take each exit is not known"));
}

TEST(InspectReport, TwoPrecisionsOfAModelAndTwoFilesStandSideBySide) {
  const TempDir folder;
  const std::string page = (folder / "page.html").string();
  const ProgramResult result = exeunt_program({"inspect", kDigits, "--duration", "0.05", "--calib", kDigitsData,
                                               "--versus", "int8", "--strict", "--report", page});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(text_of(page), HasSubstr("B: lenet_digits.onnx, int8"));
  expect_success({"inspect", kDigits, "--duration", "0.05", "--versus", kPlainDigits, "--report", page});
  EXPECT_THAT(text_of(page), HasSubstr("B: lenet_digits_plain.onnx"));
}

TEST(InspectReport, FailuresLeaveTheOldPage) {
  const TempDir folder;
  const std::string page = (folder / "page.html").string();
  std::ofstream(page) << "old";
  expect_failure({"inspect", kDigits, "--report", page, "--data", "npz:missing.npz"}, {"missing.npz"});
  expect_failure({"inspect", kDigits, "--duration", "0.02", "--report", page, "--versus", "missing.onnx"},
                 {"missing.onnx"});
  EXPECT_EQ(text_of(page), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "and nothing beside it";
  expect_failure({"inspect", kDigits, "--duration", "0.02", "--report", (folder / "no/page.html").string()},
                 {"no/page.html"});
}

TEST(InspectReport, UsageIsChecked) {
  expect_wrong_usage({"inspect", kDigits, "--report", "page.txt"}, ".html");
  for (const Arguments& more : {Arguments{"--versus", "int8"}, {"--data", kDigitsData}, {"--limit", "5"}}) {
    Arguments arguments = {"inspect", kDigits};
    arguments.insert(arguments.end(), more.begin(), more.end());
    expect_wrong_usage(arguments, "for the page that --report writes");
  }
}

}  // namespace
}  // namespace exeunt::testing

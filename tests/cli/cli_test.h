#pragma once

#include <exeunt/tools/arrays.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/onnx_text.h"
#include "support/run_program.h"
#include "support/temp_dir.h"

/// The program under test, and what holds for every command of it.
namespace exeunt::testing {

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

inline Arguments joined(Arguments first, const Arguments& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

inline const std::string kDigits = "models/digits/lenet_digits.onnx";
inline const std::string kPlainDigits = "models/digits/lenet_digits_plain.onnx";
inline const std::string kDigitsNpz = "models/digits/digits_test.npz";
inline const std::string kDigitsData = "npz:" + kDigitsNpz;

/// `exeunt ARGUMENTS`, in the folder of the sources.
inline ProgramResult exeunt_program(const Arguments& arguments) { return run_program(EXEUNT_PROGRAM, arguments); }

inline std::string shown(const Arguments& arguments) { return fmt::format("exeunt {}", fmt::join(arguments, " ")); }

/// Lines of a text, without their ends.
inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// Runs a command that must succeed in silence on stderr. @return its stdout
inline std::string expect_success(const Arguments& arguments) {
  const ProgramResult result = exeunt_program(arguments);
  EXPECT_EQ(result.exit_code, 0) << shown(arguments) << "\n" << result.err;
  EXPECT_EQ(result.err, "") << shown(arguments);
  return result.out;
}

/// The same with --json: stdout holds one document and nothing else.
inline Json expect_json(Arguments arguments) {
  arguments.emplace_back("--json");
  const std::string out = expect_success(arguments);
  EXPECT_TRUE(Json::accept(out)) << shown(arguments) << "\n" << out.substr(0, 2000);
  return Json::accept(out) ? Json::parse(out) : Json::object();
}

/// Wrong usage: exit code 2, an error that says `text`, nothing on stdout.
inline void expect_wrong_usage(const Arguments& arguments, const std::string& text) {
  const ProgramResult result = exeunt_program(arguments);
  EXPECT_EQ(result.exit_code, 2) << shown(arguments) << "\n" << result.err;
  EXPECT_EQ(result.out, "") << shown(arguments);
  EXPECT_THAT(result.err, ::testing::StartsWith("error: ")) << shown(arguments);
  EXPECT_THAT(result.err, ::testing::HasSubstr(text)) << shown(arguments);
}

/// A failure: exit code 1, `lines` lines on stderr, the first one an error that says every one of `texts`, nothing on
/// stdout.
inline void expect_failure(const Arguments& arguments, const std::vector<std::string>& texts, std::size_t lines = 1) {
  const ProgramResult result = exeunt_program(arguments);
  EXPECT_EQ(result.exit_code, 1) << shown(arguments) << "\n" << result.err << "signal " << result.signal;
  EXPECT_EQ(result.out, "") << shown(arguments);
  EXPECT_EQ(lines_of(result.err).size(), lines) << shown(arguments) << "\n" << result.err;
  EXPECT_THAT(result.err, ::testing::StartsWith("error: ")) << shown(arguments);
  for (const std::string& text : texts) EXPECT_THAT(result.err, ::testing::HasSubstr(text)) << shown(arguments);
}

/// Writes a model and returns its path.
inline std::string write_model(const TempDir& folder, const onnx::ModelProto& model,
                               std::string_view name = "model.onnx") {
  return folder.write(name, model.SerializeAsString()).string();
}
inline std::string write_model(const TempDir& folder, const std::string& graph, std::string_view name = "model.onnx") {
  return write_model(folder, model_of(graph), name);
}

/// The first `count` images of the digits, as the file holds them: u8 [count,1,8,8].
inline Tensor digits(std::int64_t count) {
  const Arrays arrays = read_npz(kDigitsNpz);
  const auto bytes = static_cast<std::size_t>(count) * 64;
  return Tensor::of(DType::u8, {count, 1, 8, 8}, arrays.at("x").span<std::uint8_t>().first(bytes));
}

inline std::string write_array(const TempDir& folder, std::string_view name, const Tensor& array) {
  write_npy(folder / name, array.view());
  return (folder / name).string();
}

}  // namespace exeunt::testing

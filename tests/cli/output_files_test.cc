#include <unistd.h>

#include <filesystem>

#include "cli/cli_test.h"

/// Files that commands write are looked at before the work whose results go there.
namespace exeunt::testing {
namespace {

/// A copy of the digits' model, or of their data, that a test may lose.
std::string copy_of(const TempDir& folder, const std::string& file) {
  const std::filesystem::path copy = folder / std::filesystem::path(file).filename().string();
  std::filesystem::copy_file(std::filesystem::path(EXEUNT_SOURCE_DIR) / file, copy);
  return copy.string();
}

/// Each command with each option that names a file to write, but for the file.
std::vector<Arguments> writers(const std::string& model, const std::string& data) {
  const std::string source = "npz:" + data;
  const Arguments bench = {"bench", model, "--duration", "0", "--warmup", "0"};
  const Arguments tune = {"tune", model, "--data", source, "--max-accuracy-drop", "1", "--duration", "0"};
  return {{"build", model, "-o", ".plan"},
          joined(bench, {"--saveEngine", ".plan"}),
          joined(bench, {"--exportTimes", ".json"}),
          joined(bench, {"--exportProfile", ".json"}),
          joined(bench, {"--exportLayerInfo", ".json"}),
          joined(bench, {"--exportTrace", ".json"}),
          joined(bench, {"--timing-cache", ".json"}),
          joined(bench, {"--calib", source, "--calib-table", ".json"}),
          joined(tune, {"-o", ".json"}),
          joined(tune, {"-o", ".onnx"}),
          joined(tune, {"-o", "x.json", "--report", ".html"}),
          {"inspect", model, "--report", ".html"},
          {"eval", model, "--data", source, "--save", ".npz"},
          {"compose", "--model", model, "--flatten", "-o", ".onnx"}};
}

TEST(OutputFiles, TheirFolderHasToBeThereBeforeTheWork) {
  const TempDir folder;
  // Neither the model nor the data are looked at: nothing was done in vain.
  for (Arguments arguments : writers("missing.onnx", "missing.npz")) {
    const std::string file = (folder / "missing" / "x").string() + arguments.back();
    arguments.back() = file;
    expect_failure(arguments, {file + ": cannot be written", "there is no folder '" + (folder / "missing").string()});
  }
}

TEST(OutputFiles, AFolderIsNoFile) {
  const TempDir folder;
  for (Arguments arguments : writers("missing.onnx", "missing.npz")) {
    const std::filesystem::path file = folder / ("folder" + arguments.back());
    std::filesystem::create_directory(file);
    arguments.back() = file.string();
    expect_failure(arguments, {file.string() + ": cannot be written", "it is a folder"});
  }
}

TEST(OutputFiles, TheirFolderHasToBeWritable) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const TempDir folder;
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  expect_failure({"build", "missing.onnx", "-o", (folder / "x.plan").string()},
                 {"cannot be written (-o): there is no right to write to the folder"});
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

/// Expects that a file is refused as an output, and stays what it is.
void expect_kept(const std::string& file, const Arguments& arguments, const std::vector<std::string>& texts) {
  const std::string before = content_of(file);
  expect_failure(arguments, texts);
  EXPECT_EQ(content_of(file), before) << shown(arguments);
}

TEST(OutputFiles, NoInputIsOverwritten) {
  const TempDir folder;
  const std::string model = copy_of(folder, kDigits);
  const std::string data = copy_of(folder, kDigitsNpz);
  const std::string reads_model = "would overwrite what MODEL reads: name another file";
  expect_kept(model, {"tune", model, "--data", "npz:" + data, "--max-accuracy-drop", "1", "-o", model},
              {model + ": -o " + reads_model});
  expect_kept(model, {"compose", "--model", model, "--flatten", "-o", model},
              {"-o would overwrite what --model reads"});
  expect_kept(data, {"eval", model, "--data", "npz:" + data, "--save", data},
              {"--save would overwrite what --data reads"});
  // Whatever it is called.
  const std::string link = (folder / "link.onnx").string();
  std::filesystem::create_symlink(model, link);
  expect_kept(model, {"tune", model, "--data", "npz:" + data, "--max-accuracy-drop", "1", "-o", link}, {reads_model});
  const std::string plan = (folder / "x.plan").string();
  expect_success({"build", model, "-o", plan, "--deterministic"});
  expect_kept(plan, {"bench", plan, "--saveEngine", plan}, {"--saveEngine " + reads_model});
  const std::string tuning = folder.write("tuned.json", "{}").string();
  expect_kept(tuning, {"build", model, "-o", plan, "--tuning", tuning, "--timing-cache", tuning},
              {"--timing-cache would overwrite what --tuning reads"});
}

TEST(OutputFiles, TwoOutputsAreTwoFiles) {
  const TempDir folder;
  const std::string file = (folder / "x.json").string();
  expect_failure({"bench", "missing.onnx", "--exportTimes", file, "--exportTrace", (folder / "." / "x.json").string()},
                 {"--exportTimes and --exportTrace would be written to one file"});
}

}  // namespace
}  // namespace exeunt::testing

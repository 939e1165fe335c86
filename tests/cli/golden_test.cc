// Texts that must not change unnoticed. After a wanted change look at the difference and write them anew:
//   EXEUNT_UPDATE_GOLDENS=1 build/ci/cli_tests --gtest_filter='Golden.*' && git diff tests/golden
#include <cstdlib>
#include <fstream>

#include "cli/cli_test.h"

namespace exeunt::testing {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(EXEUNT_SOURCE_DIR) / "tests/golden" / name;
  if (std::getenv("EXEUNT_UPDATE_GOLDENS") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  EXPECT_EQ(text, content_of(path)) << "differs from " << path << "; the head of this test says how to update it";
}

TEST(Golden, ImportedGraph) {
  expect_golden("lenet_digits.import.txt", expect_success({"inspect", kDigits, "--stage", "import"}));
}

TEST(Golden, CanonicalGraph) {
  expect_golden("lenet_digits.graph.txt", expect_success({"inspect", kDigits, "--stage", "graph"}));
}

// On the reference, since the fast backend's steps and memory depend on the machine.
TEST(Golden, Summary) {
  expect_golden("lenet_digits.inspect.txt", expect_success({"inspect", kDigits, "--backend", "ref"}));
}

/// What compose writes, as it is read again.
TEST(Golden, ComposedModel) {
  const TempDir folder;
  const std::string out = (folder / "early.onnx").string();
  const auto part = [](const char* name) { return fmt::format("tests/composed/{}.onnx", name); };
  expect_success({"compose", "--common", part("common"), "--exit", part("branch1"), "--then", part("second"), "--exit",
                  part("branch2"), "--exit", part("rest"), "--criterion", "max_prob,margin", "--threshold", "0.8,0.4",
                  "--temperature", "1,1.5", "-o", out});
  expect_golden("composed_digits.import.txt", expect_success({"inspect", out, "--stage", "import"}));
}

}  // namespace
}  // namespace exeunt::testing

#include <filesystem>
#include <random>

#include "base/files.h"
#include "support/onnx_text.h"
#include "support/temp_dir.h"

namespace exeunt {

namespace {

using namespace testing;

const std::filesystem::path kLenet = std::filesystem::path(EXEUNT_SOURCE_DIR) / "models/digits/lenet_digits.onnx";

std::string bytes_of(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class ImportFile : public ::testing::Test {
 protected:
  void expect_refused(ErrorCode code, const std::string& text, const std::string& content) const {
    const std::filesystem::path path = dir_.write("model.onnx", content);
    expect_error(code, path.string() + ": " + text, [&] { import_onnx(path, {}); });
  }

  TempDir dir_;
};

TEST_F(ImportFile, Lenet) {
  ImportNotes notes;
  const Graph graph = import_onnx(kLenet, {}, &notes);
  EXPECT_EQ(exits_of(graph).size(), 2U);
  EXPECT_EQ(notes.conditionals, 1);
  EXPECT_EQ(notes.folded_conditionals, 0);
}

TEST_F(ImportFile, ErrorsStartWithThePath) {
  expect_refused(ErrorCode::unsupported, "node 'y' (Foo-17)",
                 model_of(one_output("float[1] x", "y = Foo(x)")).SerializeAsString());
}

TEST_F(ImportFile, MissingFilesAndFolders) {
  expect_error(ErrorCode::file, (dir_ / "no.onnx").string() + ": there is no such file",
               [&] { import_onnx(dir_ / "no.onnx", {}); });
  expect_error(ErrorCode::file, "is a folder, not a file", [&] { import_onnx(dir_.path(), {}); });
}

TEST_F(ImportFile, OtherFiles) {
  expect_refused(ErrorCode::format, "the file is empty", "");
  expect_refused(ErrorCode::format, "is not an ONNX model, or was cut short", "This is not a model.\n");
  expect_refused(ErrorCode::format, "is not an ONNX model, or was cut short", std::string(1000, '\0'));
  expect_refused(ErrorCode::format, "is not an ONNX model, or was cut short", "\x89PNG\r\n\x1a\n");
}

TEST_F(ImportFile, CutAnywhereIsAnError) {
  const std::string whole = bytes_of(kLenet);
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    SCOPED_TRACE(length);
    const std::filesystem::path path = dir_.write("model.onnx", whole.substr(0, length));
    expect_any_error([&] { import_onnx(path, {}); });
  }
}

TEST_F(ImportFile, DamagedBytesGiveAGraphOrAnError) {
  const std::string whole = bytes_of(kLenet);
  std::mt19937 random(1);
  int imported_anyway = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string damaged = whole;
    // Every other time near the begin, where the nodes stand; the rest is weights.
    for (int flips = 1 + i % 8; flips > 0; --flips) {
      const std::size_t room = i % 2 == 0 ? damaged.size() : std::size_t{2400};
      damaged[random() % room] ^= static_cast<char>(1U << random() % 8);
    }
    const std::filesystem::path path = dir_.write("model.onnx", damaged);
    try {
      import_onnx(path, {});
      ++imported_anyway;
    } catch (const Error&) {
    } catch (const std::exception& other) {
      ADD_FAILURE() << "mutation " << i << " throws " << other.what();
    }
  }
  EXPECT_GT(imported_anyway, 0);
  EXPECT_LT(imported_anyway, 2000);
}

}  // namespace

}  // namespace exeunt

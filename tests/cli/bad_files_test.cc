#include "cli/cli_test.h"
#include "data/test_pictures.h"

/// Damaged, foreign and missing files: one line that says which file and what is wrong.
namespace exeunt::testing {
namespace {

void expect_bad_model(const std::string& path, const std::vector<std::string>& texts, std::size_t lines = 1) {
  std::vector<std::string> all = texts;
  all.push_back(path);
  expect_failure({"inspect", path}, all, lines);
}

TEST(BadModel, IsMissingOrNoModel) {
  const TempDir folder;
  expect_bad_model((folder / "missing.onnx").string(), {"there is no such file"});
  expect_bad_model(folder.path().string(), {"is a folder, not a file"});
  expect_bad_model(folder.write("empty.onnx", "").string(), {"the file is empty"});
  expect_bad_model(folder.write("text.onnx", "This is a text.\n").string(), {"is not an ONNX model"});
  expect_bad_model(folder.write("zeros.onnx", std::string(1000, '\0')).string(), {"is not an ONNX model"});
  expect_bad_model(folder.write("model.plan", "plan").string(), {"is not a plan file"});
}

TEST(BadModel, ThreeCommandsSayTheSame) {
  expect_failure({"run", "missing.onnx", "--input", "x.npy"}, {"missing.onnx: there is no such file"});
  expect_failure({"eval", "missing.onnx", "--data", "random", "--json"}, {"missing.onnx: there is no such file"});
  expect_failure({"eval", kDigits, "--data", "random", "--against", "missing.onnx"}, {"missing.onnx: there is no"});
}

TEST(BadModel, IsCutShort) {
  const TempDir folder;
  const std::string whole = content_of(kDigits);
  for (const std::size_t size : {1UL, 2UL, 10UL, 100UL, 1000UL, whole.size() / 2, whole.size() - 100, whole.size() - 1})
    expect_bad_model(folder.write("cut.onnx", whole.substr(0, size)).string(), {});
}

TEST(BadModel, HasAnUnknownOperator) {
  const TempDir folder;
  expect_bad_model(write_model(folder, one_output("float[1,3] x", "y = Frobnicate(x)")),
                   {"(Frobnicate-17)", "this operator is not supported"});
}

TEST(BadModel, HasSeveralUnsupportedNodes) {
  const TempDir folder;
  const std::string model = write_model(
      folder,
      one_output("float[1,3] x", "a = Frobnicate(x) b = Softplus2(x) c = Relu(x) d = com.acme.Magic(c) y = Add(a, d)"));
  expect_bad_model(model,
                   {"3 nodes cannot be imported:\n", "\n  node 'a' (Frobnicate-17)", "\n  node 'b' (Softplus2-17)"}, 4);
}

TEST(BadModel, HasACycle) {
  const TempDir folder;
  expect_bad_model(write_model(folder, one_output("float[1,3] x", "a = Add(x, b) b = Relu(a) y = Neg(b)")), {"cycle"});
}

TEST(BadModel, UsesAName) {
  const TempDir folder;
  expect_bad_model(write_model(folder, one_output("float[1,3] x", "y = Add(x, z)")), {"'z', which nothing produces"});
}

TEST(BadModel, HasShapesThatDoNotFit) {
  const TempDir folder;
  expect_bad_model(write_model(folder, one_output("float[1,3] x, float[1,4] z", "y = Add(x, z)")),
                   {"(Add-17)", "[1,4]"});
  expect_bad_model(write_model(folder, one_output("float[1,3] x", "y = GlobalMaxPool(x)")), {"(GlobalMaxPool-17)"});
}

TEST(BadModel, HasExternalDataThatIsMissing) {
  const TempDir folder;
  for (const std::string location : {"weights.bin", "../weights.bin", "/etc/passwd", ""}) {
    onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Add(x, w)"));
    onnx::TensorProto& weights = *model.mutable_graph()->add_initializer();
    weights.set_name("w");
    weights.set_data_type(onnx::TensorProto::FLOAT);
    weights.add_dims(3);
    weights.set_data_location(onnx::TensorProto::EXTERNAL);
    onnx::StringStringEntryProto& entry = *weights.add_external_data();
    entry.set_key("location");
    entry.set_value(location);
    expect_bad_model(write_model(folder, model), {"initializer 'w'", "external data"});
  }
}

TEST(BadModel, DeclaresTwoGigabytes) {
  const TempDir folder;
  for (const std::string dims : {"1,536870912", "1,4611686018427387904,4", "65536,65536,65536,65536,65536"})
    expect_bad_model(write_model(folder, one_output(fmt::format("float[{}] x", dims), "y = Relu(x)")), {"2 GB", "'x'"});
  for (const std::int64_t dim : {1LL << 28, 1LL << 29, 1LL << 62, -1LL}) {
    onnx::ModelProto model = model_of(one_output("float[1,3] x", "y = Add(x, w)"));
    onnx::TensorProto& weights = *model.mutable_graph()->add_initializer();
    weights.set_name("w");
    weights.set_data_type(onnx::TensorProto::FLOAT);
    weights.add_dims(dim);
    weights.set_raw_data("1234");
    expect_bad_model(write_model(folder, model), {"initializer 'w'"});
  }
}

TEST(BadModel, GrowsToTwoGigabytesInside) {
  const TempDir folder;
  onnx::ModelProto model = model_of(one_output("float[1,3] x", "a = ConstantOfShape(s) b = Exp(a) y = Add(x, b)"));
  onnx::TensorProto& shape = *model.mutable_graph()->add_initializer();
  shape.set_name("s");
  shape.set_data_type(onnx::TensorProto::INT64);
  shape.add_dims(2);
  shape.add_int64_data(500000);
  shape.add_int64_data(500000);
  expect_bad_model(write_model(folder, model), {"2 GB"});
}

TEST(BadInput, IsMissingOrDamaged) {
  const TempDir folder;
  const std::string whole = content_of(write_array(folder, "whole.npy", digits(2)));
  const std::vector<std::string> files = {
      (folder / "missing.npy").string(),
      folder.write("text.npy", "1 2 3\n").string(),
      folder.write("empty.npy", "").string(),
      folder.write("cut.npy", std::string_view(whole).substr(0, whole.size() - 1)).string(),
      folder.write("header.npy", std::string_view(whole).substr(0, 20)).string(),
      folder.write("text.png", "no picture").string(),
      folder.write("text.jpg", "no picture").string(),
      folder.write("picture.gif", "GIF89a").string(),
      folder.path().string(),
  };
  for (const std::string& file : files) expect_failure({"run", kDigits, "--input", file}, {file});
}

TEST(BadInput, PictureIsCutShort) {
  const TempDir folder;
  write_png(folder / "whole.png", TestPicture::pattern(8, 8, 1));
  const std::string whole = content_of(folder / "whole.png");
  for (const std::size_t size : {4UL, 20UL, 50UL, whole.size() - 13}) {
    const std::string cut = folder.write("cut.png", whole.substr(0, size)).string();
    expect_failure({"run", kDigits, "--input", cut}, {cut});
  }
}

TEST(BadInput, HasAnotherShape) {
  const TempDir folder;
  const auto expect_refused = [&](const Shape& shape, const std::string& text) {
    const std::string file = write_array(folder, "x.npy", Tensor(TensorType{DType::f32, shape}));
    expect_failure({"run", kDigits, "--input", file}, {file, text});
  };
  expect_refused({1, 1, 8, 9}, "[1,1,8,8] is needed");
  expect_refused({1, 8, 8}, "[1,1,8,8] is needed");
  expect_refused({64}, "[1,1,8,8] is needed");
  expect_refused({}, "[1,1,8,8] is needed");
  expect_refused({0, 1, 8, 8}, "holds no samples");
}

TEST(BadData, SourceIsUnknownOrMissing) {
  const TempDir folder;
  const std::string here = folder.path().string();
  const auto expect_refused = [&](const std::string& data, const std::vector<std::string>& texts) {
    expect_failure({"eval", kDigits, "--data", data}, texts);
  };
  expect_refused("mnist:" + here, {"mnist:", "use one of"});
  expect_refused("", {"use one of"});
  expect_refused("npz:" + here + "/missing.npz", {"missing.npz"});
  expect_refused("npz:" + folder.write("text.npz", "text").string(), {"text.npz"});
  expect_refused("npz:" + kDigits, {kDigits});
  expect_refused("images:" + here + "/missing", {here + "/missing"});
  expect_refused("images:" + here, {here});
  expect_refused("cifar10:" + here + "/missing", {here + "/missing"});
}

TEST(BadData, MissingCifarFolderIsNamed) {
  const TempDir folder;
  const std::string model =
      write_model(folder, one_output("float[1,3,32,32] x", "a = GlobalMaxPool(x) b = Flatten(a) y = Softmax(b)"));
  const std::string missing = (folder / "missing").string();
  expect_failure({"eval", model, "--data", "cifar10:" + missing}, {missing});
  expect_failure({"eval", model, "--data", "cifar10:" + folder.path().string()},
                 {folder.path().string(), "test_batch"});
}

TEST(BadData, ArraysAreMissingOrDoNotFit) {
  const TempDir folder;
  const auto expect_refused = [&](const std::function<void(Arrays&)>& change, const std::vector<std::string>& texts) {
    Arrays arrays;
    arrays["x"] = digits(4);
    arrays["y"] = Tensor(TensorType{DType::f32, {4}});
    change(arrays);
    const std::string file = (folder / "data.npz").string();
    write_npz(file, arrays);
    std::vector<std::string> all = texts;
    all.push_back(file);
    expect_failure({"eval", kDigits, "--data", "npz:" + file}, all);
  };
  expect_refused([](Arrays& a) { a.erase("x"); }, {"has no array 'x'; it has: y"});
  expect_refused([](Arrays& a) { a["y"] = Tensor(TensorType{DType::f32, {3}}); }, {"3 labels for 4 samples"});
  expect_refused([](Arrays& a) { a["x"] = Tensor(TensorType{DType::u8, {4, 1, 8, 9}}); }, {"[1,8,8]"});
  for (const float label : {10.0F, -1.0F, 0.5F, 3e9F}) {
    expect_refused([&](Arrays& a) { a["y"].mutable_span<float>()[2] = label; }, {"label"});
  }
}

}  // namespace
}  // namespace exeunt::testing

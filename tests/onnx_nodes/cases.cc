#include "onnx_nodes/cases.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include "base/dtype.h"
#include "base/files.h"
#include "onnx/tensor_proto.h"

namespace exeunt::onnx_nodes {

namespace {

std::ifstream open(const std::filesystem::path& path) {
  std::ifstream file(path);
  require(file.good(), ErrorCode::file, "{} cannot be read; scripts/test makes it", path.string());
  return file;
}

template <class T>
bool agree(T got, T wanted, const Case& test) {
  if constexpr (AnyFloat<T>) {
    const double g = widen(got);
    const double w = widen(wanted);
    if (g == w || (std::isnan(g) && std::isnan(w))) return true;
    return std::isfinite(g) && std::isfinite(w) && std::abs(g - w) <= test.atol + test.rtol * std::abs(w);
  } else {
    return got == wanted;
  }
}

}  // namespace

std::vector<Case> read_cases(const std::filesystem::path& folder) {
  std::ifstream file = open(folder / "cases.txt");
  std::vector<Case> cases;
  for (Case c; file >> c.name >> c.op >> c.rtol >> c.atol;) cases.push_back(c);
  require(file.eof() && !cases.empty(), ErrorCode::format, "{} is damaged", (folder / "cases.txt").string());
  return cases;
}

std::map<std::string, std::string> read_skips(const std::filesystem::path& path) {
  std::ifstream file = open(path);
  std::map<std::string, std::string> skips;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = line.find(' ');
    require(space != std::string::npos, ErrorCode::format, "{}: '{}' gives no reason", path.string(), line);
    skips[line.substr(0, space)] = line.substr(space + 1);
  }
  return skips;
}

std::vector<Tensor> read_tensors(const std::filesystem::path& folder, const std::string& kind) {
  std::vector<Tensor> tensors;
  for (;;) {
    const auto path = folder / fmt::format("{}_{}.pb", kind, tensors.size());
    if (!std::filesystem::exists(path)) return tensors;
    const std::vector<std::byte> bytes = read_file(path);
    onnx::TensorProto proto;
    require(proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())), ErrorCode::format, "{} is no tensor",
            path.string());
    tensors.push_back(tensor_of_proto(proto, folder));
  }
}

std::string difference(TensorView got, TensorView wanted, const Case& test) {
  if (got.type != wanted.type) return fmt::format("is {}, not {}", got.type.str(), wanted.type.str());
  return dispatch(got.dtype(), [&]<class T>(TypeTag<T>) -> std::string {
    for (std::int64_t i = 0; i < got.elements(); ++i) {
      if (agree(got.as<T>()[i], wanted.as<T>()[i], test)) continue;
      return fmt::format("element {} of {} is {}, not {}", i, got.type.str(), widen(got.as<T>()[i]),
                         widen(wanted.as<T>()[i]));
    }
    return "";
  });
}

}  // namespace exeunt::onnx_nodes

#pragma once

#include <exeunt/tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace exeunt::onnx_nodes {

/// One of ONNX's node tests, as collect.py leaves it in a folder.
struct Case {
  std::string name;
  std::string op;  ///< the operator that it is about
  double rtol = 0;
  double atol = 0;
};

/// The cases of `folder`/cases.txt. @throws Error
std::vector<Case> read_cases(const std::filesystem::path& folder);

/// The tests of a list "NAME REASON" that are not to run, with their reasons. @throws Error format without a reason
std::map<std::string, std::string> read_skips(const std::filesystem::path& path);

/// `folder`/KIND_0.pb, KIND_1.pb, ... @throws Error
std::vector<Tensor> read_tensors(const std::filesystem::path& folder, const std::string& kind);

/// What is wrong with `got`, empty if nothing: integers and bools must be equal, floats within
/// atol + rtol * |wanted|, NaN where NaN is wanted.
std::string difference(TensorView got, TensorView wanted, const Case& test);

}  // namespace exeunt::onnx_nodes

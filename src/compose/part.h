#pragma once

#include <onnx/onnx_pb.h>

#include <exeunt/tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace exeunt {

using InputShapes = std::map<std::string, std::vector<std::int64_t>>;

/// A network as its file holds it, ready to become part of another file: functions are inlined, all weights are in it,
/// its inputs are what a caller hands over, and what exporters noted for people is gone.
struct Part {
  std::string file;  ///< for messages
  onnx::ModelProto model;
  std::int64_t opset = 0;
};

/// @throws Error file, format, unsupported, with the file's name in front
Part read_part(const std::filesystem::path& path);

/// What is known about one tensor of a network.
struct TensorFacts {
  TensorType type;             ///< for a batch of one
  bool probabilities = false;  ///< it comes out of a softmax
  double work = 0;             ///< estimate of what it takes to compute it
};

/// Imports a network with `tensor` as its only output. @param part  as it was before when this returns
/// @throws Error as import_onnx, with the file's name in front; unsupported if the network holds a decision
TensorFacts facts_of(Part& part, const std::string& tensor, const InputShapes& shapes);

/// The tensors of a network's outermost graph, in the order in which they are computed: inputs first.
std::vector<std::string> tensors_of(const onnx::GraphProto& graph);

/// @throws Error argument unless the network has a tensor of that name: names the nearest
void require_tensor(const Part& part, const std::string& tensor);

/// The name of its only input or output. @throws Error unsupported if it has several
const std::string& only_input(const Part& part);
const std::string& only_output(const Part& part);

/// Writes the whole file or nothing. @throws Error file; unsupported for 2 GB and more
void write_onnx(const onnx::ModelProto& model, const std::filesystem::path& path);

}  // namespace exeunt

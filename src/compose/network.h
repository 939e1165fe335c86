#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "compose/names.h"
#include "compose/part.h"

namespace exeunt {

/// The outputs of what is composed.
inline constexpr const char* kPredictionName = "prediction";
inline constexpr const char* kExitName = "exit";

/// A tensor with class scores, f32 [1,K].
struct Head {
  std::string tensor;  ///< in the network
  std::string name;    ///< in its file
  std::string file;
};

/// One plain network that computes all heads, grown part by part.
class Network {
 public:
  /// @param first  the part with the model's inputs  @param opset  of the result: the highest of all parts
  Network(Part first, std::int64_t opset, const InputShapes& shapes, bool transpose);

  /// Puts a part behind `tensor`, under new names where the network has the part's already.
  /// @return its output's name in the network
  /// @throws Error shape, dtype if its input is not of the tensor's type; unsupported for several inputs or outputs
  std::string attach(Part part, const std::string& tensor);

  /// What a tensor of the first part is called here.
  std::string tensor_of(const std::string& name) const;

  /// Class scores have to be f32 [1,K] with two classes or more.
  TensorFacts check_head(const Head& head);

  Part& part() noexcept { return part_; }
  onnx::GraphProto& graph() noexcept { return *part_.model.mutable_graph(); }
  const InputShapes& shapes() const noexcept { return shapes_; }
  Names& tensor_names() noexcept { return tensors_; }
  Names& node_names() noexcept { return nodes_; }
  std::vector<std::string>& notes() noexcept { return notes_; }

 private:
  void reserve_outputs();
  void join(Part& part, const std::string& input, const std::string& tensor, const std::vector<std::int64_t>& order);

  Part part_;
  InputShapes shapes_;
  bool transpose_;
  Names tensors_;
  std::unordered_map<std::string, std::string> renamed_;  ///< of the first part
  Names nodes_;
  std::vector<std::string> notes_;
};

/// The opset of a network made of these parts: their highest.
/// @throws Error unsupported if an operator of an older part means something else there
std::int64_t common_opset(const std::vector<Part>& parts);

}  // namespace exeunt

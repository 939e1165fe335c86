#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"

namespace onnx {
class ModelProto;
}

namespace exeunt {

struct ImportOptions {
  /// Shapes of inputs by name, instead of the file's: for symbolic dims other than the batch.
  std::map<std::string, std::vector<std::int64_t>> shapes;
  /// Where external data files are looked for.
  std::filesystem::path folder = ".";
};

/// Facts about the file that no longer show in the graph.
struct ImportNotes {
  std::int64_t opset = 0;
  std::string producer;
  bool free_batch = false;          ///< the first axis of an input is symbolic
  int conditionals = 0;             ///< `If` nodes met
  int folded_conditionals = 0;      ///< of these, those whose condition is constant
  std::size_t constant_bytes = 0;   ///< all weights as the file holds them
  std::size_t duplicate_bytes = 0;  ///< of these, repeats of equal weights (held once here)
  std::size_t file_bytes = 0;       ///< the model without external data
  std::size_t metadata_bytes = 0;   ///< of these, what only people and debuggers read
  /// Folded `If`s whose condition depends on no input, not even on its shape.
  std::vector<std::string> constant_conditions;
  /// Nodes exported for training, run as in inference.
  std::vector<std::string> training_nodes;
};

/// Facts that take a look at the file only: bytes of the file and of its metadata, training_nodes.
void note_file(const onnx::ModelProto& model, ImportNotes& notes);

/// Parses an ONNX file. @throws Error file, format if it is missing, empty, no ONNX model or cut short
onnx::ModelProto read_onnx(const std::filesystem::path& path);

/// Reads an ONNX file into a graph and a decision tree; `If`s are lifted to decisions on the way
/// (docs/exits.md). The result is verified.
///
/// Symbolic batch axes become 1. @throws Error file, format (damaged, cyclic, names that nothing
/// produces), shape, unsupported: one message that lists every node with op, opset, name and reason
Graph import_onnx(const std::filesystem::path& path, const ImportOptions& options, ImportNotes* notes = nullptr);

/// The same for a model in memory.
Graph import_onnx(const onnx::ModelProto& model, const ImportOptions& options, ImportNotes* notes = nullptr);

}  // namespace exeunt

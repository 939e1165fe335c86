#pragma once

#include <exeunt/model.h>

#include <filesystem>
#include <string>

#include "support/onnx_text.h"
#include "support/temp_dir.h"

namespace exeunt::testing {

/// A file of the handwritten digits: networks and data.
inline std::filesystem::path digits_file(const std::string& name = "lenet_digits.onnx") {
  return std::filesystem::path(EXEUNT_SOURCE_DIR) / "models" / "digits" / name;
}

/// The network with an exit, or another one for the same digits.
inline Model digits(const std::string& name = "lenet_digits.onnx") { return Model::load(digits_file(name)); }

/// A model with this graph, by way of a file.
inline Model model_from(const std::string& graph) {
  const TempDir folder;
  return Model::load(folder.write("model.onnx", model_of(graph).SerializeAsString()));
}

}  // namespace exeunt::testing

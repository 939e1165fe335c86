#pragma once

#include <exeunt/exit_settings.h>

#include <span>
#include <string>
#include <vector>

namespace onnx {
class ModelProto;
}

namespace exeunt {

/// Puts other thresholds into the file's own comparisons, and the settings into its metadata ("exeunt.exits"), so that
/// every runtime decides by them. A decision that is switched off gets a threshold that no score in [0, 1] is above.
/// @param decisions  names of the decisions as the import gives them, in order
/// @param settings   one for each; criteria are those of the file
/// @throws Error unsupported if a comparison with a constant of type float cannot be found behind a decision
void write_thresholds(onnx::ModelProto& model, const std::vector<std::string>& decisions,
                      std::span<const ExitSettings> settings);

}  // namespace exeunt

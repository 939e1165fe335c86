#pragma once

#include <exeunt/exit_settings.h>

#include <span>

#include "onnx/import.h"

namespace exeunt {

/// Puts other thresholds into the file's own comparisons, and all settings into its metadata ("exeunt.exits"), so that
/// every runtime decides by them. A decision that is switched off gets its threshold too: one that no score is above.
/// @param settings  one for each decision, in the order of the import; with its criterion and temperature
/// @throws Error argument for another count; unsupported for another criterion or temperature, or if no comparison with
///         a constant of type float is found behind a decision; as import_onnx. The model is then of no use any more
void write_exit_settings(onnx::ModelProto& model, std::span<const ExitSettings> settings,
                         const ImportOptions& options = {});

}  // namespace exeunt

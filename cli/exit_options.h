#pragma once

#include <exeunt/exit_settings.h>
#include <exeunt/session.h>

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace exeunt::cli {

/// How exits are taken, where that is not as the model says.
struct ExitOptions {
  std::string tuning;     ///< a tuning file; empty: none
  std::string criterion;  ///< empty: as before
  std::vector<float> thresholds;
  std::vector<float> temperatures;

  void add_to(CLI::App& command);
  bool is_given() const;
  /// The settings that result: those of the model, of the tuning file, of the other options, each over the one before.
  /// @throws Error file, format; argument for options that do not suit the model
  std::vector<ExitSettings> settings(const std::vector<DecisionInfo>& decisions) const;
  /// The same model with these settings.
  Model applied(const Model& model) const;
  /// Lets a session have them.
  void apply(Session& session) const;
};

}  // namespace exeunt::cli

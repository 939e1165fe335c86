#pragma once

#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "calibration_options.h"
#include "exit_options.h"
#include "output_files.h"

namespace exeunt::cli {

/// For options that take a whole number.
CLI::Validator at_least(std::int64_t minimum);
/// For options that take a number; NaN and infinity are none.
CLI::Validator finite_number();
/// For options that take a share.
CLI::Validator share();
/// For options that take a largest difference.
CLI::Validator tolerance();
/// For options that name a file to write.
CLI::Validator ends_with(std::vector<std::string> extensions);

/// --shape, for every command that reads a model.
CLI::Option* add_shape_option(CLI::App& command, std::vector<std::string>& shapes);
/// What it was given. @pre checked: each is of the form NAME=1x3x32x32
std::map<std::string, std::vector<std::int64_t>> parsed_shapes(const std::vector<std::string>& texts);

/// Calls `f`; an Error that does not name `source`, where the data came from, gets it in front.
template <class F>
auto with_source(const std::string& source, F&& f) {
  try {
    return f();
  } catch (const Error& error) {
    const std::string message = error.what();
    const std::string location = source.substr(source.find(':') + 1);
    throw message.find(location) != std::string::npos ? error : error.in(source);
  }
}

/// What every command that loads a model takes.
struct ModelOptions {
  std::string path;
  std::string backend = "cpu";
  std::vector<std::string> shapes;  ///< NAME=1x3x32x32
  int pass_limit = std::numeric_limits<int>::max();
  std::string dump_after;
  int optimization_level = 3;
  bool deterministic = false;
  int threads = 1;
  std::string isa;  ///< "": this machine's
  CalibrationOptions calibration;
  ExitOptions exits;
  std::string precision = "fp32";
  bool strict = false;
  std::string optimize_for = "mix";
  std::string timing_cache;
  std::string target_isa;     ///< `build` only
  bool runtime_only = false;  ///< `build` only
  bool verbose = false;
  bool json = false;
  bool builds_another = false;  ///< an ONNX file beside MODEL, with the same options

  /// @return MODEL
  CLI::Option* add_to(CLI::App& command);
  /// MODEL, with its exits as the options say.
  Model load() const { return exits.applied(load(path)); }
  /// Another file with the same options, but for those of the exits.
  Model load(const std::string& file) const;
  /// check_outputs of these and of the options' own files, for commands that read `more_inputs` besides.
  void check_outputs(std::vector<NamedFile> outputs, const std::vector<NamedFile>& more_inputs) const;
  /// How files are loaded.
  LoadOptions load_options() const;
  /// Calibrates the model or reads the table if asked to. @param samples  how data becomes the model's input
  BuildOptions build_options(const Model& model, const SampleOptions& samples) const;
  /// With a progress bar.
  Plan build(const Model& model, const SampleOptions& samples) const;
  /// The same with options that build_options gave.
  Plan build_with(const Model& model, BuildOptions options) const;
  /// MODEL as a plan: read from a plan file, or built.
  Plan plan(const SampleOptions& samples) const;
  /// Another file with the same options as a plan, beside MODEL: its ranges are not saved.
  Plan other_plan(const std::string& file, const SampleOptions& samples) const;

 private:
  Plan load_plan(const std::string& file) const;
  BuildOptions plain_build_options() const;
  void check_plan_options(const std::string& file, const Plan& plan) const;

  std::vector<const CLI::Option*> only_built_;  ///< options that a built plan cannot follow any more
  const CLI::Option* threads_given_ = nullptr;
};

/// Whether a text names an input's shape, as --shape takes it: NAME=1x3x32x32.
bool is_named_shape(const std::string& text);

/// Whether a file is a built plan, by its name.
bool is_plan(const std::string& file);

/// What every command that runs a model takes besides.
struct RunOptions {
  std::int64_t batch = 1;
  std::string decision_scope = "sample";

  void add_to(CLI::App& command);
  DecisionScope scope() const { return decision_scope == "batch" ? DecisionScope::batch : DecisionScope::sample; }
  /// A session with these settings and exits, for batches of so many samples at most.
  /// @param first_input  how its first input is handed over
  Session open(const Plan& plan, const ExitOptions& exits, std::int64_t samples,
               const InputFormat& first_input = {}) const;
};

/// How pictures and arrays become samples.
struct SampleOptions {
  float scale = 1.0F;
  std::vector<float> mean = {0.0F};
  std::vector<float> stddev = {1.0F};
  bool resize = false;
  std::string data_layout;
  std::string layout;

  void add_to(CLI::App& command);
  /// For the model's first input.
  SampleFormat format(const InputInfo& input) const;
  /// The same for arrays that a session gets as they are.
  InputFormat array_format() const;
};

}  // namespace exeunt::cli

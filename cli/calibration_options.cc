#include "calibration_options.h"

#include <fmt/format.h>

#include <memory>

#include "options.h"
#include "progress.h"

namespace exeunt::cli {

namespace {

/// Data that is measured with must not be calibrated with: CIFAR-10's training part, unless a part is named.
std::string training_part(const std::string& source) {
  const bool named = source.ends_with(":train") || source.ends_with(":test");
  return source.starts_with("cifar10:") && !named ? source + ":train" : source;
}

std::shared_ptr<const Dataset> open_samples(const CalibrationOptions& given, const Model& model,
                                            const SampleOptions& samples) {
  if (model.inputs().empty()) throw Error(ErrorCode::argument, "the model has no input to feed samples to");
  const std::string source = training_part(given.source);
  // Those without end are made as long as needed; of the others samples are taken from all over them.
  const bool endless = source.find(':') == std::string::npos;
  return std::make_shared<const Dataset>(
      Dataset::open(source, samples.format(model.inputs().front()), endless ? given.limit : 0));
}

Calibration run_samples(const CalibrationOptions& given, const Model& model, const Dataset& data) {
  Progress progress("calibrate");
  CalibrateOptions options;
  options.method = *parse_calibration_method(given.method);
  options.limit = given.limit;
  options.only_reaching = given.only_reaching;
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  return calibrate(model, data, options);
}

}  // namespace

std::vector<const CLI::Option*> CalibrationOptions::add_to(CLI::App& command) {
  CLI::Option* calib = command
                           .add_option("--calib", source,
                                       "data set (as for --data; cifar10:DIR: its training part) whose samples give "
                                       "the ranges of values that lower precisions need")
                           ->group("Calibration")
                           ->type_name("SRC");
  std::vector<const CLI::Option*> options = {calib};
  const auto add = [&](CLI::Option* option) { options.push_back(option->group("Calibration")); };
  add(command.add_option("--calib-limit", limit, "at most so many samples, spread evenly over the data")
          ->check(at_least(1))
          ->needs(calib)
          ->capture_default_str()
          ->type_name("N"));
  add(command
          .add_option("--calib-method", method,
                      "min_max: all that was seen; percentile: all but the outermost 0.01 %; entropy: as TensorRT; "
                      "mse: least mean square error")
          ->check(CLI::IsMember({"min_max", "percentile", "entropy", "mse"}))
          ->needs(calib)
          ->capture_default_str());
  add(command
          .add_flag("--calib-reaching", only_reaching,
                    "judge a value by the samples that come by it, with the model's own thresholds; else by all of "
                    "them")
          ->needs(calib));
  add(command.add_option("--calib-table", table, "with --calib: save the ranges; without: read them")
          ->check(ends_with({".json"}))
          ->type_name("FILE.json"));
  add(command
          .add_option("--min-agreement", min_agreement,
                      "keep layers in fp32 until at least this share (0.99) of the --calib samples leave at the exit "
                      "and have the class there that they have in fp32")
          ->check(share())
          ->type_name("P"));
  add(command
          .add_option("--max-error", max_error,
                      "keep layers in fp32 until no output of a --calib sample is further from fp32 at any exit, "
                      "relative to the output's largest number in fp32")
          ->check(tolerance())
          ->type_name("E"));
  return options;
}

void CalibrationOptions::fill(BuildOptions& options, const Model& model, const SampleOptions& samples,
                              bool write) const {
  options.accuracy.min_agreement = min_agreement;
  options.accuracy.max_error = max_error;
  options.accuracy.limit = limit;
  if (source.empty() && table.empty()) return;
  if (source.empty()) {
    options.calibration = std::make_shared<const Calibration>(load_calibration(table));
    return;
  }
  try {
    options.accuracy.samples = open_samples(*this, model, samples);
    auto calibration = std::make_shared<const Calibration>(run_samples(*this, model, *options.accuracy.samples));
    if (write && !table.empty()) save_calibration(*calibration, table);
    options.calibration = std::move(calibration);
  } catch (const Error& error) {
    throw error.in(fmt::format("--calib {}", source));
  }
}

}  // namespace exeunt::cli

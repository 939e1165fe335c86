#pragma once

#include <exeunt/api.h>
#include <exeunt/model.h>
#include <exeunt/tools/dataset.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace EXEUNT_API exeunt {

/// How the range of a value is chosen from what was seen of it.
enum class CalibrationMethod : std::uint8_t {
  min_max,     ///< all that was seen
  percentile,  ///< all but the outermost share
  entropy,     ///< least Kullback-Leibler divergence of the quantised histogram
  mse          ///< least mean square error of quantised values
};

/// "min_max", "percentile", "entropy", "mse".
std::string_view calibration_method_name(CalibrationMethod method) noexcept;
/// The inverse; empty for an unknown name.
std::optional<CalibrationMethod> parse_calibration_method(std::string_view name) noexcept;

/// What is known about one value of the optimised graph. The range is that of the numbers: it need not hold zero.
struct ValueRange {
  float low = 0;
  float high = 0;
  std::vector<float> channel_mean = {};  ///< of each channel (axis 1); empty: not known
};

/// Ranges of all float values on all exits' paths: what a model is quantised with.
struct Calibration {
  std::string method;
  std::int64_t samples = 0;
  /// By the value's name in the optimised graph, with "#2", "#3" ... for those that repeat, in execution order. Values
  /// of which no finite number was seen are left out.
  std::map<std::string, ValueRange> ranges;
  std::vector<double> exit_shares = {};  ///< of the samples, with the model's own thresholds
};

struct CalibrateOptions {
  CalibrationMethod method = CalibrationMethod::mse;
  /// percentile: the share of a value's numbers that stay in its range.
  double share = 0.9999;
  /// At most so many samples, spread evenly over the data; 0 takes all.
  std::int64_t limit = 0;
  /// false: every sample runs on the paths to all exits, for thresholds move at run time. true: a value is judged by
  /// the samples alone that come by it, with the model's own thresholds.
  bool only_reaching = false;
  /// Called now and then with runs done and to do: two a sample, one for min_max.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// Runs samples through the model in f32 and finds the range of every float value that it computes, inputs too, and
/// the mean of each channel of those of two axes and more.
/// @throws Error argument if the model does not have one input with a batch axis, the data has no samples or an option
///         is out of range; as Plan::build, Dataset::read
/// Cost: two runs a sample and some seconds a billion numbers; 16 KB a value.
Calibration calibrate(const Model& model, const Dataset& data, const CalibrateOptions& options = {});

/// Reads a table that save_calibration wrote or a person edited. @throws Error file, format (names the key)
Calibration load_calibration(const std::filesystem::path& path);

/// Writes JSON, one line a value, whole or not at all. @throws Error file, unsupported for names that are no UTF-8
void save_calibration(const Calibration& calibration, const std::filesystem::path& path);

}  // namespace exeunt

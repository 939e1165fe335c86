#pragma once

#include <exeunt/model.h>
#include <exeunt/tools/dataset.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace exeunt {

/// How the range of a value is chosen from what was seen of it.
enum class CalibrationMethod : std::uint8_t {
  min_max,     ///< all that was seen
  percentile,  ///< all but the outermost share
  entropy,     ///< least Kullback-Leibler divergence of the quantised histogram
  mse          ///< least mean square error of quantised values
};

/// What is known about one value of the optimised graph.
struct ValueRange {
  float low = 0;
  float high = 0;
  std::vector<float> channel_mean = {};  ///< of each channel (axis 1); empty: not known
};

/// Ranges of all float values on all exits' paths: what a model is quantised with.
struct Calibration {
  std::string method;
  std::int64_t samples = 0;
  std::map<std::string, ValueRange> ranges;  ///< by the value's name in the graph
  std::vector<double> exit_shares = {};      ///< of the samples, with the model's own thresholds
};

}  // namespace exeunt

#pragma once

#include <exeunt/tools/tune.h>

namespace exeunt {

/// Mean negative log likelihood of the labels under a head's probabilities with a temperature.
double head_nll(const HeadAnswers& answers, std::int64_t exit, double temperature);

/// The temperature in 0.05 .. 20 that minimises `head_nll`; 1 without samples.
/// Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
double fit_temperature(const HeadAnswers& answers, std::int64_t exit);

/// Samples by the probability of a head's answer, in bins of equal width.
std::array<ReliabilityBin, 15> reliability_bins(const HeadAnswers& answers, std::int64_t exit, double temperature);

/// Expected calibration error: the mean distance of confidence and accuracy over the samples' bins.
double calibration_error(std::span<const ReliabilityBin> bins);

}  // namespace exeunt

#pragma once

#include <exeunt/tools/tune.h>

#include "tune/search.h"

namespace exeunt {

/// How every decision scores; thresholds are looked for.
struct Scoring {
  std::vector<CriterionKind> criteria;
  std::vector<float> temperatures;
};

/// Every `step`-th sample from `first` on.
HeadAnswers every_other(const HeadAnswers& answers, std::int64_t first, std::int64_t step);

/// Scores and right answers of all samples.
SearchSamples search_samples(const HeadAnswers& answers, const Scoring& scoring);

/// What thresholds do on samples.
Outcome outcome_of(const SearchSamples& samples, const PathCosts& costs, const Thresholds& thresholds);

/// The share of the samples right at an exit.
double head_accuracy(const SearchSamples& samples, std::size_t exit);

/// For 0 .. 1 in steps of 1/100.
ThresholdCurve threshold_curve(const SearchSamples& samples, std::size_t decision);

/// Scores of those that come by each decision, in `bins` bins of 0 .. 1.
std::vector<std::vector<std::int64_t>> score_counts(const SearchSamples& samples, const Thresholds& thresholds,
                                                    std::size_t bins);

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/exit_settings.h>
#include <exeunt/session.h>
#include <exeunt/tools/bench.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/verdict.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace EXEUNT_API exeunt {

/// The class probabilities of every head on every sample.
struct HeadAnswers {
  std::int64_t samples = 0;
  std::int64_t exits = 0;
  std::int64_t classes = 0;
  std::vector<float> probabilities;  ///< [samples, exits, classes]
  std::vector<std::int32_t> labels;  ///< [samples]
  NanSamples nan_samples = {};

  std::span<const float> of(std::int64_t sample, std::int64_t exit) const {
    return std::span(probabilities)
        .subspan(static_cast<std::size_t>((sample * exits + exit) * classes), static_cast<std::size_t>(classes));
  }
};

/// Runs every sample to every exit, whatever the decisions say, and keeps what the heads answer.
/// @param sessions  of one plan; each runs a share of the samples on a thread of its own, in batches of its max_batch()
/// @param progress  called now and then, from the calling thread, with runs done and to do
/// @throws Error argument if the data has no samples, no labels or a label that is no class; if the model has no
///         decision, does not classify at every exit, or has a decision that is not about the head of its own exit;
///         as Session::run
/// Cost: the time of all paths for all samples; exits * classes * 4 bytes a sample.
HeadAnswers collect_heads(std::span<Session> sessions, const Dataset& data,
                          const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

/// What may be spent. One of them is the limit, what it leaves open is optimised.
struct TuneBudget {
  enum class Kind : std::uint8_t {
    accuracy_drop,    ///< the fastest that loses at most so much accuracy (0.005: half a point) against the last head
    min_accuracy,     ///< the fastest that is right on at least this share of the samples
    mean_latency_us,  ///< the most accurate that takes at most so long on average
    p99_latency_us    ///< the most accurate of which at most one run in a hundred takes longer
  };
  Kind kind = Kind::accuracy_drop;
  double limit = 0.005;
};

struct TuneOptions {
  TuneBudget budget = {};
  /// What every decision shall score by; empty: what the model's decisions do. max_prob, margin or entropy.
  std::optional<CriterionKind> criterion = {};
  /// Score with the fitted temperatures, not with those of the model. They are fitted and reported in any case.
  bool temperatures = false;
  /// Fit on the samples of even number only, so that the others can tell what the choice is worth.
  bool hold_out = true;
  /// For a drop: what is lost on the fitted samples and so many standard errors of it have to be within the budget. Of
  /// many choices the luckiest would be taken without: it loses more elsewhere.
  double margin = 1.5;
  /// Of the points reported; the choice is made among all.
  std::size_t most_points = 60;
};

/// What a choice of settings does on some samples.
struct Outcome {
  std::int64_t samples = 0;
  double accuracy = 0;
  double full_accuracy = 0;  ///< of the last head on the same samples
  double drop = 0;           ///< full_accuracy - accuracy
  double drop_error = 0;     ///< standard error of the drop, from pairs
  double latency_us = 0;     ///< mean: the shares times the measured times of the paths
  double p99_us = 0;
  std::vector<double> shares;  ///< of the samples, by exit
};

struct TunePoint {
  std::vector<ExitSettings> settings;  ///< one a decision
  Outcome fitted;                      ///< on the samples that were searched
  Outcome held_out;                    ///< on the others; as `fitted` without a hold-out
};

/// Samples by how sure a head was of them.
struct ReliabilityBin {
  std::int64_t samples = 0;
  double confidence = 0;  ///< mean
  double accuracy = 0;
};

/// How well a head's probabilities tell how often it is right.
struct HeadReliability {
  double temperature = 1;  ///< that minimises the negative log likelihood of the labels of the fitted samples
  double nll_before = 0;   ///< means over the samples held out
  double nll_after = 0;
  double ece_before = 0;  ///< expected calibration error, 15 bins of equal width
  double ece_after = 0;
  std::array<ReliabilityBin, 15> before;
  std::array<ReliabilityBin, 15> after;
};

/// The share of the samples that a decision alone would let go, and how often its head is right about them.
struct ThresholdCurve {
  std::vector<double> thresholds;
  std::vector<double> shares;      ///< of all samples whose score is above
  std::vector<double> accuracies;  ///< of the head on these; NaN for none
};

/// What `tune` found out.
struct Tuned {
  std::vector<TunePoint> points;  ///< from fast to accurate, none beaten by another on the fitted samples
  TunePoint chosen;
  bool holds_out = true;  ///< else what is said of samples held out is of the fitted ones: there are no others
  std::vector<HeadReliability> heads;  ///< one an exit
  std::vector<ThresholdCurve> curves;  ///< one a decision
  /// [decision][20 bins of 0 .. 1]: scores of the samples held out that come by with the chosen settings.
  std::vector<std::vector<std::int64_t>> score_counts;
  Verdict verdict;                 ///< on the samples held out
  std::vector<std::string> notes;  ///< what to know about the choice
  double search_seconds = 0;       ///< of everything after the heads and the latencies
};

/// `tune` wants so many samples at least, half of which are held out.
inline constexpr std::int64_t kLeastTuneSamples = 20;

/// Finds settings for all decisions together.
/// Every combination of exits switched on, with up to 4 of them every combination of thresholds out of a grid of all
/// distinct scores (more than fit: evenly spread over the samples); beyond that by coordinates from many starts.
/// @param decisions  of the plan that the answers and the costs are of
/// @throws Error argument if the budget cannot be met (says the best that can), a criterion has no threshold, or there
///         are fewer samples than kLeastTuneSamples; of fewer than 200 a note says how little they tell
/// Cost: about a second for 10,000 samples and 3 exits.
Tuned tune(const HeadAnswers& answers, const std::vector<DecisionInfo>& decisions, const PathCosts& costs,
           const TuneOptions& options);

/// Writes the model anew, deciding by other thresholds: in its own comparisons, so that every runtime gives the same
/// answers, and in its metadata. Nobody ever sees half a file.
/// @param settings  one a decision, with the criteria and temperatures of the model
/// @throws Error file, format; unsupported if the model has another criterion or temperature, or its comparisons are
///         not with constants of type float; argument if its weights lie in files beside it and `out` is elsewhere
void write_tuned_model(const std::filesystem::path& model, std::span<const ExitSettings> settings,
                       const std::filesystem::path& out, const LoadOptions& load = {});

}  // namespace exeunt

#pragma once

#include <exeunt/api.h>
#include <exeunt/plan.h>
#include <exeunt/statistics.h>
#include <exeunt/tensor.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace EXEUNT_API exeunt {

/// Order of the axes of one picture.
enum class ImageLayout : std::uint8_t { chw, hwc };

/// How the caller hands over one input, where that is not how the model takes it. Values are converted sample by sample
/// on their way into the plan, in one pass.
struct InputFormat {
  /// Axis order of the arrays handed over; empty: the model's, also where another one would fit.
  std::optional<ImageLayout> data_layout;
  /// Axis order of the model's input; empty: found from its shape (the axis of size 1, 3 or 4 at either end, the first
  /// one if both).
  std::optional<ImageLayout> layout;
  /// Each value v becomes (v * scale - mean[c]) / stddev[c]. `mean` and `stddev` hold one value, or one per channel.
  float scale = 1.0F;
  std::vector<float> mean = {0.0F};
  std::vector<float> stddev = {1.0F};
};

/// For whom a decision is taken.
enum class DecisionScope : std::uint8_t {
  sample,  ///< for each sample alone
  batch    ///< for all samples of a run at once, as ONNX does: by DecisionInfo::combine of their scores
};

/// What a session allocates room for, and how inputs reach it.
struct SessionOptions {
  /// The most samples that one `run` may get.
  std::int64_t max_batch = 1;
  DecisionScope decision_scope = DecisionScope::sample;
  /// By input of the plan; inputs beyond the list are taken as the model has them.
  std::vector<InputFormat> inputs = {};
};

/// The answers of one run, sample by sample. Belongs to its session; valid until the next run.
class Results {
 public:
  std::int64_t size() const noexcept;
  /// The exit that sample `i` took, 0 .. exits - 1.
  int exit(std::int64_t i) const noexcept;
  /// The score of the last decision that sample `i` met, in the criterion's unit; NaN if it met none or a disabled one.
  float score(std::int64_t i) const noexcept;
  /// The scores of all decisions for sample `i`; NaN where it did not come by or the head of a disabled exit did not
  /// run. With DecisionScope::batch they are those of the batch.
  std::span<const float> scores(std::int64_t i) const noexcept;
  /// Model output `output` of sample `i`, in the shape its exit gives it (batch axis of 1 included).
  TensorView output(std::int64_t i, std::size_t output = 0) const noexcept;
  /// Model output `output` of all samples, [N, ...]; empty if its type differs between exits.
  /// Outputs without a batch axis (a flag) are stacked to [N, ...].
  std::optional<TensorView> stacked(std::size_t output = 0) const noexcept;
  /// The class scores among the outputs of sample `i`, as [classes]; empty if the model does not classify.
  std::optional<TensorView> class_scores(std::int64_t i) const noexcept;
  /// Whether a deadline ended the run of sample `i`: its exit would not have let it go.
  bool cut_short(std::int64_t i) const noexcept;
  /// Whether the class scores of sample `i` come out of a softmax (else they are logits).
  bool are_probabilities(std::int64_t i) const noexcept;

  struct Data;
  explicit Results(std::unique_ptr<Data> data);
  ~Results();
  Results(const Results&) = delete;
  Results& operator=(const Results&) = delete;

 private:
  friend class Session;
  std::unique_ptr<Data> data_;
};

/// A plan with the memory it needs to run: arena, results, settings of the exits.
///
/// Each sample leaves at the first exit whose decision lets it go. Sessions of one plan share its
/// weights. Thread rule: one session, one thread at a time.
class Session {
 public:
  /// Allocates everything a run needs. @throws Error argument (also for an InputFormat that cannot belong to its
  /// input), device
  explicit Session(const Plan& plan, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Runs 1 .. max_batch samples.
  /// @param inputs  one for each of the plan's inputs, [N, ...] with the plan's dims after the batch
  ///                axis (a model whose first axis is not 1 takes exactly its own shape); borrowed for the call.
  ///                An input of floats takes u8 as well; see InputFormat
  /// @throws Error shape, dtype, argument if the inputs do not fit, unsupported for several samples at once where the
  ///         model does not keep them apart or does not say how a batch decides; nothing else can fail
  /// Cost: no memory is allocated by Exeunt.
  const Results& run(std::span<const TensorView> inputs);
  const Results& run(const TensorView& input) { return run(std::span(&input, 1)); }
  /// The same with settings that hold for this call only; see set_exit_settings.
  const Results& run(std::span<const TensorView> inputs, std::span<const ExitSettings> settings);
  const Results& run(const TensorView& input, std::span<const ExitSettings> settings) {
    return run(std::span(&input, 1), settings);
  }

  /// Runs one sample against the clock. Where a decision would send it on but what comes next is not likely to be done
  /// by `deadline`, it ends there: the answer is that of the surest exit that was passed (of two with the same
  /// criterion the one with the higher score, else the later one). Exits that are disabled or behind a predicate never
  /// answer so. The first exit is run whatever the time. Results::cut_short tells what happened.
  ///
  /// How long segments take is measured by the first such call, on its sample, which takes about twenty runs; then each
  /// run with a deadline corrects it. Without split steps, expect nine runs in ten and more to keep their deadline.
  /// @throws Error argument for several samples or while force_exit is on; as `run`
  const Results& run(std::span<const TensorView> inputs, std::chrono::steady_clock::time_point deadline);
  const Results& run(const TensorView& input, std::chrono::steady_clock::time_point deadline) {
    return run(std::span(&input, 1), deadline);
  }

  /// What was seen since the session was made or its statistics were reset: exits, scores, latencies. A decision whose
  /// criterion or temperature is set to another one begins its scores anew. Counting costs a run some tens of
  /// nanoseconds; this call takes microseconds, up to two milliseconds in a new session. Thread rule: that of `run`.
  Statistics statistics() const;
  void reset_statistics() noexcept;

  const Plan& plan() const noexcept;
  std::int64_t max_batch() const noexcept;

  /// How each decision is taken, in the order of Plan::decisions(); at first as the plan says.
  const std::vector<ExitSettings>& exit_settings() const noexcept;
  /// Chooses it anew, from the next run on; nothing changes if it throws. Any criterion on class scores may be chosen
  /// for a decision that looks at some, by probabilities or logits; a predicate stays one.
  /// @param settings  one for each decision, in order
  /// @throws Error argument for another count, a threshold of NaN, a temperature that is not above 0 and finite, or a
  ///         criterion that cannot look at what the decision looks at
  /// Cost: under a microsecond; allocates nothing.
  void set_exit_settings(std::span<const ExitSettings> settings);

  /// Threshold of decision `decision`. @throws Error argument if it does not exist or is a predicate
  void set_threshold(int decision, float threshold);
  /// One threshold for all tunable decisions, or one for each of them in order. @throws Error argument
  void set_thresholds(std::span<const float> thresholds);
  /// The threshold of decision `decision`. @throws Error argument if it does not exist
  float threshold(int decision) const;

  /// Makes every sample run to exit `exit`, whatever its scores; empty: back to the decisions.
  /// @throws Error argument if there is no such exit
  void force_exit(std::optional<int> exit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exeunt

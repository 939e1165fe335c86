#pragma once

#include <exeunt/api.h>
#include <exeunt/plan.h>
#include <exeunt/tensor.h>

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
  /// The score of the last decision that sample `i` met, in the criterion's unit; NaN if it met none.
  float score(std::int64_t i) const noexcept;
  /// The scores of all decisions for sample `i`; NaN where it did not come by. With DecisionScope::batch they are those
  /// of the batch.
  std::span<const float> scores(std::int64_t i) const noexcept;
  /// Model output `output` of sample `i`, in the shape its exit gives it (batch axis of 1 included).
  TensorView output(std::int64_t i, std::size_t output = 0) const noexcept;
  /// Model output `output` of all samples, [N, ...]; empty if its type differs between exits.
  /// Outputs without a batch axis (a flag) are stacked to [N, ...].
  std::optional<TensorView> stacked(std::size_t output = 0) const noexcept;
  /// The class scores among the outputs of sample `i`, as [classes]; empty if the model does not classify.
  std::optional<TensorView> class_scores(std::int64_t i) const noexcept;
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

/// A plan with the memory it needs to run: arena, results, thresholds.
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

  const Plan& plan() const noexcept;
  std::int64_t max_batch() const noexcept;

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

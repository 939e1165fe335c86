#pragma once

#include <exeunt/plan.h>
#include <exeunt/tensor.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace exeunt {

struct SessionOptions {
  /// The most samples that one `run` may get.
  std::int64_t max_batch = 1;
};

/// The answers of one run, sample by sample. Belongs to its session; valid until the next run.
class Results {
 public:
  std::int64_t size() const noexcept;
  /// The exit that sample `i` took, 0 .. exits - 1.
  int exit(std::int64_t i) const noexcept;
  /// The score of the last decision that sample `i` met, in the criterion's unit; NaN if it met none.
  float score(std::int64_t i) const noexcept;
  /// The scores of all decisions for sample `i`; NaN where it did not come by.
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
  /// Allocates everything a run needs. @throws Error argument, device
  explicit Session(const Plan& plan, const SessionOptions& options = {});
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  /// Runs 1 .. max_batch samples.
  /// @param inputs  one for each of the plan's inputs, [N, ...] with the plan's dims after the batch
  ///                axis (a model whose first axis is not 1 takes exactly its own shape); borrowed for the call
  /// @throws Error shape, dtype, argument if the inputs do not fit; nothing else can fail
  /// Cost: no memory is allocated by Exeunt.
  const Results& run(std::span<const TensorView> inputs);
  const Results& run(const TensorView& input) { return run(std::span(&input, 1)); }

  const Plan& plan() const noexcept;
  std::int64_t max_batch() const noexcept;

  /// Threshold of decision `decision`. @throws Error argument if it does not exist or is a predicate
  void set_threshold(int decision, float threshold);
  /// One threshold for all tunable decisions, or one for each of them in order. @throws Error argument
  void set_thresholds(std::span<const float> thresholds);
  float threshold(int decision) const;

  /// Makes every sample run to exit `exit`, whatever its scores; empty: back to the decisions.
  /// @throws Error argument if there is no such exit
  void force_exit(std::optional<int> exit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace exeunt

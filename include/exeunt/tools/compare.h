#pragma once

#include <exeunt/api.h>
#include <exeunt/model.h>
#include <exeunt/plan.h>
#include <exeunt/tools/arrays.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace EXEUNT_API exeunt {

/// How far two tensors are apart, over all samples.
struct Difference {
  double max_abs = 0;  ///< largest |ours - theirs|; infinite where only one is NaN
  double max_rel = 0;  ///< the same over the largest magnitude in their tensor of that sample
  bool past = false;   ///< both were larger than the tolerance in one sample
};

/// The difference of one step, output or array.
struct StepDifference {
  std::string name;
  std::string op;  ///< "Conv", "output", "array"
  Difference difference;
};

struct Comparison {
  std::string ours;    ///< what is compared: a backend or a file
  std::string theirs;  ///< with what
  std::int64_t samples = 0;
  std::vector<StepDifference> steps;  ///< in the order of execution
  int worst = -1;                     ///< index of the largest max_rel; -1 if there is nothing to compare
  int first_past = -1;                ///< index of the first one past the tolerance; -1 if there is none
  std::int64_t other_exits = 0;       ///< samples that take another exit
  std::int64_t close_calls = 0;       ///< of these or of all, those within the tolerance of a threshold
};

struct CompareOptions {
  /// How what is compared is built.
  BuildOptions build = {};
  /// A difference counts where it is larger than this both as it is and relative to the values around it.
  double tolerance = 1e-4;
  /// Called now and then with runs done and to do.
  std::function<void(std::int64_t done, std::int64_t total)> progress;
};

/// `count` samples for each of the model's inputs, [count, ...], always the same ones. Floats are in turns like pixels,
/// 0 .. 255, and normal with deviation 1; normal only if the first one drives a value of the model beyond 100. Bytes
/// have any value, other integers are 0 or 1. A model without batch axis gets one sample.
/// @throws Error argument if `count` is not positive; as Plan::build  Cost: one run of the reference.
std::vector<Tensor> random_samples(const Model& model, std::int64_t count);

/// Every step of the model on `options.build.backend` against the reference in f32, on the paths to all exits. Of a
/// plan in a lower precision the steps of equal name and type, and the outputs at each exit.
/// @param inputs  one a model input, [N, ...]  @throws Error as Plan::build, shape, dtype, argument
Comparison compare_backends(const Model& model, std::span<const Tensor> inputs, const CompareOptions& options = {});

/// The outputs of two models at each exit (at the last one if they differ in number), and the steps of equal name and
/// type. Both run on `options.build.backend`; pictures are turned from NCHW to NHWC or back where the second model asks
/// for it.
/// @throws Error shape if the inputs of the models differ otherwise, argument if no output can be compared
Comparison compare_models(const Model& ours, const Model& theirs, std::span<const Tensor> inputs,
                          const CompareOptions& options = {});

/// Answers by sample (Evaluation::by_sample) against expected ones: `exit`, `top1`, `score` and `probabilities`, those
/// that are there, for as many samples as both have. A sample whose expected score is within the tolerance of a
/// threshold may take either exit. @param thresholds one a decision @throws Error format if nothing can be compared
Comparison compare_answers(const Arrays& ours, const Arrays& theirs, std::span<const float> thresholds,
                           double tolerance = 1e-4);

/// The outputs after the passes up to one that rewrote something.
struct PassDifference {
  std::string pass;
  int limit = 0;  ///< passes run so far: what --pass-limit takes
  int rewrites = 0;
  Difference difference;
};

struct Bisection {
  std::vector<PassDifference> passes;
  int first_past = -1;  ///< index of the pass after which the outputs leave the tolerance; -1 if none
};

/// Runs the graph after each pass on the reference, and compares its outputs at all exits with those of the graph as
/// imported. @throws Error as compare_backends
Bisection bisect_passes(const Model& model, std::span<const Tensor> inputs, const CompareOptions& options = {});

}  // namespace exeunt

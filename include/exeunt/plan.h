#pragma once

#include <exeunt/api.h>
#include <exeunt/model.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace EXEUNT_API exeunt {

class Dataset;
struct Calibration;
struct PlanData;

/// How far the answers of a lower precision may be from those in fp32, measured on samples when a plan is built.
/// Layers that hurt most stay in fp32 until the bounds hold; the plan's notes name them. Nothing is bounded by default.
/// Cost: a run of each sample in fp32, one a trial (1, or the logarithm of the number of layers), and if a bound does
/// not hold at once some 32 runs a layer.
struct AccuracyBounds {
  /// At least this share of the samples, 0 to 1, leave at the exit where they leave in fp32, with the model's own
  /// thresholds, and have the same class there (and the same values in outputs that are no floats).
  std::optional<double> min_agreement = {};
  /// The most, from 0 on, by which an element of a float output (class scores, probabilities) may be off from fp32 at
  /// any exit, for samples that the decisions send elsewhere too; relative to the largest |element| that this output
  /// has there in fp32 for any of the samples.
  std::optional<double> max_error = {};
  /// What both are measured on: the calibration's samples, as a rule. Needed if one of them is given.
  std::shared_ptr<const Dataset> samples = {};
  /// At most so many samples, spread evenly over the data; 0 takes all. What does not fit in 256 MB, inputs and outputs
  /// together, is thinned out.
  std::int64_t limit = 512;
};

/// How a model becomes a plan. The defaults give the fastest fp32 plan for one thread of this machine.
struct BuildOptions {
  /// "cpu", or "ref": the slow reference that everything is compared with.
  std::string backend = "cpu";
  /// 0: kernels are picked by rules of thumb, always the same; 1 to 5: by timing them on this machine.
  int optimization_level = 3;
  /// Convolutions may use algorithms that round more (Winograd) as long as no sampled result is off by more than this
  /// share of the results' root mean square, on bf16 300 times it, with weights in 16 bits 20 times it. Checked with
  /// random input when the plan is built.
  double conv_tolerance = 1e-4;
  /// Steps may be split over so many threads where that makes them faster. Each session then has threads of its own,
  /// one less than this, which wait in a loop during runs and for about a millisecond after them.
  int threads = 1;
  /// Ranges of the model's values, which lower precisions need; see tools/calibrate.h.
  std::shared_ptr<const Calibration> calibration = {};
  /// What kernels may compute in: "fp32", or a type that is allowed beside it, "int8", "bf16", "fp16", "half" (this
  /// machine's fast 16-bit type) or "best" (all of them). The fastest plan of what is allowed is taken.
  std::string precision = "fp32";
  /// The precision is taken wherever a kernel has it, fast or not, and its lack is an error.
  bool strict = false;
  /// What the fastest plan is: the least mean time over the exits by their shares in the calibration ("mix"; equal
  /// ones without), of the slowest exit ("worst"), or of one exit ("0", "1", ...).
  std::string optimize_for = "mix";
  /// What a lower precision may cost in accuracy. With `strict`, layers stay in fp32 for it all the same; if all of
  /// them have to, that is an error.
  AccuracyBounds accuracy = {};
  /// A file in which the times of kernels are kept from build to build; made if it is missing. What it holds is not
  /// timed again. Empty: none.
  std::filesystem::path timing_cache = {};
  /// The instruction set to build for ("avx512", "avx2", "neon", "scalar"); empty: this machine's. For another one
  /// nothing is timed: kernels are picked by rules of thumb, or by a timing cache that comes from there.
  std::string target_isa = {};
  /// Take no kernels of libraries, so that the runtime-only library can load the plan.
  bool runtime_only = false;
  /// Called now and then while layers are tried in a lower precision and while kernels are timed.
  std::function<void(std::int64_t done, std::int64_t total)> progress = {};
};

/// A model compiled for this machine: kernels picked, weights packed, memory laid out.
/// Immutable and cheap to copy; one plan serves any number of sessions and threads.
class Plan {
 public:
  /// Compiles a model. Costs milliseconds to seconds. @throws Error argument, unsupported, device
  static Plan build(const Model& model, const BuildOptions& options = {});

  /// Reads a file that `save` wrote. Costs milliseconds: kernels are taken as they were picked, weights as they were
  /// packed. @throws Error file; format for anything but a whole plan file of this version; unsupported for a plan
  /// that was built for another machine
  static Plan load(const std::filesystem::path& path);
  /// Writes everything that `load` needs; nobody ever sees half a file. @throws Error file
  void save(const std::filesystem::path& path) const;

  const std::vector<InputInfo>& inputs() const noexcept;
  const std::vector<std::string>& outputs() const noexcept;
  const std::vector<DecisionInfo>& decisions() const noexcept;
  const std::vector<ExitInfo>& exits() const noexcept;

  /// BuildOptions::threads.
  int threads() const noexcept;

  /// The instruction set that it was built for: "avx512".
  const std::string& isa() const noexcept;
  /// What was allowed, BuildOptions::precision: "fp32".
  const std::string& precision() const noexcept;
  /// What the kernels of its convolutions and products do compute in, by multiplications, most first: "int8", "bf16",
  /// "fp32", "16-bit weights" (stored in 16 bits, multiplied in f32); "fp32" if there are none. Not everything that was
  /// allowed is there: the fastest plan is taken, or nothing can compute in it. Costs a look at each step.
  std::vector<std::string> computes_in() const;
  /// What whoever built it should know: what a precision could not have, which exit pays. Empty for one that was
  /// loaded.
  const std::vector<std::string>& notes() const noexcept;
  /// How many steps there are.
  std::size_t steps() const noexcept;
  /// Bytes of weights in the order in which kernels read them, and of constants that they read as they are.
  std::size_t weights_bytes() const noexcept;

  /// Bytes of activations that each session holds.
  std::size_t arena_bytes() const noexcept;
  /// Most bytes of activations alive at one time: what `arena_bytes` could at best be.
  std::size_t peak_live_bytes() const noexcept;

  const std::shared_ptr<const PlanData>& data() const noexcept { return data_; }

 private:
  explicit Plan(std::shared_ptr<const PlanData> data) : data_(std::move(data)) {}
  std::shared_ptr<const PlanData> data_;
};

}  // namespace exeunt

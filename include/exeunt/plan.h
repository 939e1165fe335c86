#pragma once

#include <exeunt/model.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace exeunt {

struct Calibration;
struct PlanData;

struct BuildOptions {
  /// "cpu", or "ref": the slow reference that everything is compared with.
  std::string backend = "cpu";
  /// 0: kernels are picked by rules of thumb, always the same; 1 to 5: by timing them on this machine.
  int optimization_level = 3;
  /// Convolutions may use algorithms that round more (Winograd) as long as no sampled result is off by more than this
  /// share of the results' root mean square. Checked with random input when the plan is built.
  double conv_tolerance = 1e-4;
  /// Steps may be split over so many threads where that makes them faster. Each session then has threads of its own,
  /// one less than this, which wait in a loop during runs and for about a millisecond after them.
  int threads = 1;
  /// Ranges of the model's values, which lower precisions need; see tools/calibrate.h.
  std::shared_ptr<const Calibration> calibration = {};
};

/// A model compiled for this machine: kernels picked, weights packed, memory laid out.
/// Immutable and cheap to copy; one plan serves any number of sessions and threads.
class Plan {
 public:
  /// Compiles a model. Costs milliseconds to seconds. @throws Error argument, unsupported, device
  static Plan build(const Model& model, const BuildOptions& options = {});

  const std::vector<InputInfo>& inputs() const noexcept;
  const std::vector<std::string>& outputs() const noexcept;
  const std::vector<DecisionInfo>& decisions() const noexcept;
  const std::vector<ExitInfo>& exits() const noexcept;

  /// BuildOptions::threads.
  int threads() const noexcept;

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

#pragma once

#include <exeunt/session.h>

#include <optional>
#include <vector>

#include "base/aligned_buffer.h"
#include "engine/runtime/input_conversion.h"
#include "plan/plan_data.h"

namespace exeunt {

/// Hands the caller's arrays to a plan sample by sample, converted where they are not what the plan takes.
class InputFeed {
 public:
  /// @throws Error argument for a format that cannot belong to its input, or more formats than inputs
  InputFeed(const PlanData& plan, const std::vector<InputFormat>& formats, std::int64_t max_batch);

  /// Takes the arrays of a run. @return the number of samples. @throws Error if they do not fit the plan
  std::int64_t bind(std::span<const TensorView> arrays);

  /// Fills in the addresses of a sample. What `convert` writes stays until the next sample is opened with it; for
  /// inputs that are read beyond the first segment, until the next run.
  void open(std::int64_t sample, bool convert, std::span<const std::byte*> addresses) noexcept;

 private:
  struct Input {
    InputInfo info;
    InputFormat format;
    Shape shape;                              ///< in which one sample is handed over
    std::optional<InputConversion> from_own;  ///< empty: taken as it is
    std::optional<InputConversion> from_u8;   ///< for floats
    AlignedBuffer rows;                       ///< converted samples: of one sample, or of each
    std::size_t row_stride = 0;

    const std::byte* data = nullptr;  ///< of this run
    std::size_t sample_bytes = 0;
    const InputConversion* conversion = nullptr;
  };

  [[noreturn]] void refuse_shape(const Input& input, const Shape& given) const;
  void check(std::size_t index, const TensorView& array, std::int64_t batch) const;

  std::int64_t max_batch_;
  bool batched_ = true;  ///< all first axes are batches of 1
  std::vector<Input> inputs_;
};

}  // namespace exeunt

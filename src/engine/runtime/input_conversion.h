#pragma once

#include <exeunt/session.h>

#include <array>
#include <vector>

namespace exeunt {

/// Turns one sample as the caller hands it over into the plan's input: element type, axis order, scale, mean and
/// standard deviation in one pass. Everything is settled when it is made.
class InputConversion {
 public:
  /// @param format  checked by check_input_format
  /// @param from    element type handed over: that of `input`, or u8 for an input of floats
  InputConversion(const InputInfo& input, const InputFormat& format, DType from);

  void run(const std::byte* from, std::byte* to) const noexcept { run_(*this, from, to); }

 private:
  using RunFn = void (*)(const InputConversion&, const std::byte*, std::byte*) noexcept;
  /// Whether values are scaled, with parameters that change from plane to plane or from column to column.
  enum class Scaling : std::uint8_t { none, by_plane, by_column };

  template <class From, class To, Scaling kScaling>
  static void convert_sample(const InputConversion& self, const std::byte* from, std::byte* to) noexcept;
  template <class From, class To>
  static RunFn pick(Scaling scaling) noexcept;
  template <class To>
  static RunFn pick_for(DType from, Scaling scaling) noexcept;
  /// The same for any type.
  static RunFn pick_rare(DType to, DType from, Scaling scaling) noexcept;
  /// Any types by way of a double, an element at a time.
  static void convert_any(const InputConversion& self, const std::byte* from, std::byte* to) noexcept;

  RunFn run_ = nullptr;
  DType from_ = DType::f32;  ///< of the caller's elements
  DType to_ = DType::f32;
  Scaling scaling_ = Scaling::none;
  std::array<std::int64_t, 3> dims_{};     ///< planes, rows, columns of the model's sample; joined where it can be
  std::array<std::int64_t, 3> strides_{};  ///< with which the caller's values are read
  float scale_ = 1;
  std::vector<float> mean_;  ///< one a plane or column
  std::vector<float> stddev_;
};

/// The shape in which the caller hands over one sample, batch axis included.
Shape shape_handed_over(const InputInfo& input, const InputFormat& format);

/// Whether values reach the plan as they are.
bool changes_nothing(const InputInfo& input, const InputFormat& format);

/// @throws Error argument if a format cannot belong to an input
void check_input_format(const InputInfo& input, const InputFormat& format);

/// The other axis order, if `given` fits the input in that one; empty if it does not. For error messages.
std::optional<ImageLayout> fitting_layout(const InputInfo& input, const Shape& given);

}  // namespace exeunt

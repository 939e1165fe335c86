#include "cpu/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "cpu/kernels/kernel_table.h"
#include "cpu/offer.h"

namespace exeunt::cpu {

namespace {

constexpr std::int64_t kShortLoop = 8;

}  // namespace

StridedCopy::StridedCopy(const Shape& shape, const Strides& source, std::int64_t source_start, const Strides& target,
                         std::int64_t target_start, std::size_t element_bytes)
    : source_start_(source_start), target_start_(target_start), element_bytes_(element_bytes) {
  if (shape.elements() == 0) {
    inner_.count = 0;
    return;
  }
  std::vector<Axis> axes;
  for (int a = 0; a < shape.rank(); ++a) {
    const auto i = static_cast<std::size_t>(a);
    if (shape[a] > 1) axes.push_back({shape[a], source[i], target[i]});
  }
  std::ranges::stable_sort(axes, [](const Axis& a, const Axis& b) { return a.target > b.target; });
  for (std::size_t i = 1; i < axes.size();) {
    Axis& outer = axes[i - 1];
    const Axis& inner = axes[i];
    if (outer.source == inner.source * inner.count && outer.target == inner.target * inner.count) {
      outer = {outer.count * inner.count, inner.source, inner.target};
      axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  if (axes.empty()) return;
  inner_ = axes.back();
  axes.pop_back();
  const auto along = std::ranges::find_if(axes, [](const Axis& axis) { return axis.source == 1; });
  if (element_bytes == sizeof(float) && inner_.source > 1 && inner_.target == 1 && along != axes.end()) {
    turn_ = active_kernels().transpose;
    rows_ = *along;
    axes.erase(along);
  } else if (inner_.count < kShortLoop && (inner_.source != 1 || inner_.target != 1)) {
    // A picture's channels, say: a loop's start and end would take longer than the loop.
    for (Axis& axis : axes)
      if (axis.count > inner_.count) std::swap(axis, inner_);
  }
  outer_ = std::move(axes);
}

template <class T, class Copy>
void StridedCopy::for_each_place(const std::byte* source, std::byte* target, Copy&& copy) const noexcept {
  const T* from = reinterpret_cast<const T*>(source) + source_start_;
  T* to = reinterpret_cast<T*>(target) + target_start_;
  std::array<std::int64_t, Shape::kMaxRank> index{};
  for (;;) {
    copy(from, to);
    std::size_t axis = outer_.size();
    while (axis > 0) {
      const Axis& step = outer_[axis - 1];
      from += step.source;
      to += step.target;
      if (++index[axis - 1] < step.count) break;
      from -= step.source * step.count;
      to -= step.target * step.count;
      index[axis - 1] = 0;
      --axis;
    }
    if (axis == 0) return;
  }
}

template <class T>
void StridedCopy::run_as(const std::byte* source, std::byte* target) const noexcept {
  const Axis inner = inner_;
  if (inner.source == 1 && inner.target == 1) {
    for_each_place<T>(source, target, [&](const T* from, T* to) {
      std::memcpy(to, from, static_cast<std::size_t>(inner.count) * sizeof(T));
    });
  } else {
    for_each_place<T>(source, target, [&](const T* from, T* to) {
      // A copy: stores of bytes may change all that an address is known of.
      const Axis axis = inner;
      for (std::int64_t i = axis.count; i > 0; --i, to += axis.target, from += axis.source) *to = *from;
    });
  }
}

void StridedCopy::run(const std::byte* source, std::byte* target) const noexcept {
  if (inner_.count == 0) return;
  if (turn_ != nullptr) {
    return for_each_place<float>(source, target, [&](const float* from, float* to) {
      turn_(from, inner_.source, inner_.count, rows_.count, to, rows_.target);
    });
  }
  switch (element_bytes_) {
    case 1:
      return run_as<std::uint8_t>(source, target);
    case 2:
      return run_as<std::uint16_t>(source, target);
    case 4:
      return run_as<std::uint32_t>(source, target);
    default:
      return run_as<std::uint64_t>(source, target);
  }
}

namespace {

/// Copies from several operands into one result, after filling it where asked.
class CopyArgs : public StepArgs {
 public:
  std::vector<StridedCopy> copies;  ///< one an operand
  std::size_t result_bytes = 0;
  bool fill = false;
  std::array<std::byte, 8> value{};
  std::size_t element_bytes = 1;
};

void fill(std::byte* target, const CopyArgs& args) noexcept {
  const bool zero = std::ranges::all_of(args.value, [](std::byte b) { return b == std::byte{0}; });
  if (zero) {
    std::memset(target, 0, args.result_bytes);
    return;
  }
  for (std::size_t i = 0; i < args.result_bytes; i += args.element_bytes) {
    std::memcpy(target + i, args.value.data(), args.element_bytes);
  }
}

void run_copy(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const CopyArgs&>(step);
  std::byte* target = operands[args.copies.size()];
  if (args.fill) fill(target, args);
  for (std::size_t i = 0; i < args.copies.size(); ++i) args.copies[i].run(operands[i], target);
}

std::shared_ptr<CopyArgs> make_args(const TensorType& result) {
  auto args = std::make_shared<CopyArgs>();
  args->result_bytes = result.bytes();
  args->element_bytes = dtype_bytes(result.dtype);
  return args;
}

std::int64_t dot(const Strides& strides, const ops::Ints& index) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < index.size(); ++i) sum += strides[i] * index[i];
  return sum;
}

}  // namespace

Candidate reorder_candidate(const TensorType& type, const Layout& from, const Layout& to) {
  auto args = make_args(type);
  args->copies.emplace_back(type.shape, from.strides(type.shape), 0, to.strides(type.shape), 0, args->element_bytes);
  return {"copy", run_copy, std::move(args), {{0, from}}, to, 0};
}

Offer offer(const ops::Slice& op, const NodeView& node) {
  const Layout& layout = node.layouts[0];
  const Shape& from = node.operand_type(0)->shape;
  const TensorType& result = node.result_type();
  const auto ranges = slice_ranges(op, from);
  Strides source = layout.strides(from);
  std::int64_t start = 0;
  for (std::size_t a = 0; a < static_cast<std::size_t>(from.rank()); ++a) {
    start += ranges[a].start * source[a];
    source[a] *= ranges[a].step;
  }
  auto args = make_args(result);
  args->copies.emplace_back(result.shape, source, start, layout.strides(result.shape), 0, args->element_bytes);
  return std::vector{Candidate{"copy", run_copy, std::move(args), {{0, layout}}, layout, 0}};
}

Offer offer(const ops::Pad& op, const NodeView& node) {
  if (op.mode != ops::PadMode::constant) return "copies pad with a constant only";
  if (std::ranges::any_of(op.pads, [](std::int64_t p) { return p < 0; })) return "negative padding";
  const Layout& layout = node.layouts[0];
  const Shape& from = node.operand_type(0)->shape;
  const TensorType& result = node.result_type();
  auto args = make_args(result);
  args->fill = true;
  dispatch(result.dtype, [&]<class T>(TypeTag<T>) {
    const T value = convert<T>(op.value);
    std::memcpy(args->value.data(), &value, sizeof(T));
  });
  const Strides target = layout.strides(result.shape);
  const ops::Ints before(op.pads.begin(), op.pads.begin() + from.rank());
  args->copies.emplace_back(from, layout.strides(from), 0, target, dot(target, before), args->element_bytes);
  return std::vector{Candidate{"copy_fill", run_copy, std::move(args), {{0, layout}}, layout, 0}};
}

Offer offer(const ops::Concat& op, const NodeView& node) {
  const TensorType& result = node.result_type();
  const Layout& layout = node.layouts[0];
  const Strides target = layout.strides(result.shape);
  const int axis = normalize_axis(op.axis, result.shape.rank());
  auto args = make_args(result);
  Candidate candidate{"copy", run_copy, nullptr, {}, layout, 0};
  std::int64_t at = 0;
  for (std::size_t i = 0; i < node.node.inputs.size(); ++i) {
    const Shape& part = node.operand_type(i)->shape;
    args->copies.emplace_back(part, layout.strides(part), 0, target, at * target[static_cast<std::size_t>(axis)],
                              args->element_bytes);
    candidate.uses.push_back({i, layout});
    at += part[axis];
  }
  candidate.args = std::move(args);
  return std::vector{std::move(candidate)};
}

Offer offer(const ops::Expand&, const NodeView& node) {
  const TensorType& result = node.result_type();
  const Shape& from = node.operand_type(0)->shape;
  const Layout layout = Layout::row_major(result.shape.rank());
  auto args = make_args(result);
  args->copies.emplace_back(result.shape, broadcast_strides(from, result.shape), 0, layout.strides(result.shape), 0,
                            args->element_bytes);
  return std::vector{Candidate{"copy", run_copy, std::move(args), {{0, Layout::row_major(from.rank())}}, layout, 0}};
}

}  // namespace exeunt::cpu

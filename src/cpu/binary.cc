#include <algorithm>

#include "base/text.h"
#include "cpu/elementwise.h"
#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

/// A loop over one axis: how often, and by how many floats each operand and the result go on.
struct Axis {
  std::int64_t count = 1;
  std::array<std::int64_t, 3> steps = {1, 1, 1};  // a, b, y
};

class BinaryArgs : public StepArgs {
 public:
  PairFn kernel = nullptr;
  std::vector<Axis> outer;  ///< outermost first
  std::int64_t run = 1;     ///< floats a call
  std::int64_t rest = 0;    ///< behind the last of `outer`, if that is one axis
  std::vector<float> rows;  ///< a constant operand of short rows, several of them end to end; empty: none
  std::size_t row_operand = 0;
};

void run_binary(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const BinaryArgs&>(step);
  std::array<const float*, 2> from{};
  std::size_t next = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const bool own = !args.rows.empty() && args.row_operand == i;
    from[i] = own ? args.rows.data() : reinterpret_cast<const float*>(operands[next++]);
  }
  auto* y = reinterpret_cast<float*>(operands[next]);
  std::array<std::int64_t, Shape::kMaxRank> index{};
  for (;;) {
    args.kernel(from[0], from[1], y, args.run);
    std::size_t axis = args.outer.size();
    while (axis > 0) {
      const Axis& a = args.outer[axis - 1];
      from[0] += a.steps[0];
      from[1] += a.steps[1];
      y += a.steps[2];
      if (++index[axis - 1] < a.count) break;
      if (axis == 1) {
        if (args.rest > 0) args.kernel(from[0], from[1], y, args.rest);
        return;
      }
      from[0] -= a.steps[0] * a.count;
      from[1] -= a.steps[1] * a.count;
      y -= a.steps[2] * a.count;
      index[axis - 1] = 0;
      --axis;
    }
    if (axis == 0) return;
  }
}

std::optional<Pairing> pairing_of(ops::BinaryFn fn) {
  switch (fn) {
    case ops::BinaryFn::Add:
      return Pairing::add;
    case ops::BinaryFn::Div:
      return Pairing::div;
    case ops::BinaryFn::Max:
      return Pairing::max;
    case ops::BinaryFn::Min:
      return Pairing::min;
    case ops::BinaryFn::Mul:
      return Pairing::mul;
    case ops::BinaryFn::Sub:
      return Pairing::sub;
    default:
      return std::nullopt;
  }
}

/// Strides of an operand in `layout` beside the axes of a result of `shape`.
Strides strides_beside(const Shape& operand, const Layout& layout, const Shape& shape) {
  const Strides own = layout.strides(operand);
  Strides strides{};
  const int more = shape.rank() - operand.rank();
  for (int i = 0; i < operand.rank(); ++i) {
    const auto from = static_cast<std::size_t>(i);
    strides[from + static_cast<std::size_t>(more)] = operand[i] == 1 ? 0 : own[from];
  }
  return strides;
}

/// The axes of the result as they lie in memory, those that go on alike joined.
std::vector<Axis> axes_of(const Shape& shape, const Layout& layout, const std::array<Strides, 2>& operands) {
  const Strides y = layout.strides(shape);
  std::vector<Axis> axes;
  for (int place = 0; place < shape.rank(); ++place) {
    const int a = layout.axis_at(place);
    if (shape[a] == 1) continue;
    const auto at = static_cast<std::size_t>(a);
    const Axis axis{shape[a], {operands[0][at], operands[1][at], y[at]}};
    const auto goes_on = [&](std::size_t i) { return axes.back().steps[i] == axis.steps[i] * axis.count; };
    if (!axes.empty() && goes_on(0) && goes_on(1) && goes_on(2)) {
      axes.back() = {axes.back().count * axis.count, axis.steps};
    } else {
      axes.push_back(axis);
    }
  }
  if (axes.empty()) axes.push_back({});
  return axes;
}

/// The layouts of the operands and the result: as they lie, if runs along the innermost axis come out of that.
struct Layouts {
  std::array<Layout, 2> operands;
  Layout result;
  std::vector<Axis> axes;
};

std::optional<Layouts> settle_layouts(const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  Layouts layouts{{node.layouts[0], node.layouts[1]}, Layout::row_major(shape.rank()), {}};
  const auto is_whole = [&](std::size_t i) { return node.operand_type(i)->shape == shape; };
  const std::size_t leader = is_whole(0) && (!is_whole(1) || node.constant(0) == nullptr) ? 0 : 1;
  if (is_whole(leader)) layouts.result = layouts.operands[leader];
  std::array<Strides, 2> strides;
  for (std::size_t i = 0; i < 2; ++i) {
    if (is_whole(i)) layouts.operands[i] = layouts.result;
    strides[i] = strides_beside(node.operand_type(i)->shape, layouts.operands[i], shape);
  }
  const auto runs = [](const std::vector<Axis>& axes, std::size_t i) {
    return axes.back().steps[i] == 0 || axes.back().steps[i] == 1;
  };
  layouts.axes = axes_of(shape, layouts.result, strides);
  for (std::size_t i = 0; i < 2; ++i) {
    if (runs(layouts.axes, i)) continue;
    const Shape& own = node.operand_type(i)->shape;
    layouts.operands[i] = own.rank() == shape.rank() ? layouts.result : Layout::row_major(own.rank());
    strides[i] = strides_beside(own, layouts.operands[i], shape);
    layouts.axes = axes_of(shape, layouts.result, strides);
  }
  if (!runs(layouts.axes, 0) || !runs(layouts.axes, 1)) return std::nullopt;
  return layouts;
}

/// Makes long runs of the short rows of a constant that is repeated row by row.
void lay_rows_end_to_end(BinaryArgs& args, const NodeView& node, const Layouts& layouts) {
  constexpr std::int64_t kLongRun = 256;
  const std::vector<Axis>& axes = layouts.axes;
  if (axes.size() != 2 || args.run >= kLongRun / 2) return;
  for (std::size_t i = 0; i < 2; ++i) {
    const Tensor* rows = node.constant(i);
    if (rows == nullptr || axes[0].steps[i] != 0 || axes[1].steps[i] != 1 || axes[0].steps[1 - i] != args.run) continue;
    const std::int64_t row = args.run;
    const std::int64_t all = axes[0].count * row;
    args.run = std::min(all, kLongRun / row * row);
    args.rest = all % args.run;
    args.row_operand = i;
    Tensor laid_out(rows->type());
    copy_layout(rows->view().data, Layout::row_major(rows->shape().rank()), laid_out.mutable_view().data,
                layouts.operands[i], rows->type());
    for (std::int64_t k = 0; k < args.run; ++k)
      args.rows.push_back(laid_out.span<float>()[static_cast<std::size_t>(k % row)]);
    args.outer = {{all / args.run, {args.run, args.run, args.run}}};
    args.outer[0].steps[i] = 0;
    return;
  }
}

}  // namespace

std::optional<Candidate> own_binary_candidate(const ops::Binary& op, const NodeView& node) {
  const std::optional<Pairing> pairing = pairing_of(op.fn);
  const std::optional<Layouts> layouts = pairing ? settle_layouts(node) : std::nullopt;
  if (!layouts) return std::nullopt;
  auto args = std::make_shared<BinaryArgs>();
  const Axis& inner = layouts->axes.back();
  const Repeated repeated = inner.count == 1      ? Repeated::none
                            : inner.steps[0] == 0 ? Repeated::first
                            : inner.steps[1] == 0 ? Repeated::second
                                                  : Repeated::none;
  args->kernel = active_kernels().elementwise.pair(*pairing, repeated);
  args->run = inner.count;
  args->outer.assign(layouts->axes.begin(), layouts->axes.end() - 1);
  lay_rows_end_to_end(*args, node, *layouts);
  Candidate candidate{formatted("{}_pair", active_kernels().isa), run_binary, nullptr, {}, layouts->result, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    if (args->rows.empty() || args->row_operand != i) candidate.uses.push_back({i, layouts->operands[i]});
  }
  candidate.args = std::move(args);
  return candidate;
}

}  // namespace exeunt::cpu

#include "onnx/read_window.h"

#include "base/shape.h"

namespace exeunt {

ops::Window read_window(const NodeContext& node, const Shape& x, ops::Ints kernel) {
  const std::size_t count = kernel.size();
  require(x.rank() >= 3 && static_cast<std::size_t>(x.rank() - 2) == count, ErrorCode::shape,
          "x is {}; a window of {} axes does not fit", x.str(), count);
  ops::Window w{std::move(kernel), node.integers("strides", ops::Ints(count, 1)),
                node.integers("pads", ops::Ints(2 * count, 0)), node.integers("dilations", ops::Ints(count, 1))};
  require(w.strides.size() == count && w.dilations.size() == count && w.pads.size() == 2 * count, ErrorCode::format,
          "strides, dilations or pads do not fit a window of {} axes", count);
  const std::string auto_pad = node.text("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET") return w;
  w.pads.assign(2 * count, 0);
  if (auto_pad == "VALID") return w;
  require(auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER", ErrorCode::format, "auto_pad is '{}'", auto_pad);
  for (std::size_t a = 0; a < count; ++a) {
    const std::int64_t size = x[static_cast<int>(a) + 2];
    for (const std::int64_t value : {w.kernel[a], w.strides[a], w.dilations[a]}) {
      // Beyond this the sums below would overflow.
      require(value > 0 && value <= kMaxTensorBytes, ErrorCode::format, "a window, stride or dilation of {}", value);
    }
    const std::int64_t out = (size + w.strides[a] - 1) / w.strides[a];
    const std::int64_t span = (w.kernel[a] - 1) * w.dilations[a] + 1;
    const std::int64_t total = std::max<std::int64_t>(0, (out - 1) * w.strides[a] + span - size);
    const std::int64_t more = total - total / 2;
    w.pads[a] = auto_pad == "SAME_UPPER" ? total / 2 : more;
    w.pads[a + count] = total - w.pads[a];
  }
  return w;
}

}  // namespace exeunt

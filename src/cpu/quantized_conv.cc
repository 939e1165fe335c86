#include "base/text.h"
#include "cpu/conv_guess.h"
#include "cpu/kernels/winograd.h"
#include "cpu/offer.h"
#include "cpu/quantized_step.h"
#include "cpu/word_rows.h"

namespace exeunt::cpu {

namespace {

void guess_direct(const ops::QuantizedConv& op, const ConvShape& s, const NodeView& node, std::vector<Guess>& guesses) {
  const QuantizedKernels& kernels = active_quantized_kernels(node.wanted);
  const ConvShape seen = as_one_row(s);
  const std::optional<WordRows> rows = WordRows::of(seen, kernels, 0);
  if (!rows) return;
  const double depth =
      s.kernel_height * (seen.dilation_width == 1 ? static_cast<double>(rows->words_of(seen.kernel_width))
                                                  : static_cast<double>(seen.kernel_width) * rows->words_of(1));
  for (const QuantizedDirectConvTile& tile : kernels.direct) {
    if (tile.pixels > seen.out_width) continue;
    const double cost = depth * seen.out_height * whole_units(seen.out_width, tile.pixels) *
                        whole_units(s.out_channels, tile.channels) / kernels.lanes *
                        tile_loss(tile.pixels, tile.channels / kernels.lanes);
    guesses.push_back({cost, false, quantized_direct_name(node, tile),
                       [=, &op, &node, &tile] { return quantized_direct_candidate(op, seen, node, tile); }});
  }
}

void guess_winograd(const ops::QuantizedConv& op, const ConvShape& s, const NodeView& node,
                    std::vector<Guess>& guesses) {
  // Vector operations a point and patch that the transforms cost.
  constexpr double kGather = 5;
  constexpr double kScatter = 10;
  constexpr int kResults = QuantizedWinograd::kResults;
  const QuantizedKernels& kernels = active_quantized_kernels(node.wanted);
  const bool applies = kernels.shorts > 0 && s.kernel_height == 3 && s.kernel_width == 3 &&
                       s.stride_height <= static_cast<int>(kernels.winograd_forms.size()) &&
                       s.stride_width == s.stride_height && s.dilation_height == 1 && s.dilation_width == 1 &&
                       fits_quantized_winograd(node);
  if (!applies) return;
  const int points = quantized_winograd_points(s.stride_height);
  const int patches = rounded_up(s.out_height, kResults) / kResults * (rounded_up(s.out_width, kResults) / kResults);
  const double in = whole_units(s.in_channels, kernels.shorts) / kernels.shorts;
  const double out = whole_units(s.out_channels, kernels.lanes) / kernels.lanes;
  const double transforms = points * patches * (kGather * in + kScatter * out);
  for (const QuantizedWinogradTile& tile : kernels.winograd) {
    const double products = points * whole_units(patches, tile.patches) * in * kernels.shorts / 2 *
                            whole_units(s.out_channels, tile.channels) / kernels.lanes *
                            tile_loss(tile.patches, tile.channels / kernels.lanes);
    for (const int block_tiles : {1, 4, 16}) {
      if (block_tiles > 1 && tile.patches * block_tiles / 4 >= patches) continue;
      guesses.push_back(
          {products + transforms, false, quantized_winograd_name(s, node, tile, block_tiles),
           [=, &op, &node, &tile] { return quantized_winograd_candidate(op, s, node, tile, block_tiles); }});
    }
  }
}

/// The shape as a float convolution has it.
std::optional<ConvShape> shape_of(const ops::QuantizedConv& op, const NodeView& node) {
  ops::Conv conv;
  conv.strides = op.strides;
  conv.pads = op.pads;
  conv.dilations = op.dilations;
  conv.group = op.group;
  return conv_shape(conv, node);
}

class AddArgs : public StepArgs {
 public:
  QuantizedAddFn kernel = nullptr;
  QuantizedAddition add;
};

void run_add(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const AddArgs&>(step);
  args.kernel(args.add, reinterpret_cast<const std::uint8_t*>(operands[0]),
              reinterpret_cast<const std::uint8_t*>(operands[1]), reinterpret_cast<std::uint8_t*>(operands[2]));
}

}  // namespace

Candidate quantized_candidate(std::string kernel, StepFn run, PartFn run_part, std::shared_ptr<StepArgs> args,
                              const NodeView& node, std::size_t scratch_bytes) {
  const Layout layout = Layout::channels_last(node.result_type().shape.rank());
  Candidate candidate{std::move(kernel), run, std::move(args), {{0, layout}}, layout, scratch_bytes};
  if (node.operand_type(4) != nullptr) candidate.uses.push_back({4, layout});
  candidate.run_part = run_part;
  return candidate;
}

Offer offer(const ops::QuantizedConv& op, const NodeView& node) {
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
    if (node.weights(i) == nullptr) return "weights that are computed at run time";
  }
  if (node.result_type().shape.elements() == 0) return "an empty tensor";
  const std::optional<ConvShape> s = shape_of(op, node);
  if (!s || s->depthwise) return "groups, or three spatial axes";
  std::vector<Guess> guesses;
  guess_winograd(op, *s, node, guesses);
  guess_direct(op, *s, node, guesses);
  if (guesses.empty()) return "a kernel that reaches over more than 64 rows";
  std::vector<Candidate> candidates = make_best(std::move(guesses), node.wanted);
  if (candidates.empty()) return "no such kernel";
  return candidates;
}

Offer offer(const ops::QuantizedAdd& op, const NodeView& node) {
  const QuantizedKernels& kernels = active_quantized_kernels(node.wanted);
  auto args = std::make_shared<AddArgs>();
  args->kernel = kernels.add;
  QuantizedAddition& add = args->add;
  add.count = node.result_type().shape.elements();
  add.a_zero = static_cast<int>(op.a_zero);
  add.b_zero = static_cast<int>(op.b_zero);
  add.y_zero = static_cast<int>(op.y_zero);
  add.a_scale = static_cast<float>(op.a_scale);
  add.b_scale = static_cast<float>(op.b_scale);
  add.low = std::max(static_cast<float>(op.low), static_cast<float>(-1 - op.y_zero));
  add.high = std::min(static_cast<float>(op.high), static_cast<float>(256 - op.y_zero));
  const Layout& layout = node.layouts[0];
  return std::vector{Candidate{
      formatted("{}_int8_add", kernels.isa), run_add, std::move(args), {{0, layout}, {1, layout}}, layout, 0}};
}

}  // namespace exeunt::cpu

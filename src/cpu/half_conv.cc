#include "cpu/conv_guess.h"
#include "cpu/half_step.h"
#include "cpu/word_rows.h"

namespace exeunt::cpu {

namespace {

void guess_direct(const HalfNode& node, std::vector<Guess>& guesses) {
  const ConvShape& s = node.shape;
  const ConvShape seen = as_one_row(s);
  const std::optional<WordRows> rows = WordRows::of_halves(seen);
  if (!rows) return;
  const double depth = static_cast<double>(s.kernel_height) * s.kernel_width * rows->words_of(1);
  for (const HalfDirectConvTile& tile : node.kernels.direct) {
    if (tile.pixels > seen.out_width) continue;
    const double cost = depth * seen.out_height * whole_units(seen.out_width, tile.pixels) *
                        whole_units(s.out_channels, tile.channels) / node.kernels.lanes *
                        tile_loss(tile.pixels, tile.channels / node.kernels.lanes);
    guesses.push_back(
        {cost, false, half_direct_name(node, tile), [=, &tile] { return half_direct_candidate(node, seen, tile); }});
  }
}

void guess_winograd(const HalfNode& node, std::vector<Guess>& guesses) {
  // Vector operations a point and patch that the transforms cost.
  constexpr double kGather = 6;
  constexpr double kScatter = 5;
  const ConvShape& s = node.shape;
  const bool applies = s.in_channels % 2 == 0 && s.kernel_height == 3 && s.kernel_width == 3 && s.stride_height == 1 &&
                       s.stride_width == 1 && s.dilation_height == 1 && s.dilation_width == 1;
  if (!applies) return;
  const int lanes = node.kernels.lanes;
  const double in = whole_units(s.in_channels, lanes) / lanes;
  const double out = whole_units(s.out_channels, lanes) / lanes;
  for (const Bf16WinogradForm& form : node.kernels.winograd_forms) {
    const int patches =
        rounded_up(s.out_height, form.results) / form.results * (rounded_up(s.out_width, form.results) / form.results);
    const double transforms = form.points() * patches * (kGather * in + kScatter * out);
    for (const Bf16WinogradTile& tile : node.kernels.winograd) {
      const double products = form.points() * whole_units(patches, tile.patches) * in * lanes / 2 *
                              whole_units(s.out_channels, tile.channels) / lanes *
                              tile_loss(tile.patches, tile.channels / lanes);
      for (const int block_tiles : {1, 4, 16}) {
        if (block_tiles > 1 && tile.patches * block_tiles / 4 >= patches) continue;
        guesses.push_back({products + transforms, true, bf16_winograd_name(node, form, tile, block_tiles),
                           [=, &form, &tile] { return bf16_winograd_candidate(node, form, tile, block_tiles); },
                           form.results > 2});
      }
    }
  }
}

}  // namespace

Offer half_conv_offer(const ops::Conv& op, const NodeView& node, const HalfKernels& kernels) {
  for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
    if (node.operand_type(i) != nullptr && node.weights(i) == nullptr) return "weights that are computed at run time";
  }
  if (node.operand_type(4) != nullptr) return "a scale behind the sum";
  if (node.result_type().shape.elements() == 0) return "an empty tensor";
  const std::optional<ConvShape> s = conv_shape(op, node);
  const std::optional<Bounds> bounds = bounds_of(op);
  if (!s || s->depthwise) return "16-bit operands with groups or three spatial axes";
  if (!bounds) return "16-bit operands with an activation other than Relu and Clip";
  const HalfNode seen{node, *s, *bounds, kernels};
  std::vector<Guess> guesses;
  guess_winograd(seen, guesses);
  guess_direct(seen, guesses);
  if (guesses.empty()) return "16-bit operands under a kernel that reaches over more than 64 rows";
  std::vector<Candidate> candidates = make_best(std::move(guesses), node.wanted);
  if (candidates.empty()) return "no such kernel";
  return candidates;
}

}  // namespace exeunt::cpu

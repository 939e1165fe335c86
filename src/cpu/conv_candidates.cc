#include "cpu/conv_candidates.h"

#include "cpu/conv_guess.h"
#include "cpu/float_weights.h"

namespace exeunt::cpu {

namespace {

void guess_direct(const ConvShape& s, const NodeView& node, const Bounds& bounds, std::vector<Guess>& guesses) {
  const std::optional<InputRows> rows = InputRows::of(s);
  if (!rows) return;
  const KernelTable& kernels = active_kernels();
  const ConvShape seen = as_one_row(s);
  const double depth = static_cast<double>(s.kernel_height) * s.kernel_width * s.in_channels;
  for (const DirectConvTile& tile : kernels.direct_conv) {
    if (tile.pixels > seen.out_width) continue;
    if (tile.kernel_run != 0 && (tile.kernel_run != s.kernel_width * s.in_channels || s.dilation_width != 1)) continue;
    const double cost = depth * seen.out_height * whole_units(seen.out_width, tile.pixels) *
                        whole_units(s.out_channels, tile.channels) / kernels.lanes *
                        tile_loss(tile.pixels, tile.channels / kernels.lanes);
    guesses.push_back({cost, false, direct_conv_name(tile), [=, &node, &tile] {
                         return direct_conv_candidate(seen, node, bounds, tile, *InputRows::of(seen));
                       }});
  }
}

void guess_winograd(const ConvShape& s, const NodeView& node, const Bounds& bounds, std::vector<Guess>& guesses) {
  // Vector operations a point and patch that the transforms cost, as measured.
  constexpr double kGather = 10;
  constexpr double kScatter = 6;
  // What weights that take half the memory save where few patches share them, and what making floats of them costs
  // elsewhere.
  constexpr int kFewPatches = 8;
  constexpr double kOfFew = 0.9;
  constexpr double kOfMany = 1.1;
  const KernelTable& kernels = active_kernels();
  for (const WinogradForm* form : kernels.winograd_forms) {
    const bool applies = s.kernel_height == form->kernel && s.kernel_width == form->kernel &&
                         s.stride_height == form->stride && s.stride_width == form->stride && s.dilation_height == 1 &&
                         s.dilation_width == 1;
    if (!applies) continue;
    const int patches = rounded_up(s.out_height, form->results) / form->results *
                        (rounded_up(s.out_width, form->results) / form->results);
    const double in = whole_units(s.in_channels, kernels.lanes) / kernels.lanes;
    const double out = whole_units(s.out_channels, kernels.lanes) / kernels.lanes;
    const double transforms = form->points * patches * (kGather * in + kScatter * out);
    for (const WinogradTile& tile : kernels.winograd_tiles) {
      if (tile.has_shorts && !has_16_bit_weights(node)) continue;
      const double shorts = !tile.has_shorts ? 1 : patches <= kFewPatches ? kOfFew : kOfMany;
      // The last results of such large patches are off by more than most guards let pass.
      const bool is_rough = tile.has_shorts && form->kernel + form->results > 7;
      const double products = form->points * whole_units(patches, tile.patches) * s.in_channels *
                              whole_units(s.out_channels, tile.channels) / kernels.lanes *
                              tile_loss(tile.patches, tile.channels / kernels.lanes) * shorts;
      // Small blocks stay in the first-level cache, large ones read the weights less often.
      for (const int block_tiles : {1, 4, 16}) {
        if (block_tiles > 1 && tile.patches * block_tiles / 4 >= patches) continue;
        guesses.push_back({products + transforms, true, winograd_name(s, *form, tile, block_tiles),
                           [=, &node, &tile] { return winograd_candidate(s, node, bounds, *form, tile, block_tiles); },
                           is_rough});
      }
    }
  }
}

}  // namespace

std::vector<Candidate> own_conv_candidates(const ops::Conv& op, const NodeView& node) {
  const std::optional<ConvShape> s = conv_shape(op, node);
  const std::optional<Bounds> bounds = bounds_of(op);
  if (!s || !bounds || node.operand_type(4) != nullptr) return {};
  if (s->depthwise) {
    const std::optional<InputRows> rows = InputRows::of(*s);
    if (!rows) return {};
    Candidate candidate = depthwise_conv_candidate(*s, node, *bounds, *rows);
    if (has_16_bit_weights(node)) candidate.kernel += kWidenedWeights;
    return std::vector{std::move(candidate)};
  }
  std::vector<Guess> guesses;
  guess_winograd(*s, node, *bounds, guesses);
  guess_direct(*s, node, *bounds, guesses);
  if (has_16_bit_weights(node)) {
    for (Guess& guess : guesses) {
      if (!guess.kernel.ends_with(kKeptIn16Bits)) guess.kernel += kWidenedWeights;
    }
  }
  return make_best(std::move(guesses), node.wanted);
}

}  // namespace exeunt::cpu

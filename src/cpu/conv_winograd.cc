#include <algorithm>

#include "base/text.h"
#include "cpu/conv_candidates.h"
#include "cpu/conv_step.h"
#include "cpu/float_weights.h"
#include "cpu/packed_args.h"
#include "cpu/winograd_weights.h"

namespace exeunt::cpu {

namespace {

class WinogradArgs : public PackedArgs<Winograd> {
 public:
  const WinogradForm* form = nullptr;
  const WinogradTile* tile = nullptr;
  ConvStep step;
  int patches = 0;
  int block_patches = 0;           ///< transformed together, whole tiles
  std::ptrdiff_t products_at = 0;  ///< in scratch
};

/// Parts share out the blocks of patches; where there are fewer blocks than parts, the channels, and each part then
/// transforms all patches for itself.
void run_part(const WinogradArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const int blocks = (args.patches + args.block_patches - 1) / args.block_patches;
  const int tiles = (args.conv.out_channels + args.tile->channels - 1) / args.tile->channels;
  const bool by_block = blocks >= parts;
  const Share block_share = by_block ? Share::of(blocks, part, parts) : Share{0, blocks};
  const Share tile_share = by_block ? Share{0, tiles} : Share::of(tiles, part, parts);
  const int first_channel = tile_share.first * args.tile->channels;
  const int last_channel = std::min(tile_share.last * args.tile->channels, args.conv.out_channels);
  args.step.for_each_sample(operands, part, [&](const float* x, const float* residual, float* y, float* scratch) {
    float* products = scratch + args.products_at;
    for (int block = block_share.first; block < block_share.last; ++block) {
      const int first = block * args.block_patches;
      const PatchRange patches{first, std::min(args.block_patches, args.patches - first)};
      args.form->gather(args.conv, patches, x, scratch);
      args.tile->multiply(args.conv, *args.form, rounded_up(patches.count, args.tile->patches), first_channel,
                          last_channel, scratch, products);
      args.form->scatter(args.conv, patches, first_channel, last_channel, products, residual, y);
    }
  });
}

void run_winograd(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, 0, 1);
}

void run_winograd_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, part, parts);
}

/// Lays out transformed patches and products in scratch memory. @return its floats
std::ptrdiff_t lay_out_scratch(WinogradArgs& args, int lanes) {
  Winograd& conv = args.conv;
  const int in = rounded_up(conv.in_channels, lanes) / lanes;
  const int out = rounded_up(conv.out_channels, args.tile->channels) / lanes;
  // An odd number of cache lines keeps the points out of the same set.
  constexpr std::ptrdiff_t kLine = 16;
  conv.block = static_cast<std::ptrdiff_t>(args.block_patches) * lanes;
  conv.in_point = conv.block * in + kLine;
  conv.out_point = conv.block * out + kLine;
  // A tile that has read its patches whole may write over them, which keeps the block in the first-level cache.
  const bool in_place = args.tile->channels >= conv.out_channels && out <= in;
  if (in_place) conv.out_point = conv.in_point;
  args.products_at = in_place ? 0 : args.form->points * conv.in_point;
  return args.form->points * (in_place ? conv.in_point : conv.in_point + conv.out_point);
}

int patches_of(const ConvShape& s, const WinogradForm& form) {
  return rounded_up(s.out_height, form.results) / form.results * (rounded_up(s.out_width, form.results) / form.results);
}

int block_patches_of(int patches, const WinogradTile& tile, int block_tiles) {
  return std::min(tile.patches * block_tiles, rounded_up(patches, tile.patches));
}

}  // namespace

std::string winograd_name(const ConvShape& s, const WinogradForm& form, const WinogradTile& tile, int block_tiles) {
  return formatted("{}_conv_winograd{}_{}x{}_b{}{}", active_kernels().isa, form.results, tile.patches, tile.channels,
                   block_patches_of(patches_of(s, form), tile, block_tiles), tile.has_shorts ? kKeptIn16Bits : "");
}

Candidate winograd_candidate(const ConvShape& s, const NodeView& node, const Bounds& bounds, const WinogradForm& form,
                             const WinogradTile& tile, int block_tiles) {
  const KernelTable& kernels = active_kernels();
  auto args = std::make_shared<WinogradArgs>();
  args->form = &form;
  args->tile = &tile;
  Winograd& conv = args->conv;
  conv.in_height = s.in_height;
  conv.in_width = s.in_width;
  conv.in_channels = s.in_channels;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.pad_top = s.pad_top;
  conv.pad_left = s.pad_left;
  conv.patches_wide = (s.out_width + form.results - 1) / form.results;
  conv.low = bounds.low;
  conv.high = bounds.high;
  args->patches = patches_of(s, form);
  args->block_patches = block_patches_of(args->patches, tile, block_tiles);
  const int padded = rounded_up(s.out_channels, tile.channels);
  if (tile.has_shorts) {
    conv.matrix_step = static_cast<std::ptrdiff_t>(padded) * short_pairs(s.in_channels, kernels.lanes);
    conv.scales_at = conv.matrix_step * form.matrices;
    args->set_weights(pack_winograd_shorts(node, form, kernels.lanes, padded),
                      conv.scales_at + static_cast<std::ptrdiff_t>(padded) * form.matrices);
  } else {
    conv.matrix_step = static_cast<std::ptrdiff_t>(padded) * s.in_channels;
    args->set_weights(pack_winograd_weights(node, form, kernels.lanes, padded), conv.matrix_step * form.matrices);
  }
  conv.fetches_ahead = fetches_weights_ahead(conv.matrix_step * form.matrices);
  args->step = ConvStep::of(s, node, lay_out_scratch(*args, kernels.lanes));
  const std::size_t scratch = args->step.scratch_bytes(node.threads);
  Candidate candidate = conv_candidate(winograd_name(s, form, tile, block_tiles), run_winograd, args, node, scratch);
  candidate.approximate = true;
  candidate.run_part = run_winograd_part;
  return candidate;
}

}  // namespace exeunt::cpu

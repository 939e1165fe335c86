#include "base/text.h"
#include "cpu/conv_step.h"
#include "cpu/half_step.h"
#include "cpu/packed_args.h"
#include "cpu/winograd_weights.h"

namespace exeunt::cpu {

namespace {

class WinogradArgs : public PackedArgs<Bf16Winograd> {
 public:
  const Bf16WinogradForm* form = nullptr;
  const Bf16WinogradTile* tile = nullptr;
  ConvStep step;
  int patches = 0;
  int block_patches = 0;           ///< transformed together, whole tiles
  std::ptrdiff_t products_at = 0;  ///< in scratch
};

void run_part(const WinogradArgs& args, std::byte* const* operands, int part, int parts) noexcept {
  const int blocks = (args.patches + args.block_patches - 1) / args.block_patches;
  const Share share = Share::of(blocks, part, parts);
  args.step.for_each_sample<std::uint16_t>(
      operands, part, [&](const std::uint16_t* x, const std::uint16_t* residual, std::uint16_t* y, float* scratch) {
        float* products = scratch + args.products_at;
        for (int block = share.first; block < share.last; ++block) {
          const int first = block * args.block_patches;
          const PatchRange patches{first, std::min(args.block_patches, args.patches - first)};
          args.form->gather(args.conv, patches, reinterpret_cast<const float*>(x), scratch);
          args.tile->multiply(args.conv, args.form->points(), rounded_up(patches.count, args.tile->patches), scratch,
                              products);
          args.form->scatter(args.conv, patches, products, residual, y);
        }
      });
}

void run_winograd(const StepArgs& args, StepState*, std::byte* const* operands) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, 0, 1);
}

void run_winograd_part(const StepArgs& args, StepState*, std::byte* const* operands, int part, int parts) noexcept {
  run_part(static_cast<const WinogradArgs&>(args), operands, part, parts);
}

/// Lays out transformed patches and products in scratch memory. @return its words
std::ptrdiff_t lay_out_scratch(WinogradArgs& args, int lanes) {
  Bf16Winograd& conv = args.conv;
  const int vector = lanes / 2;
  const int out = rounded_up(conv.out_channels, args.tile->channels) / lanes;
  // An odd number of cache lines keeps the points out of the same set.
  constexpr std::ptrdiff_t kLine = 16;
  conv.block = static_cast<std::ptrdiff_t>(args.block_patches) * vector;
  conv.out_block = static_cast<std::ptrdiff_t>(args.block_patches) * lanes;
  conv.in_point = conv.block * (conv.words / vector) + kLine;
  conv.out_point = conv.out_block * out + kLine;
  args.products_at = args.form->points() * conv.in_point;
  return args.products_at + args.form->points() * conv.out_point;
}

int patches_of(const ConvShape& s, const Bf16WinogradForm& form) {
  return rounded_up(s.out_height, form.results) / form.results * (rounded_up(s.out_width, form.results) / form.results);
}

int block_patches_of(int patches, const Bf16WinogradTile& tile, int block_tiles) {
  return std::min(tile.patches * block_tiles, rounded_up(patches, tile.patches));
}

}  // namespace

std::string bf16_winograd_name(const HalfNode& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                               int block_tiles) {
  return formatted("{}_conv_winograd{}_{}x{}_b{}", node.kernels.name, form.results, tile.patches, tile.channels,
                   block_patches_of(patches_of(node.shape, form), tile, block_tiles));
}

Candidate bf16_winograd_candidate(const HalfNode& node, const Bf16WinogradForm& form, const Bf16WinogradTile& tile,
                                  int block_tiles) {
  const ConvShape& s = node.shape;
  const int lanes = node.kernels.lanes;
  auto args = std::make_shared<WinogradArgs>();
  args->form = &form;
  args->tile = &tile;
  Bf16Winograd& conv = args->conv;
  conv.in_height = s.in_height;
  conv.in_width = s.in_width;
  conv.in_channels = s.in_channels / 2;
  conv.out_height = s.out_height;
  conv.out_width = s.out_width;
  conv.out_channels = s.out_channels;
  conv.pad_top = s.pad_top;
  conv.pad_left = s.pad_left;
  conv.patches_wide = (s.out_width + form.results - 1) / form.results;
  conv.words = rounded_up(s.in_channels, lanes) / 2;
  conv.low = node.bounds.low;
  conv.high = node.bounds.high;
  args->patches = patches_of(s, form);
  args->block_patches = block_patches_of(args->patches, tile, block_tiles);
  const int padded = rounded_up(s.out_channels, tile.channels);
  conv.matrix_step = static_cast<std::ptrdiff_t>(padded) * conv.words;
  args->set_weights(pack_bf16_winograd_weights(node.node, form.results, lanes, padded, conv.words),
                    conv.matrix_step * form.points());
  args->step = ConvStep::of(s, node.node, lay_out_scratch(*args, lanes));
  const std::size_t scratch = args->step.scratch_bytes(node.node.threads);
  Candidate candidate =
      conv_candidate(bf16_winograd_name(node, form, tile, block_tiles), run_winograd, args, node.node, scratch);
  candidate.approximate = true;
  candidate.run_part = run_winograd_part;
  return candidate;
}

}  // namespace exeunt::cpu

#include "cpu/conv_candidates.h"

#include <algorithm>
#include <limits>

namespace exeunt::cpu {

namespace {

/// The share of a tile's work that is not thrown away where `count` does not fill whole tiles.
double filled(int count, int tile) { return static_cast<double>(count) / rounded_up(count, tile); }

template <class Tile>
struct Ranked {
  const Tile* tile;
  double merit;
};

/// A guess, for plans built without timing: tiles that fill the registers and waste nothing.
template <class Tile>
std::vector<Ranked<Tile>> ranked(std::span<const Tile> tiles, int width, int channels, int (*size)(const Tile&)) {
  std::vector<Ranked<Tile>> result;
  for (const Tile& tile : tiles) {
    const double registers = static_cast<double>(size(tile)) * tile.channels;
    // A second vector of channels saves broadcasts; a fourth makes little difference.
    const double shape = tile.channels > channels ? 0.9 : 1;
    result.push_back({&tile, registers * shape * filled(channels, tile.channels) * filled(width, size(tile))});
  }
  std::ranges::stable_sort(result, std::greater{}, &Ranked<Tile>::merit);
  return result;
}

}  // namespace

std::vector<const DirectConvTile*> ranked_tiles(int width, int channels) {
  std::vector<const DirectConvTile*> tiles;
  for (const auto& [tile, merit] : ranked(
           active_kernels().direct_conv, width, channels, +[](const DirectConvTile& t) { return t.pixels; })) {
    if (tile->pixels <= width) tiles.push_back(tile);
  }
  return tiles;
}

Candidate conv_candidate(std::string kernel, StepFn run, std::shared_ptr<const StepArgs> args, const NodeView& node,
                         std::size_t scratch_bytes) {
  const Layout layout = Layout::channels_last(node.result_type().shape.rank());
  Candidate candidate{std::move(kernel), run, std::move(args), {{0, layout}}, layout, scratch_bytes};
  if (node.operand_type(3) != nullptr) candidate.uses.push_back({3, layout});
  return candidate;
}

std::vector<Candidate> own_conv_candidates(const ops::Conv& op, const NodeView& node) {
  const std::optional<ConvShape> s = conv_shape(op, node);
  const std::optional<Bounds> bounds = bounds_of(op);
  if (!s || !bounds || node.operand_type(4) != nullptr) return {};
  if (s->depthwise) return {depthwise_conv_candidate(*s, node, *bounds)};
  std::vector<Candidate> candidates;
  const KernelTable& kernels = active_kernels();
  const bool plain = s->stride_height == 1 && s->stride_width == 1 && s->dilation_height == 1 && s->dilation_width == 1;
  if (plain && s->kernel_height == s->kernel_width && s->in_channels >= 8 && s->out_channels >= 8) {
    const int results = Winograd::kPatch - s->kernel_height + 1;
    const int patches = std::max(1, (s->out_height + results - 1) / std::max(1, results)) *
                        std::max(1, (s->out_width + results - 1) / std::max(1, results));
    for (const auto& [tile, merit] : ranked(
             kernels.winograd, patches, s->out_channels, +[](const WinogradTile& t) { return t.patches; })) {
      if (tile->kernel == s->kernel_height) candidates.push_back(winograd_candidate(*s, node, *bounds, *tile));
    }
  }
  for (const auto& [tile, merit] : ranked(
           kernels.direct_conv, s->out_width, s->out_channels, +[](const DirectConvTile& t) { return t.pixels; })) {
    if (tile->pixels <= s->out_width) candidates.push_back(direct_conv_candidate(*s, node, *bounds, *tile));
  }
  return candidates;
}

}  // namespace exeunt::cpu

#include "cpu/conv_candidates.h"

#include <algorithm>
#include <functional>

namespace exeunt::cpu {

namespace {

/// A candidate that is not made yet (weights are packed then), and a guess at its cost in vector multiplications.
struct Guess {
  double cost = 0;
  bool approximate = false;
  std::string kernel;
  std::function<Candidate()> make;
};

/// What a register tile loses against one multiplication after the other: it waits for loads where it has fewer values
/// to reuse, and for sums where it has too few of them.
double tile_loss(int rows, int vectors) {
  constexpr double kSumsInFlight = 8;
  const double size = rows * vectors;
  return std::max({1.0, (rows + vectors) / size, kSumsInFlight / size});
}

double whole_units(int count, int unit) { return static_cast<double>(rounded_up(count, unit)); }

void guess_direct(const ConvShape& s, const NodeView& node, const Bounds& bounds, std::vector<Guess>& guesses) {
  const std::optional<InputRows> rows = InputRows::of(s);
  if (!rows) return;
  const KernelTable& kernels = active_kernels();
  // Rows without padding between them are one long row to a kernel that reaches over one pixel.
  const bool flat = s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1 &&
                    s.pad_top == 0 && s.pad_left == 0 && s.pad_bottom == 0 && s.pad_right == 0;
  ConvShape seen = s;
  if (flat) {
    seen.in_width = seen.out_width = s.in_height * s.in_width;
    seen.in_height = seen.out_height = 1;
  }
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
      const double products = form->points * whole_units(patches, tile.patches) * s.in_channels *
                              whole_units(s.out_channels, tile.channels) / kernels.lanes *
                              tile_loss(tile.patches, tile.channels / kernels.lanes);
      // Small blocks stay in the first-level cache, large ones read the weights less often.
      for (const int block_tiles : {1, 4, 16}) {
        if (block_tiles > 1 && tile.patches * block_tiles / 4 >= patches) continue;
        guesses.push_back({products + transforms, true, winograd_name(s, *form, tile, block_tiles), [=, &node, &tile] {
                             return winograd_candidate(s, node, bounds, *form, tile, block_tiles);
                           }});
      }
    }
  }
}

}  // namespace

Candidate conv_candidate(std::string kernel, StepFn run, std::shared_ptr<StepArgs> args, const NodeView& node,
                         std::size_t scratch_bytes) {
  const Layout layout = Layout::channels_last(node.result_type().shape.rank());
  Candidate candidate{std::move(kernel), run, std::move(args), {{0, layout}}, layout, scratch_bytes};
  if (node.operand_type(3) != nullptr) candidate.uses.push_back({3, layout});
  return candidate;
}

std::vector<Candidate> own_conv_candidates(const ops::Conv& op, const NodeView& node) {
  // Guesses are rough: what looks somewhat slower may win.
  constexpr double kHope = 2;
  constexpr std::size_t kMost = 12;
  const std::optional<ConvShape> s = conv_shape(op, node);
  const std::optional<Bounds> bounds = bounds_of(op);
  if (!s || !bounds || node.operand_type(4) != nullptr) return {};
  if (s->depthwise) {
    const std::optional<InputRows> rows = InputRows::of(*s);
    return rows ? std::vector{depthwise_conv_candidate(*s, node, *bounds, *rows)} : std::vector<Candidate>{};
  }
  std::vector<Guess> guesses;
  guess_winograd(*s, node, *bounds, guesses);
  guess_direct(*s, node, *bounds, guesses);
  if (!node.wanted.empty()) {
    const auto guess = std::ranges::find(guesses, node.wanted, &Guess::kernel);
    return guess == guesses.end() ? std::vector<Candidate>() : std::vector{guess->make()};
  }
  std::ranges::stable_sort(guesses, {}, &Guess::cost);
  std::vector<Candidate> candidates;
  bool has_exact = false;
  for (const Guess& guess : guesses) {
    const bool hopeless = candidates.size() >= kMost || guess.cost > kHope * guesses.front().cost;
    // One that rounds like any sum is always there, whatever the check of the others says.
    if (hopeless && (has_exact || guess.approximate)) continue;
    has_exact = has_exact || !guess.approximate;
    candidates.push_back(guess.make());
  }
  return candidates;
}

}  // namespace exeunt::cpu

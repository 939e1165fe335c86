#include "passes/pipeline.h"

#include <algorithm>

#include "base/error.h"
#include "graph/placement.h"
#include "graph/verify.h"
#include "passes/passes.h"

namespace exeunt {

namespace {

constexpr Pass kPipeline[] = {
    {"unsigned_quantize", unsigned_quantize},
    // Before the weights' integers are folded away.
    {"exact_quantized_conv", exact_quantized_conv},
    {"fold_constants", fold_constants},
    {"drop_no_ops", drop_no_ops},
    {"decide_on_logits", decide_on_logits},
    // Before scales and shifts move into what is around them.
    {"recognize_softplus", recognize_softplus},
    {"recognize_clip", recognize_clip},
    {"recognize_gated_activation", recognize_gated_activation},
    {"recognize_hard_sigmoid", recognize_hard_sigmoid},
    {"recognize_layer_norm", recognize_layer_norm},
    {"recognize_lrn", recognize_lrn},
    {"canonical_axes", canonical_axes},
    {"canonical_pool", canonical_pool},
    {"canonical_operands", canonical_operands},
    {"merge_slices", merge_slices},
    {"collapse_reshapes", collapse_reshapes},
    {"merge_common", merge_common},
    // Channels are axis 1 behind it.
    {"push_transposes", push_transposes},
    {"drop_zero_bias", drop_zero_bias},
    {"canonical_gemm", canonical_gemm},
    {"recognize_global_pool", recognize_global_pool},
    {"fold_scale_shift", fold_scale_shift},
    {"fold_input_scale", fold_input_scale},
    {"merge_scale_shift", merge_scale_shift},
    {"fold_pad", fold_pad},
    {"fuse_bias", fuse_bias},
    {"fuse_residual", fuse_residual},
    {"fuse_activation", fuse_activation},
    {"fuse_quantized", fuse_quantized},
};

/// Rounding in sums of doubles, not work.
constexpr double kSlack = 1 + 1e-9;

}  // namespace

std::span<const Pass> pipeline() { return kPipeline; }

const Pass& find_pass(std::string_view name) {
  const auto* found = std::ranges::find(kPipeline, name, &Pass::name);
  if (found != std::end(kPipeline)) return *found;
  std::vector<std::string_view> names;
  for (const Pass& pass : kPipeline) names.push_back(pass.name);
  fail(ErrorCode::argument, "there is no pass '{}'; passes: {}", name, fmt::join(names, ", "));
}

int run_pass(Graph& graph, const Pass& pass) {
  return with_context(fmt::format("pass {}", pass.name), [&] {
    const std::vector<double> before = path_work(graph);
    const int rewrites = pass.run(graph);
    if (rewrites == 0) return 0;
    remove_dead(graph);
    verify(graph);
    const std::vector<double> after = path_work(graph);
    require(after.size() == before.size(), ErrorCode::internal, "{} exits became {}", before.size(), after.size());
    for (std::size_t exit = 0; exit < before.size(); ++exit) {
      require(after[exit] <= before[exit] * kSlack, ErrorCode::internal,
              "the work on the path to exit {} grew from {} to {}", exit, before[exit], after[exit]);
    }
    return rewrites;
  });
}

std::vector<PassRecord> run_pipeline(Graph& graph, const PipelineOptions& options) {
  // Each rewrite makes the graph smaller or simpler; far more rounds than any graph needs.
  const std::size_t max_rounds = 20 + graph.nodes.size();
  std::vector<PassRecord> records;
  remove_dead(graph);
  verify(graph);
  for (std::size_t round = 0;; ++round) {
    require(round < max_rounds, ErrorCode::internal, "the passes still rewrite the graph after {} rounds", max_rounds);
    int rewrites = 0;
    for (const Pass& pass : kPipeline) {
      if (static_cast<int>(records.size()) >= options.pass_limit) return records;
      records.push_back({pass.name, run_pass(graph, pass)});
      rewrites += records.back().rewrites;
      if (options.after_pass) options.after_pass(records.back(), graph);
    }
    if (rewrites == 0) return records;
  }
}

}  // namespace exeunt

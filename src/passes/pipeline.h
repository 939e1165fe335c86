#pragma once

#include <functional>
#include <limits>
#include <span>
#include <string_view>

#include "graph/graph.h"

namespace exeunt {

struct Pass {
  std::string_view name;
  int (*run)(Graph&);
};

/// All passes, in the order in which they run.
std::span<const Pass> pipeline();

struct PassRecord {
  std::string_view name;
  int rewrites = 0;
};

struct PipelineOptions {
  /// Run only the first so many passes: bisecting a bad rewrite.
  int pass_limit = std::numeric_limits<int>::max();
  /// Called after each pass, for dumps.
  std::function<void(const PassRecord&, const Graph&)> after_pass;
};

/// Runs the passes under the laws: after each one that rewrites something, dead code is removed, the graph is verified,
/// and the estimated work on the path to every exit must not have grown. The list is repeated until nothing changes.
/// @throws Error internal, naming the pass that broke a law
std::vector<PassRecord> run_pipeline(Graph& graph, const PipelineOptions& options = {});

/// One pass under the same laws.
int run_pass(Graph& graph, const Pass& pass);

/// @throws Error argument, listing the names, if no pass is called `name`
const Pass& find_pass(std::string_view name);

}  // namespace exeunt

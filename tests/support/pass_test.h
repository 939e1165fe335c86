#pragma once

#include <string>
#include <string_view>

#include "graph/text.h"
#include "passes/pipeline.h"
#include "support/evaluate_graph.h"
#include "support/expect_error.h"

namespace exeunt::testing {

/// The graph of a text in which "{1d" and "{2d" stand for the fields of a convolution with stride and
/// dilation 1 and no padding; others may follow: "{2d, group=2}".
Graph graph_of(std::string_view text);

/// The graph's text with all constants in full.
std::string text_of(const Graph& graph);

/// Expects that the pass, run under the laws, turns `before` into `after` with so many rewrites, that
/// a second run finds nothing, and that both graphs give the same results at every exit.
void expect_rewrite(std::string_view pass, int rewrites, std::string_view before, std::string_view after,
                    double tolerance = 0);

/// Expects that the pass leaves the graph as it is.
void expect_untouched(std::string_view pass, std::string_view text);

}  // namespace exeunt::testing

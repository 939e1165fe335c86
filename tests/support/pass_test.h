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
inline Graph graph_of(std::string_view text) {
  std::string full(text);
  for (const auto& [shorthand, fields] : {std::pair{"{1d", "{strides=[1], pads=[0,0], dilations=[1]"},
                                          std::pair{"{2d", "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]"}}) {
    for (std::size_t at = 0; (at = full.find(shorthand, at)) != std::string::npos;) full.replace(at, 3, fields);
  }
  return parse_graph(full);
}

/// The graph's text with all constants in full.
inline std::string text_of(const Graph& graph) {
  return print_graph(graph, {.max_constant_elements = std::numeric_limits<std::int64_t>::max()});
}

/// Expects that the pass, run under the laws, turns `before` into `after` with so many rewrites, that
/// a second run finds nothing, and that both graphs give the same results at every exit.
inline void expect_rewrite(std::string_view pass, int rewrites, std::string_view before, std::string_view after,
                           double tolerance = 0) {
  const Graph original = graph_of(before);
  Graph graph = original;
  EXPECT_EQ(run_pass(graph, find_pass(pass)), rewrites);
  EXPECT_EQ(text_of(graph), text_of(graph_of(after)));
  const std::string once = text_of(graph);
  EXPECT_EQ(run_pass(graph, find_pass(pass)), 0) << "not idempotent";
  EXPECT_EQ(text_of(graph), once);
  expect_equal_results(original, graph, tolerance);
}

/// Expects that the pass leaves the graph as it is.
inline void expect_untouched(std::string_view pass, std::string_view text) { expect_rewrite(pass, 0, text, text); }

}  // namespace exeunt::testing

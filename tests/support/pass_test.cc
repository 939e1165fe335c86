#include "support/pass_test.h"

#include <limits>
#include <utility>

namespace exeunt::testing {

Graph graph_of(std::string_view text) {
  std::string full(text);
  for (const auto& [shorthand, fields] : {std::pair{"{1d", "{strides=[1], pads=[0,0], dilations=[1]"},
                                          std::pair{"{2d", "{strides=[1,1], pads=[0,0,0,0], dilations=[1,1]"}}) {
    for (std::size_t at = 0; (at = full.find(shorthand, at)) != std::string::npos;) full.replace(at, 3, fields);
  }
  return parse_graph(full);
}

std::string text_of(const Graph& graph) {
  return print_graph(graph, {.max_constant_elements = std::numeric_limits<std::int64_t>::max()});
}

void expect_rewrite(std::string_view pass, int rewrites, std::string_view before, std::string_view after,
                    double tolerance) {
  const Graph original = graph_of(before);
  Graph graph = original;
  EXPECT_EQ(run_pass(graph, find_pass(pass)), rewrites);
  EXPECT_EQ(text_of(graph), text_of(graph_of(after)));
  const std::string once = text_of(graph);
  EXPECT_EQ(run_pass(graph, find_pass(pass)), 0) << "not idempotent";
  EXPECT_EQ(text_of(graph), once);
  expect_equal_results(original, graph, tolerance);
}

void expect_untouched(std::string_view pass, std::string_view text) { expect_rewrite(pass, 0, text, text); }

}  // namespace exeunt::testing

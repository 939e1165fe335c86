#include "graph/text.h"

#include <cstdint>

#include "expect.h"
#include "run_graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  fuzz::expect_answer_or_error([&] {
    const Graph graph = parse_graph({reinterpret_cast<const char*>(data), size});
    const PrintOptions whole{.max_constant_elements = 0};
    const std::string text = print_graph(graph, whole);
    fuzz::expect(print_graph(parse_graph(text), whole) == text);
    fuzz::run_graph(graph);
  });
  return 0;
}

// Runs ONNX's own node tests on one backend: onnx_node_tests FOLDER SKIPS ref|cpu [NAME...]
// Prints what ran, passed and was skipped by operator, and every failure; fails if there is one.

#include <exeunt/session.h>
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "onnx_nodes/cases.h"

namespace exeunt::onnx_nodes {

namespace {

constexpr double kMaxSkipped = 0.02;

struct Count {
  int ran = 0;
  int passed = 0;
  int skipped = 0;
};

/// Empty, or what went wrong.
std::string run_case(const std::filesystem::path& folder, const Case& test, const std::string& backend) {
  try {
    const Plan plan = Plan::build(Model::load(folder / "model.onnx"), {backend});
    Session session(plan);
    const std::vector<Tensor> inputs = read_tensors(folder, "input");
    const std::vector<Tensor> wanted = read_tensors(folder, "output");
    std::vector<TensorView> views;
    for (const Tensor& input : inputs) views.push_back(input.view());
    const Results& results = session.run(views);
    if (plan.outputs().size() != wanted.size()) return "the number of outputs differs";
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      const std::string wrong = difference(results.output(0, k), wanted[k].view(), test);
      if (!wrong.empty()) return fmt::format("output {} {}", k, wrong);
    }
    return "";
  } catch (const Error& error) {
    return error.what();
  }
}

void print_table(const std::map<std::string, Count>& counts, const Count& all, const std::string& backend) {
  fmt::print("{:<28}{:>6}{:>8}{:>9}\n", "operator", "ran", "passed", "skipped");
  for (const auto& [op, count] : counts)
    fmt::print("{:<28}{:>6}{:>8}{:>9}\n", op, count.ran, count.passed, count.skipped);
  fmt::print("{:<28}{:>6}{:>8}{:>9}  on {}\n", "all", all.ran, all.passed, all.skipped, backend);
}

int run_all(const std::filesystem::path& folder, const std::filesystem::path& skip_list, const std::string& backend,
            const std::vector<std::string>& only) {
  std::map<std::string, std::string> skips = read_skips(skip_list);
  std::map<std::string, Count> counts;
  Count all;
  for (const Case& test : read_cases(folder)) {
    if (!only.empty() && std::ranges::find(only, test.name) == only.end()) continue;
    Count& count = counts[test.op];
    if (skips.erase(test.name) > 0 && only.empty()) {
      ++count.skipped, ++all.skipped;
      continue;
    }
    ++count.ran, ++all.ran;
    const std::string wrong = run_case(folder / test.name, test, backend);
    if (wrong.empty()) ++count.passed, ++all.passed;
    if (!wrong.empty()) fmt::print("FAILED {}: {}\n", test.name, wrong);
  }
  print_table(counts, all, backend);
  if (!only.empty()) return all.passed == all.ran ? 0 : 1;
  for (const auto& [name, reason] : skips)
    fmt::print("error: {} lists {}, which is no test\n", skip_list.string(), name);
  const bool few = all.skipped <= kMaxSkipped * (all.ran + all.skipped);
  if (!few) fmt::print("error: more than {} % are skipped\n", kMaxSkipped * 100);
  return all.passed == all.ran && few && skips.empty() ? 0 : 1;
}

}  // namespace

}  // namespace exeunt::onnx_nodes

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.size() < 3) {
    fmt::print(stderr, "usage: onnx_node_tests FOLDER SKIPS ref|cpu [NAME...]\n");
    return 2;
  }
  try {
    return exeunt::onnx_nodes::run_all(arguments[0], arguments[1], arguments[2],
                                       {arguments.begin() + 3, arguments.end()});
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}

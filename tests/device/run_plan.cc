#include <exeunt/error.h>
#include <exeunt/session.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// What a program for a device does, linked with the runtime-only library: loads a plan and runs it on zeros.
///   run_plan PLAN [LOADS]    prints each exit's outputs; with LOADS, how long so many loads take
namespace {

using namespace exeunt;

std::vector<Tensor> zeros_for(const Plan& plan) {
  std::vector<Tensor> inputs;
  for (const InputInfo& input : plan.inputs()) inputs.emplace_back(input.type);
  return inputs;
}

void print_floats(const TensorView& view) {
  for (const float value : view.span<float>()) std::printf(" %.9g", static_cast<double>(value));
}

void run(const Plan& plan) {
  const std::vector<Tensor> inputs = zeros_for(plan);
  std::vector<TensorView> views;
  for (const Tensor& input : inputs) views.push_back(input.view());
  Session session(plan);
  for (int exit = 0; exit < static_cast<int>(plan.exits().size()); ++exit) {
    session.force_exit(exit);
    const Results& results = session.run(views);
    std::printf("exit %d:", results.exit(0));
    for (std::size_t k = 0; k < plan.outputs().size(); ++k) {
      const TensorView output = results.output(0, k);
      if (output.dtype() == DType::f32) print_floats(output);
    }
    std::printf("\n");
  }
}

void time_loads(const char* path, int loads) {
  double least = 1e9;
  double sum = 0;
  for (int i = 0; i < loads; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const Plan plan = Plan::load(path);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    least = std::min(least, took.count());
    sum += took.count();
  }
  std::printf("%d loads: least %.3f ms, mean %.3f ms\n", loads, least, sum / loads);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: run_plan PLAN [LOADS]\n");
    return 2;
  }
  try {
    if (argc > 2) {
      time_loads(argv[1], std::atoi(argv[2]));
    } else {
      run(Plan::load(argv[1]));
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}

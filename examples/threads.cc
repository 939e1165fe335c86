// One plan, a session a thread: threads MODEL.onnx|MODEL.plan DATA [THREADS]
//   DATA   samples, as `exeunt eval --data` takes them: npz:FILE, cifar10:DIR, images:DIR, random
#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>
#include <vector>

namespace {

exeunt::Plan plan_of(const std::string& file) {
  if (file.ends_with(".plan")) return exeunt::Plan::load(file);
  return exeunt::Plan::build(exeunt::Model::load(file));
}

/// Takes the next sample that nobody has, until there is none. The plan's weights are shared, the session is ours.
void work(const exeunt::Plan& plan, const exeunt::Dataset& data, std::atomic<std::int64_t>& next,
          std::vector<int>& exits) {
  exeunt::Session session(plan);
  exeunt::Tensor input(plan.inputs().front().type);
  for (std::int64_t i = next++; i < data.size(); i = next++) {
    data.read(i, 1, input.mutable_view());
    exits[static_cast<std::size_t>(i)] = session.run(input.view()).exit(0);
  }
}

/// An error that leaves a thread ends the program; so it is carried to the one that waits.
void work_safely(const exeunt::Plan& plan, const exeunt::Dataset& data, std::atomic<std::int64_t>& next,
                 std::vector<int>& exits, std::exception_ptr& error) {
  try {
    work(plan, data, next, exits);
  } catch (...) {
    error = std::current_exception();
  }
}

std::vector<int> exits_of(const exeunt::Plan& plan, const exeunt::Dataset& data, std::size_t threads) {
  std::atomic<std::int64_t> next = 0;
  std::vector<int> exits(static_cast<std::size_t>(data.size()));
  std::vector<std::exception_ptr> errors(threads);
  {
    std::vector<std::jthread> running;
    for (std::exception_ptr& error : errors)
      running.emplace_back(work_safely, std::cref(plan), std::cref(data), std::ref(next), std::ref(exits),
                           std::ref(error));
  }
  for (const std::exception_ptr& error : errors) {
    if (error) std::rethrow_exception(error);
  }
  return exits;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: threads MODEL.onnx|MODEL.plan DATA [THREADS]\n");
    return 2;
  }
  try {
    const exeunt::Plan plan = plan_of(argv[1]);
    const exeunt::TensorType& input = plan.inputs().front().type;
    exeunt::SampleFormat format;
    format.sample = {input.dtype, exeunt::Shape(input.shape.dims().subspan(1))};
    const exeunt::Dataset data = exeunt::Dataset::open(argv[2], format);
    const int threads = argc > 3 ? std::max(1, std::atoi(argv[3])) : 2;

    const auto start = std::chrono::steady_clock::now();
    const std::vector<int> exits = exits_of(plan, data, static_cast<std::size_t>(threads));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;

    std::vector<int> counts(plan.exits().size());
    for (const int exit : exits) ++counts[static_cast<std::size_t>(exit)];
    for (std::size_t e = 0; e < counts.size(); ++e) std::printf("exit %zu: %d samples\n", e, counts[e]);
    std::printf("%zu samples in %.3f s on %d threads\n", exits.size(), seconds.count(), threads);
  } catch (const exeunt::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}

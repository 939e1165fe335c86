// Bins the latency of Session::run in a plain loop: latency MODEL.onnx|MODEL.plan [EXIT|mix [SECONDS [DATA]]]
//   EXIT   every run goes to this exit; mix: where the scores lead
//   DATA   samples, as `exeunt bench --data` takes them: npz:FILE, cifar10:DIR, ...; noise without it
#include <exeunt/session.h>
#include <exeunt/tools/bench.h>
#include <exeunt/tools/dataset.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <numeric>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

exeunt::Plan plan_of(const std::string& file) {
  if (file.ends_with(".plan")) return exeunt::Plan::load(file);
  return exeunt::Plan::build(exeunt::Model::load(file));
}

/// [N, ...]: what the model's only input is fed with.
exeunt::Tensor samples_of(const exeunt::Plan& plan, const std::string& data) {
  if (plan.inputs().size() != 1) throw exeunt::Error(exeunt::ErrorCode::argument, "the model has several inputs");
  if (data.empty()) return std::move(exeunt::noise_samples(plan, 64).front());
  const exeunt::TensorType& input = plan.inputs().front().type;
  exeunt::SampleFormat format;
  format.sample = {input.dtype, exeunt::Shape(input.shape.dims().subspan(1))};
  return exeunt::bench_samples(exeunt::Dataset::open(data, format), plan);
}

/// Microseconds of each run. A sample is copied to the same place before the clock starts, as from a camera.
std::vector<double> time_runs(exeunt::Session& session, const exeunt::Tensor& samples, double seconds) {
  exeunt::Tensor input(session.plan().inputs().front().type);
  const std::size_t count = samples.bytes() / input.bytes();
  std::vector<double> us;
  const auto warm = Clock::now() + std::chrono::duration<double>(0.1 * seconds);
  const auto end = warm + std::chrono::duration<double>(seconds);
  for (std::size_t i = 0; Clock::now() < end || us.empty(); ++i) {
    std::memcpy(input.mutable_view().data, samples.view().data + i % count * input.bytes(), input.bytes());
    const Clock::time_point start = Clock::now();
    session.run(input.view());
    const Clock::time_point done = Clock::now();
    if (start > warm) us.push_back(std::chrono::duration<double, std::micro>(done - start).count());
  }
  std::sort(us.begin(), us.end());
  return us;
}

/// Ten bins up to the 99th percentile; what is slower is in the last one.
void print_histogram(const std::vector<double>& us) {
  constexpr std::size_t kBins = 10;
  constexpr double kWidth = 50;
  const double low = us.front();
  const double width = std::max(1e-3, (us[us.size() * 99 / 100] - low) / kBins);
  std::vector<std::size_t> bins(kBins + 1);
  for (const double one : us) ++bins[std::min(kBins, static_cast<std::size_t>((one - low) / width))];
  const double most = static_cast<double>(*std::max_element(bins.begin(), bins.end()));
  for (std::size_t b = 0; b <= kBins; ++b) {
    const int length = static_cast<int>(std::lround(kWidth * static_cast<double>(bins[b]) / most));
    std::printf("%10.2f us %8zu  %s\n", low + static_cast<double>(b) * width, bins[b],
                std::string(static_cast<std::size_t>(length), '#').c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 5) {
    std::fprintf(stderr, "usage: latency MODEL.onnx|MODEL.plan [EXIT|mix [SECONDS [DATA]]]\n");
    return 2;
  }
  try {
    const exeunt::Plan plan = plan_of(argv[1]);
    exeunt::Session session(plan);
    if (argc > 2 && std::string(argv[2]) != "mix") session.force_exit(std::atoi(argv[2]));
    const exeunt::Tensor samples = samples_of(plan, argc > 4 ? argv[4] : "");
    const std::vector<double> us = time_runs(session, samples, argc > 3 ? std::atof(argv[3]) : 1);
    print_histogram(us);
    const double mean = std::accumulate(us.begin(), us.end(), 0.0) / static_cast<double>(us.size());
    std::printf("%zu runs, mean %.3f us, median %.3f us, 99 %% within %.3f us\n", us.size(), mean, us[us.size() / 2],
                us[us.size() * 99 / 100]);
  } catch (const exeunt::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}

// One model in Exeunt for bench/peers/run, which drives several such programs in turns.
//
// exeunt_peer_worker MODEL SAMPLES [EXIT [PRECISION NPZ]]
//   MODEL      .onnx or .plan
//   SAMPLES    raw f32: samples of the model's only input, one behind the other
//   EXIT       every run goes to this exit, whatever its scores; "-": where they lead
//   PRECISION  allowed beside fp32, calibrated with the samples of NPZ
//
// Prints "ready VERSION" once the plan is built. Then it answers lines on standard input until they end:
//   answer I          first output of sample I, as numbers
//   run WARM COUNT I  WARM + COUNT runs of sample I; nanoseconds of each of the last COUNT

#include <exeunt/session.h>
#include <exeunt/tools/calibrate.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/inspect.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

std::vector<exeunt::Tensor> read_samples(const std::string& path, const exeunt::TensorType& type) {
  if (type.dtype != exeunt::DType::f32) throw std::runtime_error("the model's input is not f32");
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty() || bytes.size() % type.bytes() != 0) {
    throw std::runtime_error(path + ": not a number of samples of " + type.str());
  }
  std::vector<exeunt::Tensor> samples;
  for (std::size_t at = 0; at < bytes.size(); at += type.bytes()) {
    samples.emplace_back(type);
    std::memcpy(samples.back().mutable_view().data, bytes.data() + at, type.bytes());
  }
  return samples;
}

void print_answer(exeunt::Session& session, const exeunt::Tensor& sample) {
  const exeunt::TensorView answer = session.run(sample.view()).output(0);
  if (answer.dtype() != exeunt::DType::f32) throw std::runtime_error("the model's first output is not f32");
  for (const float value : answer.span<float>()) std::cout << value << ' ';
  std::cout << std::endl;
}

void print_times(exeunt::Session& session, const exeunt::Tensor& sample, int warm,
                 std::vector<Clock::duration>& times) {
  const exeunt::TensorView input = sample.view();
  for (int i = 0; i < warm; ++i) session.run(input);
  for (Clock::duration& time : times) {
    const Clock::time_point start = Clock::now();
    session.run(input);
    time = Clock::now() - start;
  }
  for (const Clock::duration time : times) std::cout << std::chrono::nanoseconds(time).count() << ' ';
  std::cout << std::endl;
}

void serve(exeunt::Session& session, const std::vector<exeunt::Tensor>& samples) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    int warm = 0;
    std::size_t count = 0;
    if (what == "run") words >> warm >> count;
    std::size_t sample = 0;
    words >> sample;
    if (!words || (what != "run" && what != "answer")) throw std::runtime_error("cannot read the line '" + line + "'");
    if (what == "answer") {
      print_answer(session, samples[sample % samples.size()]);
    } else {
      std::vector<Clock::duration> times(count);
      print_times(session, samples[sample % samples.size()], warm, times);
    }
  }
}

exeunt::Plan plan_of(const std::string& path, const std::string& precision, const std::string& samples) {
  if (path.ends_with(".plan")) return exeunt::Plan::load(path);
  const exeunt::Model model = exeunt::Model::load(path);
  exeunt::BuildOptions options;
  options.precision = precision;
  if (precision != "fp32") {
    exeunt::SampleFormat format;
    const exeunt::TensorType& input = model.inputs().front().type;
    format.sample = {input.dtype, exeunt::Shape(input.shape.dims().subspan(1))};
    const exeunt::Dataset data = exeunt::Dataset::open("npz:" + samples, format);
    options.calibration = std::make_shared<const exeunt::Calibration>(exeunt::calibrate(model, data));
  }
  return exeunt::Plan::build(model, options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3 && argc != 4 && argc != 6)
      throw std::runtime_error("usage: exeunt_peer_worker MODEL SAMPLES [EXIT [PRECISION NPZ]]");
    const exeunt::Plan plan = plan_of(argv[1], argc == 6 ? argv[4] : "fp32", argc == 6 ? argv[5] : "");
    if (plan.inputs().size() != 1) throw std::runtime_error(std::string(argv[1]) + ": has not exactly one input");
    const std::vector<exeunt::Tensor> samples = read_samples(argv[2], plan.inputs().front().type);
    exeunt::Session session(plan);
    if (argc > 3 && std::string(argv[3]) != "-") session.force_exit(std::stoi(argv[3]));
    std::cout.precision(9);
    std::cout << "ready " << exeunt::version_text() << std::endl;
    serve(session, samples);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << std::endl;
    return 1;
  }
  return 0;
}

// Classifies pictures with an early-exit model: classify MODEL.onnx|MODEL.plan PICTURE...
#include <exeunt/session.h>
#include <exeunt/tools/dataset.h>
#include <exeunt/tools/evaluate.h>

#include <cstdio>
#include <exception>
#include <string>

namespace {

exeunt::Plan plan_of(const std::string& file) {
  if (file.ends_with(".plan")) return exeunt::Plan::load(file);
  return exeunt::Plan::build(exeunt::Model::load(file));
}

/// Classifies one picture. Pixels reach the model as 0..255; SampleFormat has scale, mean and deviation for others.
void classify(exeunt::Session& session, const std::string& file, exeunt::Tensor& input) {
  exeunt::SampleFormat format;
  format.sample = {input.dtype(), exeunt::Shape(input.shape().dims().subspan(1))};
  format.resize = true;
  const exeunt::Tensor picture = exeunt::read_picture(file);
  exeunt::picture_to_sample(picture.view(), format, {input.mutable_view().data, format.sample});

  const exeunt::Results& results = session.run(input.view());
  const std::vector<float> probabilities = exeunt::class_probabilities(results, 0);
  const int best = exeunt::top_class(probabilities);
  const double sure = best < 0 ? 0 : 100.0 * probabilities[static_cast<std::size_t>(best)];
  std::printf("%s: class %d (%.1f %%), exit %d\n", file.c_str(), best, sure, results.exit(0));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: classify MODEL.onnx|MODEL.plan PICTURE...\n");
    return 2;
  }
  try {
    const exeunt::Plan plan = plan_of(argv[1]);
    exeunt::Session session(plan);
    exeunt::Tensor input(plan.inputs().front().type);
    for (int i = 2; i < argc; ++i) classify(session, argv[i], input);
  } catch (const exeunt::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}

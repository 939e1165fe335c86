// A device's whole program: device MODEL.plan, on zeros. Linked with exeunt::runtime, it needs no other library.
//   exeunt build model.onnx --runtime-only -o model.plan
#include <exeunt/session.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: device MODEL.plan\n");
    return 2;
  }
  try {
    const exeunt::Plan plan = exeunt::Plan::load(argv[1]);
    std::vector<exeunt::Tensor> inputs;
    std::vector<exeunt::TensorView> views;
    for (const exeunt::InputInfo& input : plan.inputs()) views.push_back(inputs.emplace_back(input.type).view());
    exeunt::Session session(plan);
    std::printf("exit %d of %zu\n", session.run(views).exit(0), plan.exits().size());
  } catch (const exeunt::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
  return 0;
}

#include <google/protobuf/stubs/logging.h>
#include <onnx/onnx_pb.h>

#include "expect.h"
#include "onnx/import.h"
#include "run_graph.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace exeunt;
  const google::protobuf::LogSilencer silence;
  onnx::ModelProto model;
  if (!model.ParseFromArray(data, static_cast<int>(size))) return 0;
  ImportOptions options;
  options.folder = "/dev/null";
  fuzz::expect_answer_or_error([&] { fuzz::run_graph(import_onnx(model, options)); });
  return 0;
}

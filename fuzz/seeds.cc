#include <fmt/format.h>
#include <onnx/defs/parser.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "cpu/cpu_backend.h"
#include "cpu/kernels/kernel_table.h"
#include "graph/text.h"
#include "onnx/import.h"
#include "plan/build_plan.h"
#include "plan/saved_plan.h"
#include "ref/ref_backend.h"

// Small models, one a family of operators, that the fuzzers start from: `fuzz_seeds FOLDER` writes them as
// FOLDER/onnx_import/*.onnx, imported as FOLDER/graph_text/*.txt, and built as FOLDER/plan_file/*.parts; what models
// are composed of as FOLDER/compose/*.onnx.

namespace {

constexpr const char* kGraphs[] = {
    "g (float[1,2,4,4] x) => (float[1,2,4,4] y) <int64[4] s = {2, 2, 3, 3}, float[2] b = {1, 2}> {"
    "  w = ConstantOfShape(s) c = Conv<pads = [1,1,1,1]>(x, w, b) d = Relu(c) e = Conv<pads = [0,0,2,2]>(d, w)"
    "  y = Add(e, x) }",
    "g (float[1,2,4,4] x) => (float[1,2] y) { a = MaxPool<kernel_shape = [2,2], strides = [2,2]>(x)"
    "  b = AveragePool<kernel_shape = [2,2], count_include_pad = 1, pads = [1,1,0,0]>(a) c = GlobalAveragePool(b)"
    "  y = Flatten(c) }",
    "g (float[1,2,2,2] x) => (float[1,2,2,2] y) <float[2] s = {1, 2}, float[2] b = {0, 1}, float[2] m = {3, 4},"
    "  float[2] v = {1, 9}, float m0 = {0}, float m1 = {6}> { n = BatchNormalization(x, s, b, m, v) q = Max(n, m0) y = "
    "Min(q, m1) }",
    "g (float[1,4] x) => (float[1,2] y) <float[2,4] w = {1,2,3,4,5,6,7,8}, float[2] b = {1, 2},"
    "  float[2,2] q = {1, 2, 3, 4}> { h = Gemm<transB = 1, alpha = 0.5>(x, w, b) i = MatMul(h, q) j = Add(i, b) y = "
    "Softmax(j) }",
    "g (float[1,4] x) => (float[1,4] y) <int64[2] d = {2, 2}, int64[2] e = {1, 4}, int64[1] z = {0}> {"
    "  r = Reshape(x, d) t = Transpose<perm = [1,0]>(r) u = Unsqueeze(t, z) v = Squeeze(u, z) y = Reshape(v, e) }",
    "g (float[1,6] x) => (float[1,3] y) <int64[1] a = {1}, int64[1] s = {0}, int64[1] e = {9223372036854775807},"
    "  int64[1] k = {2}, int64[4] p = {0, 1, 0, 0}> { q = Slice(x, s, e, a, k) r = Pad(q, p) t, u = Split<axis = 1>(r)"
    "  c = Concat<axis = 1>(t, u) i = Constant<value_ints = [0, 2, 3]>() y = Gather<axis = 1>(c, i) }",
    "g (float[1,4] x) => (float[1,4] y) <float s = {0.5}, uint8 z = {3}> { q = QuantizeLinear(x, s, z)"
    "  d = DequantizeLinear(q, s, z) e = Exp(d) f = Sqrt(e) h = Max(f, s) i = Pow(h, s) y = Max(i, s, x) }",
    "g (float[1,4] x) => (float[1] y) <float s = {0.5}> { m = ReduceMax<axes = [1], keepdims = 0>(x)"
    "  n = ReduceMean<axes = [1]>(x) c = Greater(m, s) d = Cast<to = 1>(c) e = Where(c, m, d)"
    "  l = Less(n, s) o = Not(l) p = Cast<to = 1>(o) q = ReduceSum(p) y = Mul(e, q) }",
    "g (float[1,4] x) => (float[1,4] y) { s = Shape(x) e = Expand(x, s) k = Identity(e) i = Erf(k) h = Round(i)"
    "  t = Tanh(h) u = Sigmoid(t) y = Sum(u, x, k) }",
    "g (float[1,3] x) => (float[1,3] y, int64[1] e) <float t = {0.5}> { s = Softmax(x) m = ReduceMax<keepdims = 0>(s)"
    "  c = Greater(m, t) y, e = If(c) <then_branch = a () => (float[1,3] p, int64[1] i) {"
    "    p = Identity(s) i = Constant<value_ints = [0]>() }, else_branch = b () => (float[1,3] q, int64[1] j) {"
    "    r = Relu(x) q = Softmax(r) j = Constant<value_ints = [1]>() }> }",
    "g (float[1,3] x) => (float[1,3] y) <float t = {0.5}> { s = Softmax(x) m = ReduceMax<keepdims = 0>(s)"
    "  c = LessOrEqual(m, t) z = If(c) <then_branch = a () => (float[1,3] p) { n = ReduceSum<keepdims = 0>(x)"
    "    d = Less(n, t) p = If(d) <then_branch = h () => (float[1,3] u) { u = Neg(x) },"
    "      else_branch = k () => (float[1,3] v) { v = Exp(x) }> }, else_branch = b () => (float[1,3] q) {"
    "    q = Identity(s) }> y = Softmax(z) }",
    "g (float[1,4,2,2] x) => (float[1,4,2,2] y) <float[4] s = {1, 2, 3, 4}, float[2] e = {1, 4}> { l = LRN<size = 3>(x)"
    "  i = InstanceNormalization(l, s, s) n = LayerNormalization<axis = 3>(i, e) h = HardSwish(n) c = Elu(h) g = LpPool"
    "<kernel_shape = [2,2], pads = [0,0,1,1]>(c) y = PRelu(g, e) }",
    "g (float[1,2,3,3] x) => (float[1,2,3] y) <int64[4] s = {2, 2, 2, 2}> { w = ConstantOfShape(s) c = ConvTranspose"
    "<strides = [2,2], output_padding = [1,1]>(x, w) a = ReduceLogSumExp<axes = [3], keepdims = 0>(c) "
    "b = LogSoftmax(a) y = Hardmax(b) }",
    "g (float[1,2,4,4] x) => (float[1,2,2,2] y) <float[4] f = {1, 1, 1.5, 0.5}, int64[4] n = {1, 2, 3, 5}> {"
    "  a = Resize<mode = \"linear\">(x, , f) b = Resize<mode = \"cubic\", coordinate_transformation_mode = "
    "\"align_corners\">(a, , , n) c = SpaceToDepth<blocksize = 1>(b) d = DepthToSpace<blocksize = 1>(c)"
    "  y, i = MaxPool<kernel_shape = [2,2]>(d) }",
    "g (float[2,4] x) => (float[2,2] y) <int64[1] k = {2}, int64[2,2] i = {0, 1, 3, 2}, int64[2] r = {1, 2},"
    "  float[2,2] u = {1, 2, 3, 4}> { v, j = TopK(x, k) e = GatherElements<axis = 1>(x, i) s = ScatterElements<axis = "
    "1>"
    "(x, i, u) t = Tile(s, r) a = ArgMax<axis = 1>(t) f = Cast<to = 1>(a) c = CumSum(v, one) q = Add(c, e) y = Add(q, "
    "f)"
    " one = Constant<value_int = 1>() }",
    "g (uint8[1,2,3,3] x) => (uint8[1,2,2,2] y) <uint8[2,2,2,2] w = {1,2,3,4,5,6,7,8,1,2,3,4,5,6,7,8}, float s = {0.5},"
    "  uint8 z = {3}> { c = ConvInteger(x, w, z) f = Cast<to = 1>(c) q, qs, qz = DynamicQuantizeLinear(f)"
    "  y0 = QLinearConv(x, s, z, w, s, z, s, z) y = Max(y0, q) }",
    "g (float[2] x) => (float[2] y) <int64 m = {3}, bool c = {1}> { y = Loop(m, c, x) <body = b (int64 i, bool k,"
    "  float[2] v) => (bool k2, float[2] w) { k2 = Identity(k) w = Add(v, v) }> }",
};

/// Networks with several heads, and parts that fit behind each other.
constexpr const char* kNetworks[] = {
    "g (float[N,3] x) => (float[N,3] a, float[N,3] b) <float[3,3] w = {0, 0, 2, 0, 2, 0, 2, 0, 0}> {"
    "  a = Softmax(x) h = MatMul(x, w) b = Softmax(h) }",
    "g (float[1,3] x) => (float[1,3] y) <float[3,3] w = {1, 2, 3, 4, 5, 6, 7, 8, 9}, float[3] b = {1, 0, 1}> {"
    "  h = Gemm<transB = 1>(x, w, b) r = Relu(h) y = Add(r, x) }",
    "g (float[1,2,2,2] x) => (float[1,2] a, float[1,2] b, float[1,2] c) <int64[4] s = {2, 2, 1, 1}> {"
    "  w = ConstantOfShape(s) d = Conv(x, w) p = GlobalAveragePool(d) a = Flatten(p) e = Relu(d)"
    "  q = GlobalMaxPool(e) f = Flatten(q) b = Softmax(f) u = Conv(e, w) v = GlobalAveragePool(u) c = Flatten(v) }",
    "g (float[1,3] x) => (float[1,3] y, int64[1] e) <float t = {0.5}> { s = Softmax(x) m = ReduceMax<keepdims = 0>(s)"
    "  c = Greater(m, t) y, e = If(c) <then_branch = a () => (float[1,3] p, int64[1] i) {"
    "    p = Identity(s) i = Constant<value_ints = [0]>() }, else_branch = b () => (float[1,3] q, int64[1] j) {"
    "    r = Relu(x) q = Softmax(r) j = Constant<value_ints = [1]>() }> }",
};

constexpr const char* kTexts[] = {
    "input %0 f32[1,2,2,3] \"x\" order=[0,2,3,1]\nconst %1 f32[2,2,1,1] = {1, 2, 3, 4}\n"
    "%2 f32[1,2,2,3] = Conv(%0, %1) {strides=[1,1], pads=[0,0,0,0], dilations=[1,1]}\n"
    "%3 f32[1,2,3,2] = Transpose(%2) {perm=[0,2,3,1]}\n%4 f32[1,12] = Reshape(%3) {shape=[1,12]}\n"
    "const %5 f32[12,1] = fill(2)\n%6 f32[1,1] = MatMul(%4, %5)\noutput \"y\"\nexit(%6)\n",
};

void write(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  if (!(file << content).flush()) throw std::runtime_error("cannot write " + path.string());
}

onnx::ModelProto parse(const std::string& graph, int opset) {
  const std::string text = fmt::format("<ir_version: 8, opset_import: [\"\" : {}]> {}", opset, graph);
  onnx::ModelProto model;
  const auto status = onnx::OnnxParser::Parse(model, text.c_str());
  if (!status.IsOK()) throw std::runtime_error(status.ErrorMessage() + "\n" + text);
  return model;
}

/// A plan file's content and packed weights, as fuzz/plan_file.cc takes them.
std::string plan_parts(const exeunt::Graph& graph) {
  using namespace exeunt;
  const cpu::UseKernels kernels(cpu::kernels_of("scalar"));
  const std::array backends = {&own_cpu_backend(), &ref_backend()};
  PlanData plan = build_plan(graph, backends);
  plan.graph = std::make_shared<const Graph>(graph);
  plan.isa = "scalar";
  const AlignedBuffer bytes = write_plan(plan, backends, "fuzz");
  const auto file = PlanFile::copy({bytes.data(), bytes.size()});
  const auto text_of = [](std::span<const std::byte> part) {
    return std::string(reinterpret_cast<const char*>(part.data()), part.size());
  };
  const auto size = static_cast<std::uint32_t>(file->content_bytes().size());
  return std::string(reinterpret_cast<const char*>(&size), sizeof(size)) + text_of(file->content_bytes()) +
         text_of(file->packed());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    const std::filesystem::path models = std::filesystem::path(argv[1]) / "onnx_import";
    const std::filesystem::path texts = std::filesystem::path(argv[1]) / "graph_text";
    const std::filesystem::path plans = std::filesystem::path(argv[1]) / "plan_file";
    const std::filesystem::path networks = std::filesystem::path(argv[1]) / "compose";
    std::filesystem::create_directories(networks);
    std::filesystem::create_directories(plans);
    std::filesystem::create_directories(models);
    std::filesystem::create_directories(texts);
    int next = 0;
    const auto add = [&](const char* graph, int opset) {
      const onnx::ModelProto model = parse(graph, opset);
      const std::string name = std::to_string(next++);
      write(models / (name + ".onnx"), model.SerializeAsString());
      const exeunt::Graph imported = exeunt::import_onnx(model, {});
      write(texts / (name + ".txt"), exeunt::print_graph(imported, {.max_constant_elements = 0}));
      write(plans / (name + ".parts"), plan_parts(imported));
    };
    for (const char* graph : kGraphs) add(graph, 17);
    for (const char* graph : kNetworks)
      write(networks / (std::to_string(next++) + ".onnx"), parse(graph, 17).SerializeAsString());
    for (const char* text : kTexts) write(texts / (std::to_string(next++) + ".txt"), text);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}

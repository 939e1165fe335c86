#include "cpu/onednn/primitive_step.h"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "cpu/kernels/kernel_table.h"

namespace exeunt::cpu {

namespace {

/// Holds oneDNN to the instruction set that kernels of our own are held to; it takes that before its first primitive
/// only. Plain C++ has its like in SSE4.1.
void hold_to_native_isa() {
  const std::string_view isa = native_kernels().isa;
  if (isa == "avx2") dnnl::set_max_cpu_isa(dnnl::cpu_isa::avx2_vnni);
#if defined(__x86_64__)
  if (isa == "scalar") dnnl::set_max_cpu_isa(dnnl::cpu_isa::sse41);
#endif
}

}  // namespace

const dnnl::engine& dnnl_engine() {
  static const dnnl::engine engine = [] {
    hold_to_native_isa();
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

SingleThread::SingleThread() noexcept : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
SingleThread::~SingleThread() { omp_set_num_threads(before_); }

dnnl::memory::dims to_dims(const ops::Ints& ints) { return {ints.begin(), ints.end()}; }

dnnl::memory::desc describe_memory(const Shape& shape, const Layout& layout) {
  if (shape.rank() == 0) return describe_row_major(shape, 1);
  const Strides strides = layout.strides(shape);
  return {dnnl::memory::dims(shape.begin(), shape.end()), dnnl::memory::data_type::f32,
          dnnl::memory::dims(strides.begin(), strides.begin() + shape.rank())};
}

dnnl::memory::desc describe_row_major(const Shape& shape, int rank) {
  dnnl::memory::dims dims(static_cast<std::size_t>(std::max(rank, shape.rank()) - shape.rank()), 1);
  dims.insert(dims.end(), shape.begin(), shape.end());
  dnnl::memory::dims strides(dims.size(), 1);
  for (std::size_t i = dims.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * dims[i + 1];
  return {dims, dnnl::memory::data_type::f32, strides};
}

dnnl::primitive_attr base_attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::memory pack_constant(const Tensor& constant, const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  const dnnl::memory source(from, dnnl_engine(), const_cast<std::byte*>(constant.view().data));
  dnnl::memory packed(to, dnnl_engine());
  dnnl::stream stream(dnnl_engine());
  dnnl::reorder(source, packed).execute(stream, const_cast<dnnl::memory&>(source), packed);
  stream.wait();
  return packed;
}

namespace {

class PrimitiveArgs : public StepArgs {
 public:
  dnnl::primitive primitive;
  std::vector<PrimitiveArg> args;
  std::size_t result_operand = 0;
  std::size_t result_bytes = 0;
  int start = kFromScratch;
  std::unique_ptr<StepState> make_state() const override;
};

/// One session's memory handles: oneDNN keeps the addresses in objects, which sessions cannot share.
class PrimitiveState : public StepState {
 public:
  explicit PrimitiveState(const PrimitiveArgs& step) : stream(dnnl_engine()) {
    for (const PrimitiveArg& arg : step.args) {
      memories.push_back(arg.operand < 0 ? arg.fixed : dnnl::memory(arg.desc, dnnl_engine(), nullptr));
      list.push_back({arg.index, memories.back().get()});
      if (arg.operand >= 0) bound.push_back({memories.back().get(), arg.operand, nullptr});
    }
  }

  struct Bound {
    dnnl_memory_t memory;
    int operand;
    std::byte* address;
  };
  dnnl::stream stream;
  std::vector<dnnl::memory> memories;
  std::vector<dnnl_exec_arg_t> list;
  std::vector<Bound> bound;
};

std::unique_ptr<StepState> PrimitiveArgs::make_state() const { return std::make_unique<PrimitiveState>(*this); }

void run_primitive(const StepArgs& step, StepState* state, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const PrimitiveArgs&>(step);
  auto& own = *static_cast<PrimitiveState*>(state);
  for (PrimitiveState::Bound& bound : own.bound) {
    std::byte* address = operands[bound.operand];
    if (address == bound.address) continue;
    dnnl_memory_set_data_handle(bound.memory, address);
    bound.address = address;
  }
  if (args.start != kFromScratch) std::memcpy(operands[args.result_operand], operands[args.start], args.result_bytes);
  const SingleThread single;
  const dnnl_status_t status = dnnl_primitive_execute(args.primitive.get(), own.stream.get(),
                                                      static_cast<int>(own.list.size()), own.list.data());
  // All bits set is NaN: whatever stood there before must not pass for an answer.
  if (status != dnnl_success) std::memset(operands[args.result_operand], 0xff, args.result_bytes);
}

}  // namespace

Candidate primitive_candidate(const dnnl::primitive& primitive, const dnnl::primitive_desc_base& description,
                              std::vector<PrimitiveArg> args, std::vector<OperandUse> uses, const Layout& result,
                              int start) {
  auto step = std::make_shared<PrimitiveArgs>();
  step->primitive = primitive;
  step->start = start;
  const dnnl::memory::desc scratchpad = description.scratchpad_desc();
  if (scratchpad.get_size() > 0)
    args.push_back({DNNL_ARG_SCRATCHPAD, scratchpad, static_cast<int>(uses.size()) + 1, {}});
  step->result_operand = uses.size();
  const auto result_arg = std::ranges::find(args, static_cast<int>(uses.size()), &PrimitiveArg::operand);
  step->result_bytes = result_arg->desc.get_size();
  step->args = std::move(args);
  return {"onednn:" + std::string(description.impl_info_str()),
          run_primitive,
          std::move(step),
          std::move(uses),
          result,
          scratchpad.get_size()};
}

}  // namespace exeunt::cpu

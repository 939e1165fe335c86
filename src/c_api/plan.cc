#include <memory>

#include "c_api/handles.h"
#include "c_api/status.h"

namespace exeunt::c_api {

namespace {

static_assert(EXEUNT_MAX_RANK == Shape::kMaxRank);
static_assert(static_cast<int>(DType::f32) == EXEUNT_F32 && static_cast<int>(DType::f64) == EXEUNT_F64);
static_assert(static_cast<int>(DType::f16) == EXEUNT_F16 && static_cast<int>(DType::bf16) == EXEUNT_BF16);
static_assert(static_cast<int>(DType::i8) == EXEUNT_I8 && static_cast<int>(DType::u8) == EXEUNT_U8);
static_assert(static_cast<int>(DType::i16) == EXEUNT_I16 && static_cast<int>(DType::u16) == EXEUNT_U16);
static_assert(static_cast<int>(DType::i32) == EXEUNT_I32 && static_cast<int>(DType::u32) == EXEUNT_U32);
static_assert(static_cast<int>(DType::i64) == EXEUNT_I64 && static_cast<int>(DType::u64) == EXEUNT_U64);
static_assert(static_cast<int>(DType::boolean) == EXEUNT_BOOL);

/// Element `index` of a list of `what`s. @throws Error argument
template <class T>
const T& at(const std::vector<T>& list, std::size_t index, std::string_view what) {
  require(index < list.size(), ErrorCode::argument, "there is no {} {}; the model has {}", what, index, list.size());
  return list[index];
}

}  // namespace

exeunt_tensor c_tensor(const TensorView& tensor) noexcept {
  exeunt_tensor result{};
  result.data = tensor.data;
  result.dtype = static_cast<exeunt_dtype>(tensor.dtype());
  result.rank = tensor.shape().rank();
  std::ranges::copy(tensor.shape().dims(), result.dims);
  return result;
}

}  // namespace exeunt::c_api

using exeunt::c_api::at;
using exeunt::c_api::c_tensor;
using exeunt::c_api::guarded;
using exeunt::c_api::needed;

exeunt_status exeunt_plan_load(const char* path, exeunt_plan** plan) {
  return guarded([&] {
    needed(plan, "plan");
    *plan = new exeunt_plan{exeunt::Plan::load(&needed(path, "path"))};
  });
}

void exeunt_plan_free(exeunt_plan* plan) { delete plan; }

size_t exeunt_plan_input_count(const exeunt_plan* plan) { return plan == nullptr ? 0 : plan->plan.inputs().size(); }
size_t exeunt_plan_output_count(const exeunt_plan* plan) { return plan == nullptr ? 0 : plan->plan.outputs().size(); }
size_t exeunt_plan_exit_count(const exeunt_plan* plan) { return plan == nullptr ? 0 : plan->plan.exits().size(); }
size_t exeunt_plan_decision_count(const exeunt_plan* plan) {
  return plan == nullptr ? 0 : plan->plan.decisions().size();
}

const char* exeunt_plan_input_name(const exeunt_plan* plan, size_t input) {
  return input < exeunt_plan_input_count(plan) ? plan->plan.inputs()[input].name.c_str() : nullptr;
}

const char* exeunt_plan_output_name(const exeunt_plan* plan, size_t output) {
  return output < exeunt_plan_output_count(plan) ? plan->plan.outputs()[output].c_str() : nullptr;
}

exeunt_status exeunt_plan_input_type(const exeunt_plan* plan, size_t input, exeunt_tensor* type) {
  return guarded([&] {
    needed(type, "type") = c_tensor({nullptr, at(needed(plan, "plan").plan.inputs(), input, "input").type});
  });
}

exeunt_status exeunt_plan_output_type(const exeunt_plan* plan, size_t exit, size_t output, exeunt_tensor* type) {
  return guarded([&] {
    const exeunt::ExitInfo& info = at(needed(plan, "plan").plan.exits(), exit, "exit");
    needed(type, "type") = c_tensor({nullptr, at(info.outputs, output, "output")});
  });
}

size_t exeunt_plan_class_count(const exeunt_plan* plan, size_t exit) {
  return exit < exeunt_plan_exit_count(plan) ? static_cast<size_t>(plan->plan.exits()[exit].classes) : 0;
}

exeunt_status exeunt_plan_decision(const exeunt_plan* plan, size_t decision, exeunt_decision* info) {
  return guarded([&] {
    const exeunt::DecisionInfo& known = at(needed(plan, "plan").plan.decisions(), decision, "decision");
    needed(info, "info") = {known.name.c_str(),    known.criterion.c_str(), known.threshold, known.temperature,
                            known.enabled ? 1 : 0, known.tunable ? 1 : 0,   known.classes};
  });
}

const char* exeunt_plan_precision(const exeunt_plan* plan) {
  return plan == nullptr ? nullptr : plan->plan.precision().c_str();
}

const char* exeunt_plan_isa(const exeunt_plan* plan) { return plan == nullptr ? nullptr : plan->plan.isa().c_str(); }

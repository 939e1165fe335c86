#include <exeunt/session.h>
#include <malloc.h>

#include <atomic>

#include "support/plan_of.h"
#include "support/tensors.h"

// Sanitizers bring allocation functions of their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EXEUNT_COUNTS_ALLOCATIONS false
namespace {
thread_local std::int64_t allocations = 0;
}
#else
#define EXEUNT_COUNTS_ALLOCATIONS true
namespace {
// Everything ends in these: operator new, posix_memalign and the C library itself.
thread_local std::int64_t allocations = 0;
}  // namespace
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* memory);

void* malloc(std::size_t size) noexcept {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  ++allocations;
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
  ++allocations;
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? ENOMEM : 0;
}
void free(void* memory) noexcept { __libc_free(memory); }
}
#endif

namespace exeunt {

namespace {

using namespace testing;

/// Allocations of one run, after the first.
std::int64_t allocations_of(const Plan& plan) {
  Session session(plan);
  std::vector<Tensor> tensors;
  std::vector<TensorView> inputs;
  for (const InputInfo& input : plan.inputs()) inputs.push_back(tensors.emplace_back(input.type).view());
  session.run(inputs);
  const std::int64_t before = allocations;
  session.run(inputs);
  return allocations - before;
}

/// A graph text with one exit, %y.
Plan single(const std::string& body, const std::string& backend) {
  return plan_of(body + "\noutput \"y\"\nexit(%y)", backend);
}

const std::string kWindow = "{strides=[1,1], pads=[1,1,1,1], dilations=[1,1]}";

/// Every op, most of them at least once in a way that could tempt to allocate.
const std::vector<std::pair<std::string, std::string>> kOps = {
    {"BatchNorm", "const %k f32[3] = fill(1)\n%y = BatchNorm(%x, %k, %k, %k, %k)"},
    {"Binary", "const %k f32[3,1,1] = fill(2)\n%y = Add(%x, %k)"},
    {"BinaryBoth", "const %k f32[2,1,1,1] = fill(2)\n%y = Pow(%x, %k)"},
    {"Cast", "%y = Cast(%x){to=i8}"},
    {"Compare", "%y = Less(%x, %x)"},
    {"Concat", "%y = Concat(%x, %x){axis=1}"},
    {"Conv", "const %w f32[4,3,3,3] = fill(0.1)\nconst %b f32[4] = fill(1)\n%y = Conv(%x, %w, %b)" + kWindow},
    {"Dequantize", "const %s f32[] = {0.5}\n%q = QuantizeLinear(%x, %s)\n%y = DequantizeLinear(%q, %s)"},
    {"Expand", "%y = Expand(%x){shape=[2,3,4,4]}"},
    {"Gather", "const %i i64[2] = {0, 1}\n%y = Gather(%x, %i){axis=1}"},
    {"Gemm", "%r = Reshape(%x){shape=[1,48]}\nconst %w f32[48,5] = fill(0.1)\n%y = Gemm(%r, %w)"},
    {"LayerNorm", "const %s f32[4] = fill(2)\n%y = LayerNorm(%x, %s, %s)"},
    {"MatMul", "const %w f32[3,4,5] = fill(0.1)\n%y = MatMul(%x, %w)"},
    {"Pad", "%y = Pad(%x){pads=[0,0,1,1,0,0,1,1], mode=reflect}"},
    {"PadConstant", "%y = Pad(%x){pads=[0,0,1,1,0,0,1,1], value=2}"},
    {"Pool", "%y = Pool(%x){kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[1,1]}"},
    {"PoolDilated", "%y = Pool(%x){kernel=[2,2], strides=[2,2], pads=[0,0,0,0], dilations=[2,2]}"},
    {"Reduce", "%y = ReduceMean(%x){axes=[2,3]}"},
    {"ScaleShift", "const %s f32[3] = fill(2)\n%y = ScaleShift(%x, %s, %s){activation=tanh}"},
    {"Shape", "%y = Shape(%x)"},
    {"Slice", "%y = Slice(%x){axes=[1,3], starts=[2,3], ends=[-9,-9], steps=[-1,-2]}"},
    {"Softmax", "%y = Softmax(%x){axis=1}"},
    {"Transpose", "%t = Transpose(%x){perm=[0,2,3,1]}\n%y = Reshape(%t){shape=[48]}"},
    {"Unary", "%y = Sigmoid(%x)"},
    {"Where", "%g = Greater(%x, %x)\n%y = Where(%g, %x, %x)"},
};

class Allocation : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!EXEUNT_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer owns the allocation functions";
  }
};

TEST_F(Allocation, IsCounted) {
  const std::int64_t before = allocations;
  const auto memory = std::make_unique<std::array<char, 100>>();
  ASSERT_NE(memory, nullptr);
  const Tensor tensor({DType::f32, {3}});
  EXPECT_GE(allocations - before, 2);
}

TEST_F(Allocation, NoReferenceAllocates) {
  for (const auto& [name, nodes] : kOps) {
    EXPECT_EQ(allocations_of(single("input %x f32[1,3,4,4] \"x\"\n" + nodes, "ref")), 0) << name;
  }
}

/// oneDNN keeps a primitive's arguments in maps that it makes for each execution: 4 to 10 allocations in version 2.7.
/// Nothing else on the CPU backend allocates.
TEST_F(Allocation, OnTheCpuOnlyOneDnnAllocates) {
  constexpr std::int64_t kOneDnnAllocations = 16;
  for (const auto& [name, nodes] : kOps) {
    const Plan plan = single("input %x f32[1,3,4,4] \"x\"\n" + nodes, "cpu");
    const auto calls =
        std::ranges::count_if(plan.data()->steps, [](const Step& step) { return step.kernel.starts_with("onednn:"); });
    const std::int64_t count = allocations_of(plan);
    EXPECT_LE(count, kOneDnnAllocations * calls) << name;
  }
}

TEST_F(Allocation, NoDecisionAllocates) {
  const Plan plan = plan_of(R"(
    input %x f32[1,3] "x"
    input %g bool[1] "g"
    %s = Softmax(%x)
    output "y"
    decide predicate(%g) > 0.5 {
      exit(%x)
      decide max_prob(%s) > 0.9 { exit(%s) exit(%s) predicts(0, 0, 3, true) }
    }
  )");
  EXPECT_EQ(allocations_of(plan), 0);
}

TEST_F(Allocation, NoCriterionAllocates) {
  Session session(plan_of(R"(
    input %x f32[1,3] "x"
    %s = Softmax(%x)
    output "y"
    decide max_prob(%x) > 2 logits { exit(%x) decide max_prob(%s) > 2 { exit(%s) exit(%s) } }
  )"),
                  {.max_batch = 2});
  const Tensor one = f32({1, 3}, {1, 2, 3});
  const Tensor two = f32({2, 3}, {1, 2, 3, 3, 2, 1});
  for (const CriterionKind criterion :
       {CriterionKind::max_prob, CriterionKind::margin, CriterionKind::entropy, CriterionKind::patience}) {
    const std::vector<ExitSettings> settings(2, {criterion, 2, 1.5F});
    session.run(two.view());
    const std::int64_t before = allocations;
    session.set_exit_settings(settings);
    session.run(one.view());
    session.run(two.view());
    session.run(two.view(), settings);
    EXPECT_EQ(allocations - before, 0) << criterion_kind_name(criterion);
  }
}

TEST_F(Allocation, NoSplitStepAllocates) {
  const Plan plan =
      changed_plan_of("input %x f32[1,3] \"x\"\n%y = Neg(%x)\noutput \"y\"\nexit(%y)", [](PlanData& data) {
        data.steps[0].parts = 3;
        data.steps[0].run_part = [](const StepArgs&, StepState*, std::byte* const*, int, int) noexcept {};
      });
  EXPECT_EQ(allocations_of(plan), 0);
}

TEST_F(Allocation, NoBatchAllocatesAfterTheFirst) {
  const Plan plan = plan_of(R"(
    input %x f32[1,3] "x"
    %n = Neg(%x)
    %s = Softmax(%x)
    %e = Exp(%n)
    output "y"
    decide max_prob(%s) > 0.5 { exit(%s) exit(%e) }
  )");
  Session session(plan, {.max_batch = 8});
  Tensor x({DType::u8, {8, 3}});
  for (std::size_t i = 0; i < 8; i += 2) x.mutable_span<std::uint8_t>()[i * 3] = 9;
  const Results& results = session.run(x.view());
  ASSERT_NE(results.exit(0), results.exit(1));
  const std::int64_t before = allocations;
  session.run(x.view());
  EXPECT_EQ(allocations - before, 0);
}

}  // namespace

}  // namespace exeunt

#include <cstring>
#include <random>
#include <regex>

#include "base/checksum.h"
#include "cases/op_case.h"
#include "cpu/cpu_backend.h"
#include "exec/executor.h"
#include "graph/text.h"
#include "plan/build_plan.h"
#include "plan/saved_plan.h"
#include "ref/ref_backend.h"
#include "support/tensors.h"

namespace exeunt {

namespace {

using namespace testing;

constexpr double kRandomMark = 77;

void fill_random(Tensor& tensor, std::mt19937& random) {
  dispatch(tensor.dtype(), [&]<class T>(TypeTag<T>) {
    for (T& value : tensor.mutable_span<T>()) {
      const double unit = static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
      if constexpr (AnyFloat<T>) {
        value = convert<T>(2 * unit - 1);
      } else if constexpr (std::same_as<T, bool>) {
        value = unit > 0.5;
      } else if constexpr (sizeof(T) == 1) {
        value = convert<T>(std::floor(256 * unit) - (std::is_signed_v<T> ? 128 : 0));
      } else {
        value = convert<T>(std::floor((std::is_signed_v<T> ? 20 * unit - 10 : 20 * unit)));
      }
    }
  });
}

Graph graph_of(const OpCase& c, std::mt19937& random) {
  const std::string text = std::regex_replace(c.graph, std::regex("= random"), fmt::format("= fill({})", kRandomMark));
  Graph graph = parse_graph(text + "\noutput \"y\"\nexit(%y)\n");
  for (Value& value : graph.values) {
    if (value.constant == nullptr || value.constant->elements() == 0) continue;
    if (!std::ranges::all_of(numbers(*value.constant), [](double x) { return x == kRandomMark; })) continue;
    Tensor tensor(value.type);
    fill_random(tensor, random);
    value.constant = std::make_shared<const Tensor>(std::move(tensor));
  }
  return graph;
}

std::vector<Tensor> random_inputs(const Graph& graph, std::mt19937& random) {
  std::vector<Tensor> inputs;
  for (const ValueId v : graph.inputs) {
    inputs.emplace_back(graph.type(v));
    fill_random(inputs.back(), random);
  }
  return inputs;
}

/// The number of terms that are summed up behind one element of the result, over all nodes.
Accumulation accumulation_of(const Graph& graph, const Tensor& result) {
  Accumulation sum{0, 1};
  for (const Node& node : graph.nodes) {
    const auto outputs = std::max<std::int64_t>(1, graph.type(node.output).shape.elements());
    const double work = estimate_work(node.op, graph.operand_types(node), graph.type(node.output));
    sum.terms += std::max(1.0, work / static_cast<double>(outputs));
  }
  for (const double value : numbers(result)) {
    if (std::isfinite(value)) sum.magnitude = std::max(sum.magnitude, std::abs(value));
  }
  return sum;
}

class Runner {
 public:
  explicit Runner(PlanData plan) : plan_(std::make_shared<const PlanData>(std::move(plan))), executor_(plan_) {}

  Tensor run(const std::vector<Tensor>& inputs) {
    std::vector<const std::byte*> addresses;
    for (const Tensor& input : inputs) addresses.push_back(input.view().data);
    const TensorView y = executor_.exit_output(executor_.run(addresses, {}, {}), 0);
    Tensor copy(y.type);
    if (y.elements() > 0) std::memcpy(copy.mutable_view().data, y.data, y.type.bytes());
    return copy;
  }
  const PlanData& plan() const { return *plan_; }

 private:
  std::shared_ptr<const PlanData> plan_;
  Executor executor_;
};

void expect_close(const Tensor& got, const Tensor& wanted, Exactness exactness, const Accumulation& sum) {
  ASSERT_EQ(got.type(), wanted.type());
  const std::vector<double> a = numbers(got);
  const std::vector<double> b = numbers(wanted);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    ASSERT_LE(std::abs(a[i] - b[i]), tolerance(exactness, got.dtype(), sum, b[i]))
        << "element " << i << " of " << got.type().str() << " is " << a[i] << ", the reference says " << b[i];
  }
}

void expect_refusals(const PlanData& plan, const std::string& reason) {
  std::string found;
  for (const Step& step : plan.steps) {
    for (const Refusal& refusal : step.refusals) found += refusal.reason + "; ";
  }
  if (reason.empty()) {
    EXPECT_EQ(found, "") << "a step was left to the reference";
  } else {
    EXPECT_THAT(found, ::testing::HasSubstr(reason));
  }
}

std::string kernels_of(const PlanData& plan) {
  std::string names;
  for (const Step& step : plan.steps) names += step.kernel + " ";
  return names;
}

/// What a case asks for, of a plan with these kernels.
Exactness exactness_of(const OpCase& c, const PlanData& plan, bool rounds_more) {
  const bool is_short = std::ranges::any_of(plan.steps, [](const Step& step) { return step.kernel.ends_with("_w16"); });
  if (is_short) return Exactness::short_weights;
  return rounds_more && c.exactness == Exactness::halves ? Exactness::transformed_halves : c.exactness;
}

class CpuCase : public ::testing::TestWithParam<OpCase> {};

TEST_P(CpuCase, AnswersAsTheReferenceWithEachCandidate) {
  const OpCase& c = GetParam();
  std::mt19937 random(static_cast<std::mt19937::result_type>(c.name.size() * 7919 + c.graph.size()));
  const Graph graph = graph_of(c, random);
  const std::vector<Tensor> inputs = random_inputs(graph, random);
  const std::vector<Tensor> others = random_inputs(graph, random);
  Runner reference(build_plan(graph, std::array{&ref_backend()}));
  const Tensor wanted = reference.run(inputs);
  std::size_t most_candidates = 1;
  for (std::size_t candidate = 0; candidate < most_candidates; ++candidate) {
    bool rounds_more = false;
    const ChooseCandidates choose = [&](const PlanData&, std::span<const std::vector<Candidate>> candidates) {
      std::vector<Choice> choices;
      for (const std::vector<Candidate>& field : candidates) {
        most_candidates = std::max(most_candidates, field.size());
        choices.push_back({std::min(candidate, field.size() - 1)});
        rounds_more = rounds_more || field[choices.back().candidate].approximate;
      }
      return choices;
    };
    Runner cpu(build_plan(graph, std::array{&cpu_backend(), &ref_backend()}, choose));
    SCOPED_TRACE("kernels " + kernels_of(cpu.plan()));
    const Tensor got = cpu.run(inputs);
    expect_close(got, wanted, exactness_of(c, cpu.plan(), rounds_more), accumulation_of(graph, wanted));
    expect_refusals(cpu.plan(), c.cpu_refuses);
    // What a run leaves behind must not reach the next one.
    cpu.run(others);
    expect_close(cpu.run(inputs), got, Exactness::exact, {});
    if (HasFatalFailure()) return;
  }
}

/// Splitting a step changes who computes what, but no sum.
TEST_P(CpuCase, AnswersTheSameInParts) {
  constexpr int kThreads = 3;
  const OpCase& c = GetParam();
  std::mt19937 random(1);
  const Graph graph = graph_of(c, random);
  const std::vector<Tensor> inputs = random_inputs(graph, random);
  std::size_t most_candidates = 1;
  for (std::size_t candidate = 0; candidate < most_candidates; ++candidate) {
    bool any_split = false;
    // Candidate by candidate; where it is not a split one, its first.
    const auto choose = [&](bool split) {
      return [&, split](const PlanData&, std::span<const std::vector<Candidate>> candidates) {
        std::vector<Choice> choices;
        for (const std::vector<Candidate>& field : candidates) {
          most_candidates = std::max(most_candidates, field.size());
          const std::size_t chosen = std::min(candidate, field.size() - 1);
          any_split = any_split || field[chosen].parts > 1;
          // The same kernel as a whole has the same function.
          const auto whole = std::ranges::find_if(
              field, [&](const Candidate& other) { return other.parts == 1 && other.args == field[chosen].args; });
          choices.push_back({split ? chosen : static_cast<std::size_t>(whole - field.begin())});
        }
        return choices;
      };
    };
    const std::array backends = {&cpu_backend(), &ref_backend()};
    Runner split(build_plan(graph, backends, choose(true), kThreads));
    if (!any_split) continue;
    SCOPED_TRACE("kernels " + kernels_of(split.plan()));
    Runner whole(build_plan(graph, backends, choose(false), kThreads));
    expect_close(split.run(inputs), whole.run(inputs), Exactness::exact, {});
    if (HasFatalFailure()) return;
  }
}

/// A file holds of the weights only what the kernel that was taken reads: each candidate must find all it needs there.
TEST_P(CpuCase, AnswersTheSameFromAFile) {
  const OpCase& c = GetParam();
  std::mt19937 random(1);
  const auto graph = std::make_shared<const Graph>(graph_of(c, random));
  const std::vector<Tensor> inputs = random_inputs(*graph, random);
  const std::array backends = {&cpu_backend(), &ref_backend()};
  std::size_t most_candidates = 1;
  for (std::size_t candidate = 0; candidate < most_candidates; ++candidate) {
    const ChooseCandidates choose = [&](const PlanData&, std::span<const std::vector<Candidate>> candidates) {
      std::vector<Choice> choices;
      for (const std::vector<Candidate>& field : candidates) {
        most_candidates = std::max(most_candidates, field.size());
        choices.push_back({std::min(candidate, field.size() - 1)});
      }
      return choices;
    };
    PlanData plan = build_plan(*graph, backends, choose);
    plan.graph = graph;
    const AlignedBuffer bytes = write_plan(plan, backends, "this version");
    Runner loaded(read_plan(PlanFile::copy({bytes.data(), bytes.size()}), backends, "this version", plan.isa));
    Runner built(std::move(plan));
    SCOPED_TRACE("kernels " + kernels_of(built.plan()));
    EXPECT_EQ(kernels_of(loaded.plan()), kernels_of(built.plan()));
    expect_close(loaded.run(inputs), built.run(inputs), Exactness::exact, {});
    if (HasFatalFailure()) return;
  }
}

std::string name_of(const ::testing::TestParamInfo<OpCase>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Conv, CpuCase, ::testing::ValuesIn(conv_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Product, CpuCase, ::testing::ValuesIn(product_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Pool, CpuCase, ::testing::ValuesIn(pool_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Softmax, CpuCase, ::testing::ValuesIn(softmax_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Math, CpuCase, ::testing::ValuesIn(math_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Fused, CpuCase, ::testing::ValuesIn(fused_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Unary, CpuCase, ::testing::ValuesIn(unary_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Binary, CpuCase, ::testing::ValuesIn(binary_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(SpecialValue, CpuCase, ::testing::ValuesIn(special_value_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Copy, CpuCase, ::testing::ValuesIn(copy_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(View, CpuCase, ::testing::ValuesIn(view_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Quantize, CpuCase, ::testing::ValuesIn(quantize_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Quantized, CpuCase, ::testing::ValuesIn(quantized_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Bf16, CpuCase, ::testing::ValuesIn(bf16_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Fp16, CpuCase, ::testing::ValuesIn(fp16_cases()), name_of);
INSTANTIATE_TEST_SUITE_P(Reference, CpuCase, ::testing::ValuesIn(reference_cases()), name_of);

}  // namespace

}  // namespace exeunt

#include <random>

#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Convolutions and pools with scales, shifts, padding and activations spelt out between them, wired at random; one
/// decision.
class RandomLayers {
 public:
  explicit RandomLayers(unsigned seed) : random_(seed) {}

  Graph make() {
    values_.push_back(graph_.add_input("x", {DType::f64, {2, 1 + below(2), 5, 4}}));
    for (int i = 0; i < 16; ++i) add();
    graph_.output_names = {"y"};
    Decision decision;
    decision.criterion = Criterion::max_prob;
    decision.threshold = 0.5F;
    decision.input = any();
    decision.leave = 1;
    decision.stay = 2;
    graph_.tree = {decision, Exit{{any()}, {}}, Exit{{values_.back()}, {}}};
    remove_dead(graph_);
    return std::move(graph_);
  }

 private:
  std::int64_t below(std::int64_t limit) { return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(random_); }
  /// The last one most often: chains.
  ValueId any() {
    return below(4) > 0 ? values_.back() : values_[static_cast<std::size_t>(below(std::ssize(values_)))];
  }
  const Shape& shape(ValueId v) const { return graph_.type(v).shape; }
  void put(const Op& op, std::vector<ValueId> operands) { values_.push_back(graph_.add_node(op, std::move(operands))); }

  /// None of them 0, so that they divide too.
  ValueId constant(const Shape& shape) {
    Tensor tensor({DType::f64, shape});
    for (double& value : tensor.mutable_span<double>())
      value = (below(2) == 0 ? -0.5 : 0.5) * static_cast<double>(1 + below(3));
    return graph_.add_constant(std::move(tensor));
  }

  ValueId beside(ValueId x) {
    const std::int64_t channels = shape(x)[1];
    const std::array shapes = {Shape{}, Shape{1}, Shape{channels, 1, 1}, Shape{1, channels, 1, 1}, Shape{shape(x)[3]}};
    return constant(shapes[static_cast<std::size_t>(below(std::ssize(shapes)))]);
  }

  void add_arithmetic(ValueId x) {
    using enum ops::BinaryFn;
    constexpr std::array kFns = {Add, Sub, Mul, Div, Max, Min};
    const ops::Binary op{kFns[static_cast<std::size_t>(below(std::ssize(kFns)))]};
    const ValueId c = beside(x);
    const bool second = op.fn == Div || below(2) == 0;
    put(op, second ? std::vector{x, c} : std::vector{c, x});
  }

  void add_conv(ValueId x) {
    const ops::Ints pads = {below(2), below(2), below(2), below(2)};
    const bool transposed = below(4) == 0;
    const std::int64_t channels = shape(x)[1];
    std::vector<ValueId> operands = {x, constant(transposed ? Shape{channels, 2, 2, 2} : Shape{2, channels, 2, 2})};
    if (below(2) == 0) operands.push_back(constant({2}));
    if (shape(x)[2] < 2 || shape(x)[3] < 2 || shape(x).elements() > 500) return;
    if (transposed) {
      put(ops::ConvTranspose{{1, 1}, {0, 0, 0, 0}, {1, 1}, {0, 0}}, operands);
    } else {
      put(ops::Conv{{1, 1}, pads, {1, 1}}, operands);
    }
  }

  void add_pool(ValueId x) {
    if (shape(x)[2] < 2 || shape(x)[3] < 2) return;
    ops::Pool pool{
        below(2) == 0 ? ops::PoolFn::max : ops::PoolFn::average, {2, 2}, {1 + below(2), 1}, {0, 0, 0, 0}, {1, 1}};
    pool.pads[static_cast<std::size_t>(below(4))] = below(2);
    pool.ceil_mode = below(2) == 0;
    pool.count_include_pad = below(2) == 0;
    put(pool, {x});
  }

  void add_pad(ValueId x) {
    ops::Pad pad{ops::Ints(8)};
    pad.pads[static_cast<std::size_t>(2 + below(2) + 4 * below(2))] = 1;
    if (below(4) == 0) pad.value = below(2) == 0 ? 1 : -std::numeric_limits<double>::infinity();
    // What is infinite goes into maxima only: a product with 0 is no number.
    if (shape(x).elements() > 500) return;
    put(pad, {x});
    if (pad.value < 0) put(ops::Pool{ops::PoolFn::max, {2, 2}, {1, 1}, {0, 0, 0, 0}, {1, 1}}, {values_.back()});
    if (pad.value < 0) values_.erase(values_.end() - 2);
  }

  void add_function(ValueId x) {
    using enum ops::UnaryFn;
    constexpr std::array kFns = {Relu, Sigmoid, Tanh, Neg, HardSigmoid, Softplus};
    ops::Unary op{kFns[static_cast<std::size_t>(below(std::ssize(kFns)))]};
    if (op.fn == HardSigmoid) op.alpha = 0.25, op.beta = 0.5;
    put(op, {x});
    if (below(2) == 0) put(ops::Binary{ops::BinaryFn::Mul}, {values_.back(), x});
  }

  void add_norm(ValueId x) {
    const Shape channels{shape(x)[1]};
    const ValueId variance = graph_.add_constant(Tensor({DType::f64, channels}));
    put(ops::BatchNorm{0.25}, {x, constant(channels), constant(channels), constant(channels), variance});
  }

  void add() {
    const ValueId x = any();
    if (shape(x).rank() != 4 || shape(x)[2] < 2 || shape(x)[3] < 2) return;
    switch (below(9)) {
      case 0:
        return add_conv(x);
      case 1:
        return add_pool(x);
      case 2:
        return add_pad(x);
      case 3:
        return add_function(x);
      case 4:
        return add_norm(x);
      case 5:
        return put(ops::Unary{ops::UnaryFn::Clip, -1, 2}, {x});
      default:
        return add_arithmetic(x);
    }
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<ValueId> values_;
};

TEST(RandomLayers, KeepEveryAnswerAndComeToRest) {
  int rewritten = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    const Graph original = RandomLayers(seed).make();
    Graph graph = original;
    for (const PassRecord& record : run_pipeline(graph)) rewritten += record.rewrites;
    expect_equal_results(original, graph, 1e-8);
    Graph again = graph;
    for (const PassRecord& record : run_pipeline(again)) EXPECT_EQ(record.rewrites, 0) << record.name;
    if (::testing::Test::HasFailure()) FAIL() << text_of(original) << text_of(graph);
  }
  EXPECT_GT(rewritten, 1000);
}

}  // namespace

}  // namespace exeunt

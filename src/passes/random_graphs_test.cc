#include <random>

#include "passes/permutation.h"
#include "support/pass_test.h"

namespace exeunt {

namespace {

using namespace testing;

/// Graphs of what exporters put around convolutions, Transposes above all, wired at random; one decision.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {}

  Graph make() {
    const Shape shape{1, 1 + below(3), 1 + below(3), 2 + below(2)};
    values_.push_back(graph_.add_input("x", {DType::f64, shape}));
    for (int i = 0; i < 14; ++i) add();
    graph_.output_names = {"y", "z"};
    Decision decision;
    decision.criterion = Criterion::max_prob;
    decision.threshold = 0.5F;
    decision.input = any();
    decision.leave = 1;
    decision.stay = 2;
    graph_.tree = {decision, Exit{{any(), any()}, {}}, Exit{{values_.back(), any()}, {}}};
    remove_dead(graph_);
    return std::move(graph_);
  }

 private:
  std::int64_t below(std::int64_t limit) { return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(random_); }
  ValueId any() { return values_[static_cast<std::size_t>(below(std::ssize(values_)))]; }
  const Shape& shape(ValueId v) const { return graph_.type(v).shape; }

  ops::Ints permutation(int rank) {
    ops::Ints perm = identity_perm(rank);
    std::ranges::shuffle(perm, random_);
    return perm;
  }

  ValueId numbers_of(const Shape& shape) {
    Tensor tensor({DType::f64, shape});
    for (double& value : tensor.mutable_span<double>()) value = static_cast<double>(below(5)) / 2 - 1;
    return graph_.add_constant(std::move(tensor));
  }

  /// Constants of some of the axes.
  ValueId broadcast_to(const Shape& to) {
    Shape part = to;
    for (int axis = 0; axis < part.rank(); ++axis) {
      if (below(2) == 0) part[axis] = 1;
    }
    return numbers_of(part);
  }

  /// Neighbours joined, an axis split off or axes of size 1 put between.
  Shape regrouped(const Shape& from) {
    ops::Ints dims;
    for (const std::int64_t dim : from) {
      if (!dims.empty() && below(3) == 0) {
        dims.back() *= dim;
      } else {
        dims.push_back(dim);
      }
      if (dims.size() < 5 && below(5) == 0) dims.push_back(1);
    }
    return Shape(dims);
  }

  void add() {
    const ValueId x = any();
    const int rank = shape(x).rank();
    const std::int64_t axis = rank == 0 ? 0 : below(rank);
    const auto put = [&](const Op& op, std::vector<ValueId> operands) {
      values_.push_back(graph_.add_node(op, std::move(operands)));
    };
    switch (rank == 0 ? 4 : below(12)) {
      case 0:
      case 1:
      case 2:
        return put(ops::Transpose{permutation(rank)}, {x});
      case 3: {
        const Shape to = regrouped(shape(x));
        return put(ops::Reshape{{to.begin(), to.end()}}, {x});
      }
      case 4:
        return put(ops::Unary{ops::UnaryFn::Tanh}, {x});
      case 5:
        return put(ops::Binary{ops::BinaryFn::Mul}, {x, broadcast_to(shape(x))});
      case 6:
        return add_together(x);
      case 7:
        return put(ops::Softmax{axis}, {x});
      case 8:
        return put(ops::Reduce{ops::ReduceFn::ReduceSum, {axis}, below(2) == 0}, {x});
      case 9:
        return put(ops::Slice{{axis}, {below(shape(x)[static_cast<int>(axis)])}, {99}, {1 + below(2)}}, {x});
      case 10: {
        ops::Ints pads(static_cast<std::size_t>(2 * rank));
        pads[static_cast<std::size_t>(axis)] = 1;
        return shape(x).elements() < 100 ? put(ops::Pad{pads}, {x}) : void();
      }
      default:
        return add_product(x);
    }
  }

  /// A sum with another value of the same shape, or with a transposed one of the same dims.
  void add_together(ValueId x) {
    for (const ValueId v : values_) {
      if (v == x || shape(v) != shape(x)) continue;
      values_.push_back(graph_.add_node(ops::Binary{ops::BinaryFn::Add}, {x, v}));
      values_.push_back(graph_.add_node(ops::Concat{below(shape(x).rank())}, {v, x}));
      return;
    }
  }

  /// Somebody who cares for the order: a convolution or a matrix product.
  void add_product(ValueId x) {
    const Shape& s = shape(x);
    if (s.rank() == 4 && s.elements() > 0) {
      const ValueId w = numbers_of({2, s[1], 1, 1});
      values_.push_back(graph_.add_node(ops::Conv{{1, 1}, {0, 0, 0, 0}, {1, 1}}, {x, w}));
    } else if (s.rank() == 2) {
      values_.push_back(graph_.add_node(ops::MatMul{}, {x, numbers_of({s[1], 2})}));
    }
  }

  std::mt19937 random_;
  Graph graph_;
  std::vector<ValueId> values_;
};

TEST(RandomGraphs, PushedTransposesKeepEveryAnswer) {
  int rewritten = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const Graph original = RandomGraph(seed).make();
    Graph graph = original;
    rewritten += run_pass(graph, find_pass("push_transposes"));
    EXPECT_EQ(run_pass(graph, find_pass("push_transposes")), 0) << text_of(original);
    expect_equal_results(original, graph, 1e-9);
    if (::testing::Test::HasFailure()) FAIL() << text_of(original) << text_of(graph);
  }
  EXPECT_GT(rewritten, 400);
}

TEST(RandomGraphs, AllPassesKeepEveryAnswerAndComeToRest) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    const Graph original = RandomGraph(seed).make();
    Graph graph = original;
    run_pipeline(graph);
    expect_equal_results(original, graph, 1e-9);
    Graph again = graph;
    for (const PassRecord& record : run_pipeline(again)) EXPECT_EQ(record.rewrites, 0) << record.name;
    if (::testing::Test::HasFailure()) FAIL() << text_of(original) << text_of(graph);
  }
}

}  // namespace

}  // namespace exeunt

#include "cpu/gemm.h"

#include <algorithm>

#include "base/text.h"
#include "cpu/epilogue.h"

namespace exeunt::cpu {

namespace {

/// Where a step's operands lie among its addresses; -1: it has none.
struct ProductOperands {
  int b = -1;  ///< run-time right matrices; constant ones are packed into the arguments
  int residual = -1;
  int result = 0;
  int scratch() const noexcept { return result + 1; }
};

class ProductArgs : public StepArgs {
 public:
  /// One of the products of a batch: floats from the start of each operand.
  struct Matrix {
    std::ptrdiff_t a = 0, b = 0, y = 0;
  };

  Gemm gemm;
  GemmKernels kernels;
  std::vector<Matrix> batch;
  ProductOperands operands;
  std::ptrdiff_t b_row = 0, b_column = 0;
  PackedWeights weights;  ///< constant right matrices, then the bias in whole vectors; null: neither
  std::ptrdiff_t bias_at = -1;
  const float* packed = nullptr;  ///< constant right matrices; Matrix::b counts from here
  const float* bias = nullptr;

  void move_weights(const MoveWeights& move) override {
    if (weights == nullptr && packed == nullptr) return;
    point_to(move(weights));
  }
  void point_to(const float* at) {
    packed = at;
    bias = bias_at < 0 ? nullptr : at + bias_at;
  }
};

void run_product(const StepArgs& step, StepState*, std::byte* const* operands) noexcept {
  const auto& args = static_cast<const ProductArgs&>(step);
  const auto at = [&](int operand) { return reinterpret_cast<float*>(operands[operand]); };
  const float* a = at(0);
  const float* b = args.operands.b < 0 ? nullptr : at(args.operands.b);
  const float* residual = args.operands.residual < 0 ? nullptr : at(args.operands.residual);
  float* y = at(args.operands.result);
  std::ptrdiff_t in_scratch = -1;  // the right matrix that lies there
  for (const ProductArgs::Matrix& matrix : args.batch) {
    const float* packed = nullptr;
    if (b == nullptr) {
      packed = args.packed + matrix.b;
    } else {
      float* scratch = at(args.operands.scratch());
      if (matrix.b != in_scratch)
        args.kernels.pack(b + matrix.b, args.b_row, args.b_column, args.gemm.depth, args.gemm.columns, scratch);
      in_scratch = matrix.b;
      packed = scratch;
    }
    args.kernels.run(args.gemm, a + matrix.a, packed, args.bias, residual == nullptr ? nullptr : residual + matrix.y,
                     y + matrix.y);
  }
}

/// An operand as matrices in memory, beside the axes of a batch.
struct Matrices {
  Shape batch;
  Strides batch_strides{};
  std::int64_t rows = 1, columns = 1;
  std::int64_t row = 0, column = 0;
};

/// The last two axes are the matrix; of a vector the missing one has size 1: the first on the left, the last on the
/// right.
Matrices matrices_of(const Shape& shape, const Strides& strides, bool left) {
  Matrices m;
  const int rank = shape.rank();
  if (rank == 1) {
    (left ? m.columns : m.rows) = shape[0];
    (left ? m.column : m.row) = strides[0];
    return m;
  }
  m.batch = Shape(shape.dims().first(static_cast<std::size_t>(rank - 2)));
  std::copy(strides.begin(), strides.begin() + m.batch.rank(), m.batch_strides.begin());
  m.rows = shape[rank - 2];
  m.columns = shape[rank - 1];
  m.row = strides[static_cast<std::size_t>(rank) - 2];
  m.column = strides[static_cast<std::size_t>(rank) - 1];
  return m;
}

Matrices turned(Matrices m) {
  std::swap(m.rows, m.columns);
  std::swap(m.row, m.column);
  return m;
}

/// Strides of an operand's batch axes beside the result's.
Strides batch_strides(const Matrices& m, const Shape& batch) {
  Strides strides{};
  const int more = batch.rank() - m.batch.rank();
  for (int i = 0; i < m.batch.rank(); ++i) {
    const auto from = static_cast<std::size_t>(i);
    strides[from + static_cast<std::size_t>(more)] = m.batch[i] == 1 ? 0 : m.batch_strides[from];
  }
  return strides;
}

std::size_t packed_floats(const Gemm& gemm) {
  const int lanes = active_kernels().lanes;
  return static_cast<std::size_t>(gemm.depth) * static_cast<std::size_t>((gemm.columns + lanes - 1) / lanes * lanes);
}

/// The products of a batch, and the rows of one product: those of several that share the right matrix are one.
void lay_out_batch(ProductArgs& args, const Matrices& a, const Matrices& b, const Matrices& y) {
  Shape batch = y.batch;
  const std::array strides = {batch_strides(a, batch), batch_strides(b, batch), y.batch_strides};
  std::int64_t rows = y.rows;
  std::int64_t a_row = a.row;
  std::int64_t y_row = y.row;
  while (batch.rank() > 0) {
    const auto last = static_cast<std::size_t>(batch.rank() - 1);
    const std::int64_t count = batch[batch.rank() - 1];
    const bool follows = strides[0][last] == rows * a_row && strides[2][last] == rows * y_row;
    if (count > 1 && (strides[1][last] != 0 || (rows > 1 && !follows))) break;
    if (rows == 1) {
      a_row = strides[0][last];
      y_row = strides[2][last];
    }
    rows *= count;
    batch = Shape(batch.dims().first(last));
  }
  args.gemm.rows = static_cast<int>(rows);
  args.gemm.a_row = a_row;
  args.gemm.y_row = y_row;
  for (StridedLoop<3> loop(batch, strides); !loop.done(); loop.next())
    args.batch.push_back({loop.offset(0), loop.offset(1), loop.offset(2)});
}

/// What differs between the ops.
struct ProductSpec {
  Epilogue epilogue;
  bool trans_a = false, trans_b = false;
  float factor = 1;  ///< of the product
  float bias_factor = 1;
  const Tensor* bias = nullptr;
  std::size_t residual = 0;  ///< index of the operand; 0: none
};

/// The bias in whole vectors of columns.
void pack_bias(const ProductSpec& spec, int columns, std::span<float> to) {
  const std::span<const float> from = spec.bias->span<float>();
  for (std::size_t n = 0; n < static_cast<std::size_t>(columns); ++n)
    to[n] = spec.bias_factor * from[from.size() == 1 ? 0 : n];
}

/// What PackFn does, for a machine that is not here.
void pack_panels(const ProductArgs& args, const float* b, int lanes, float* packed) {
  const Gemm& gemm = args.gemm;
  for (int first = 0; first < gemm.columns; first += args.kernels.panel) {
    const int count = std::min(args.kernels.panel, gemm.columns - first);
    const int width = (count + lanes - 1) / lanes * lanes;
    for (int k = 0; k < gemm.depth; ++k, packed += width) {
      for (int n = 0; n < count; ++n) packed[n] = b[k * args.b_row + (first + n) * args.b_column];
    }
  }
}

/// Packs constant right matrices, each once, and the bias; lets the batch count from the matrices.
void pack_constants(ProductArgs& args, const ProductSpec& spec, const NodeView& node) {
  const Tensor* b = node.weights(1);
  const std::size_t floats = b == nullptr ? 0 : packed_floats(args.gemm);
  std::vector<std::ptrdiff_t> starts;
  for (ProductArgs::Matrix& matrix : args.batch) {
    if (b == nullptr) continue;
    const auto known = std::ranges::find(starts, matrix.b);
    const auto index = known - starts.begin();
    if (known == starts.end()) starts.push_back(matrix.b);
    matrix.b = index * static_cast<std::ptrdiff_t>(floats);
  }
  const std::size_t matrices = starts.size() * floats;
  if (spec.bias != nullptr) args.bias_at = static_cast<std::ptrdiff_t>(matrices);
  const auto fill = [&](std::span<float> to) {
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const float* from = b->span<float>().data() + starts[i];
      float* at = to.data() + i * floats;
      if (runs_here(active_kernels())) {
        args.kernels.pack(from, args.b_row, args.b_column, args.gemm.depth, args.gemm.columns, at);
      } else {
        pack_panels(args, from, active_kernels().lanes, at);
      }
    }
    for (std::size_t i = 0; i < matrices && spec.factor != 1; ++i) to[i] *= spec.factor;
    if (spec.bias != nullptr) pack_bias(spec, args.gemm.columns, to.subspan(matrices));
  };
  const auto lanes = static_cast<std::size_t>(active_kernels().lanes);
  const std::size_t bias_floats =
      spec.bias == nullptr ? 0 : (static_cast<std::size_t>(args.gemm.columns) + lanes - 1) / lanes * lanes;
  args.weights = node.packer.pack(
      b, spec.bias,
      formatted("{} panels {} {} {} {}", active_kernels().isa, spec.trans_b, spec.factor, spec.bias_factor, matrices),
      matrices + bias_floats, fill);
  args.point_to(reinterpret_cast<const float*>(args.weights->data()));
}

/// The result's layout: the one that makes a Transpose row-major if nothing but that uses it.
Layout result_layout(const NodeView& node) {
  const int rank = node.result_type().shape.rank();
  const Layout row_major = Layout::row_major(rank);
  const Node* user = nullptr;
  for (const Node& other : node.graph.nodes) {
    for (const ValueId v : other.inputs) {
      if (v != node.node.output) continue;
      if (user != nullptr) return row_major;
      user = &other;
    }
  }
  const auto* transpose = user == nullptr ? nullptr : std::get_if<ops::Transpose>(&user->op);
  if (transpose == nullptr || rank < 2 || transpose->perm.back() != rank - 1) return row_major;
  return Layout::of_order(transpose->perm);
}

Candidate make_candidate(const ProductSpec& spec, const NodeView& node) {
  const Shape& shape = node.result_type().shape;
  const Layout layout = result_layout(node);
  const auto operand = [&](std::size_t i, bool turn) {
    const Shape& s = node.operand_type(i)->shape;
    const Layout own = node.weights(i) != nullptr ? Layout::row_major(s.rank()) : node.layouts[i];
    const Matrices m = matrices_of(s, own.strides(s), i == 0);
    return turn ? turned(m) : m;
  };
  const Matrices a = operand(0, spec.trans_a);
  const Matrices b = operand(1, spec.trans_b);
  // A vector's missing axis is missing in the result too.
  Matrices y;
  y.rows = a.rows;
  y.columns = b.columns;
  const Strides strides = layout.strides(shape);
  const bool left_row = node.operand_type(0)->shape.rank() == 1;
  const bool right_column = node.operand_type(1)->shape.rank() == 1;
  const int batch_rank = shape.rank() - 2 + (left_row ? 1 : 0) + (right_column ? 1 : 0);
  y.batch = Shape(shape.dims().first(static_cast<std::size_t>(batch_rank)));
  std::copy(strides.begin(), strides.begin() + batch_rank, y.batch_strides.begin());
  y.row = left_row ? 0 : strides[static_cast<std::size_t>(batch_rank)];

  auto args = std::make_shared<ProductArgs>();
  args->kernels = active_kernels().gemm;
  Gemm& gemm = args->gemm;
  gemm.columns = static_cast<int>(y.columns);
  gemm.depth = static_cast<int>(a.columns);
  gemm.a_column = a.column;
  gemm.low = spec.epilogue.low;
  gemm.high = spec.epilogue.high;
  gemm.map = spec.epilogue.map;
  gemm.alpha = spec.epilogue.alpha;
  gemm.beta = spec.epilogue.beta;
  args->b_row = b.row;
  args->b_column = b.column;
  lay_out_batch(*args, a, b, y);
  if (node.weights(1) != nullptr || spec.bias != nullptr) pack_constants(*args, spec, node);

  Candidate candidate{formatted("{}_gemm", active_kernels().isa), run_product, nullptr, {}, layout, 0};
  candidate.uses.push_back(
      {0, node.weights(0) != nullptr ? Layout::row_major(node.operand_type(0)->shape.rank()) : node.layouts[0]});
  if (node.weights(1) == nullptr) {
    args->operands.b = static_cast<int>(candidate.uses.size());
    candidate.uses.push_back({1, node.layouts[1]});
    candidate.scratch_bytes = packed_floats(gemm) * sizeof(float);
  }
  if (spec.residual > 0) {
    args->operands.residual = static_cast<int>(candidate.uses.size());
    candidate.uses.push_back({spec.residual, layout});
  }
  args->operands.result = static_cast<int>(candidate.uses.size());
  candidate.args = std::move(args);
  return candidate;
}

}  // namespace

std::vector<Candidate> own_product_candidates(const ops::Gemm& op, const NodeView& node) {
  ProductSpec spec{.epilogue = epilogue_of_op(op), .trans_a = op.trans_a, .trans_b = op.trans_b};
  spec.factor = static_cast<float>(op.alpha);
  if (spec.factor != 1 && node.weights(1) == nullptr) return {};
  if (const TensorType* c = node.operand_type(2)) {
    const Shape& y = node.result_type().shape;
    const int rank = c->shape.rank();
    const bool is_row =
        c->shape.elements() == 1 || (rank > 0 && c->shape[rank - 1] == y[1] && c->shape.elements() == y[1]);
    if (node.weights(2) != nullptr && is_row) {
      spec.bias = node.weights(2);
      spec.bias_factor = static_cast<float>(op.beta);
    } else if (c->shape == y && op.beta == 1) {
      spec.residual = 2;
    } else {
      return {};
    }
  }
  return {make_candidate(spec, node)};
}

std::vector<Candidate> own_product_candidates(const ops::MatMul& op, const NodeView& node) {
  ProductSpec spec{.epilogue = epilogue_of_op(op), .bias = node.weights(2)};
  if (node.operand_type(2) != nullptr && spec.bias == nullptr) return {};
  if (node.operand_type(3) != nullptr) spec.residual = 3;
  return {make_candidate(spec, node)};
}

}  // namespace exeunt::cpu

#include "onnx/importer.h"

#include <algorithm>
#include <cstring>

#include "base/checksum.h"
#include "base/error.h"
#include "base/shape.h"
#include "graph/verify.h"
#include "onnx/inline_functions.h"
#include "onnx/lift_exits.h"
#include "onnx/node_context.h"
#include "onnx/tensor_proto.h"

namespace exeunt {

namespace {

constexpr std::int64_t kMinOpset = 11;
constexpr std::int64_t kMaxOpset = 23;

/// @throws Error argument unless a shape given for an input binds what the file leaves open, and nothing else
void check_given_shape(const std::vector<std::int64_t>& given, const onnx::TypeProto::Tensor& type) {
  const std::string text = fmt::format("{}", fmt::join(given, "x"));
  require(given.size() <= static_cast<std::size_t>(Shape::kMaxRank), ErrorCode::argument,
          "the shape {} has more than {} axes", text, Shape::kMaxRank);
  if (!type.has_shape()) return;
  const auto rank = static_cast<std::size_t>(type.shape().dim_size());
  require(given.size() == rank, ErrorCode::argument, "the shape {} has {} axes; in the file it has {}", text,
          given.size(), rank);
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const auto& dim = type.shape().dim(static_cast<int>(axis));
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    // The batch may always be cut to single samples.
    if (axis == 0 && given[0] == 1) continue;
    require(axis > 0 || (known && dim.dim_value() > 1), ErrorCode::argument,
            "the shape {} has {} for the batch, which stays free: give 1, and hand over as many samples as you like "
            "(--batch N)",
            text, given[0]);
    require(!known || dim.dim_value() == given[axis], ErrorCode::argument,
            "the shape {} has {} for axis {}; the file fixes it to {}", text, given[axis], axis, dim.dim_value());
  }
}

std::vector<const onnx::NodeProto*> nodes_of(const onnx::GraphProto& graph) {
  std::vector<const onnx::NodeProto*> nodes;
  for (const onnx::NodeProto& node : graph.node()) nodes.push_back(&node);
  return nodes;
}

}  // namespace

const ValueId* Scope::find(const std::string& name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer.get()) {
    if (const auto found = scope->names.find(name); found != scope->names.end()) return &found->second;
  }
  return nullptr;
}

void Scope::add(const std::string& name, ValueId value) {
  const Scope* scope = this;
  while (!scope->names.contains(name) && scope->same_graph) scope = scope->outer.get();
  require(!scope->names.contains(name), ErrorCode::format, "the name '{}' is given to two values", name);
  names.emplace(name, value);
}

bool has_free_batch(const onnx::ModelProto& model) {
  return std::ranges::any_of(model.graph().input(), [](const auto& input) {
    const auto& shape = input.type().tensor_type().shape();
    return shape.dim_size() > 0 && (!shape.dim(0).has_dim_value() || shape.dim(0).dim_value() < 0);
  });
}

Graph Importer::run(ImportNotes* notes) {
  check_header();
  read_entries();
  note_file(model_, notes_);
  Frame frame;
  frame.graph = &model_.graph();
  frame.pending = nodes_of(model_.graph());
  frame.scope = std::make_shared<Scope>();
  add_initializers(model_.graph(), *frame.scope);
  add_inputs(*frame.scope);
  for (const auto& output : model_.graph().output()) graph_.output_names.push_back(output.name());
  import_frame(std::move(frame));
  throw_problems();
  settle_decisions();
  verify(graph_);
  if (notes != nullptr) *notes = notes_;
  return std::move(graph_);
}

void Importer::check_header() {
  require(model_.has_graph(), ErrorCode::format, "holds no graph; is this an ONNX model?");
  for (const auto& entry : model_.opset_import()) {
    if (is_default_domain(entry.domain())) notes_.opset = entry.version();
  }
  notes_.producer = model_.producer_name();
  notes_.free_batch = has_free_batch(model_);
  require(notes_.opset >= kMinOpset && notes_.opset <= kMaxOpset, ErrorCode::unsupported,
          "uses opset {}; {} to {} are supported (convert it with onnx.version_converter)", notes_.opset, kMinOpset,
          kMaxOpset);
  require(model_.graph().output_size() > 0, ErrorCode::format, "the graph has no outputs");
  require(model_.graph().sparse_initializer_size() == 0, ErrorCode::unsupported,
          "sparse initializers are not supported");
}

void Importer::read_entries() {
  for (const auto& entry : model_.metadata_props()) {
    if (entry.key() != kExitsKey) continue;
    entries_ = with_context(fmt::format("metadata '{}'", kExitsKey), [&] { return parse_exit_entries(entry.value()); });
  }
}

/// What only shows once the tree is whole.
void Importer::settle_decisions() {
  for (TreeNode& node : graph_.tree) {
    if (auto* exit = std::get_if<Exit>(&node)) exit->prediction = find_prediction(graph_, *exit);
  }
  orient_predicates(graph_);
  find_temperatures(graph_, entries_ ? decisions_at_one(graph_, *entries_) : std::set<TreeId>());
  if (entries_) with_context(fmt::format("metadata '{}'", kExitsKey), [&] { apply_exit_entries(graph_, *entries_); });
}

void Importer::add_inputs(Scope& scope) {
  std::vector<const onnx::ValueInfoProto*> inputs;
  std::vector<std::string> names;
  for (const auto& input : model_.graph().input()) {
    // Before IR 4 an initializer had to be listed as an input as well; its value stands.
    if (initializers_.at(&model_.graph()).contains(input.name())) continue;
    inputs.push_back(&input);
    names.push_back(input.name());
  }
  require(!inputs.empty(), ErrorCode::unsupported, "the graph has no inputs; its answer would always be the same");
  for (const auto& given : options_.shapes) {
    require(std::ranges::find(names, given.first) != names.end(), ErrorCode::argument,
            "there is no input '{}' to give a shape; inputs: {}", given.first, fmt::join(names, ", "));
  }
  for (const onnx::ValueInfoProto* input : inputs) {
    const TensorType type = with_context(fmt::format("input '{}'", input->name()), [&] {
      const TensorType t = input_type(*input);
      checked_bytes(t);
      return t;
    });
    scope.add(input->name(), graph_.add_input(input->name(), type));
  }
}

TensorType Importer::input_type(const onnx::ValueInfoProto& input) const {
  require(input.type().has_tensor_type(), ErrorCode::unsupported,
          "is no tensor; sequences and optionals are not supported");
  const auto& tensor = input.type().tensor_type();
  const DType dtype = dtype_of_onnx(tensor.elem_type());
  if (const auto given = options_.shapes.find(input.name()); given != options_.shapes.end()) {
    check_given_shape(given->second, tensor);
    return {dtype, Shape(given->second)};
  }
  require(tensor.has_shape(), ErrorCode::shape, "has no shape in the file; give one with --shape {}=1x3x32x32",
          input.name());
  std::vector<std::int64_t> dims;
  for (const auto& dim : tensor.shape().dim()) {
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    // The first axis is the batch: decisions are made sample by sample.
    require(known || dims.empty(), ErrorCode::shape,
            "axis {} is symbolic ('{}'); give the shape with --shape {}=1x3x32x32", dims.size(), dim.dim_param(),
            input.name());
    dims.push_back(known ? dim.dim_value() : 1);
  }
  return {dtype, Shape(dims)};
}

void Importer::add_initializers(const onnx::GraphProto& graph, Scope& scope) {
  const bool fresh = !initializers_.contains(&graph);
  auto& values = initializers_[&graph];
  if (fresh) {
    for (const auto& proto : graph.initializer()) {
      with_context(fmt::format("initializer '{}'", proto.name()), [&] {
        const ValueId value = intern(tensor_of_proto(proto, options_.folder), proto.name(), true);
        require(values.emplace(proto.name(), value).second, ErrorCode::format, "is there twice");
      });
    }
  }
  scope.names.insert(values.begin(), values.end());
}

ValueId Importer::intern(Tensor tensor, const std::string& name, bool note_size) {
  return intern(std::make_shared<const Tensor>(std::move(tensor)), name, note_size);
}

ValueId Importer::intern(std::shared_ptr<const Tensor> tensor, const std::string& name, bool note_size) {
  const std::uint64_t key = checksum(tensor->view());
  const std::size_t noted_bytes = note_size ? tensor->bytes() : 0;
  notes_.constant_bytes += noted_bytes;
  const auto [first, last] = interned_.equal_range(key);
  for (auto it = first; it != last; ++it) {
    const Tensor& other = *graph_.constant(it->second);
    if (other.type() == tensor->type() && std::memcmp(other.view().data, tensor->view().data, tensor->bytes()) == 0) {
      notes_.duplicate_bytes += noted_bytes;
      return it->second;
    }
  }
  const ValueId value = graph_.add_constant(std::move(tensor), name);
  interned_.emplace(key, value);
  return value;
}

TreeId Importer::import_frame(Frame frame) {
  // Each `If` on a path is a level of recursion.
  constexpr int kMaxDepth = 1000;
  require(depth_ < kMaxDepth, ErrorCode::unsupported, "more than {} conditionals follow one another", kMaxDepth);
  ++depth_;
  import_ready(frame);
  TreeId result = kNoTree;
  if (frame.pending.empty()) {
    result = finish_frame(frame);
  } else {
    const onnx::NodeProto* conditional = take_conditional(frame);
    if (conditional == nullptr) explain_stuck(frame);
    result = import_conditional(*conditional, frame);
  }
  --depth_;
  return result;
}

/// Imports all nodes whose operands are known, but no `If`. What does not depend on an `If` is thus
/// imported once, before it, wherever it stands in the file; the tree decides later where it runs.
void Importer::import_ready(Frame& frame) {
  bool progress = true;
  while (progress) {
    progress = false;
    std::erase_if(frame.pending, [&](const onnx::NodeProto* node) {
      if (is_conditional(*node) || !is_ready(*node, *frame.scope)) return false;
      is_loop(*node) ? import_loop(*node, frame) : import_node(*node, *frame.scope);
      return progress = true;
    });
  }
}

bool Importer::is_ready(const onnx::NodeProto& node, const Scope& scope) const {
  const auto known = [&](const std::string& name) { return name.empty() || scope.find(name) != nullptr; };
  return std::ranges::all_of(node.input(), known) &&
         (!is_loop(node) || std::ranges::all_of(captured_names(node), known));
}

void Importer::import_node(const onnx::NodeProto& node, Scope& scope) {
  std::vector<ValueId> operands;
  bool poisoned = false;
  for (const std::string& name : node.input()) {
    operands.push_back(name.empty() ? kNoValue : *scope.find(name));
    poisoned = poisoned || (!name.empty() && operands.back() == kNoValue);
  }
  std::vector<ValueId> results;
  const bool known = is_default_domain(node.domain()) && find_converter(node.op_type()) != nullptr;
  if (!known) {
    report(node, "this operator is not supported", ErrorCode::unsupported);
  } else if (!poisoned) {
    try {
      results = convert(node, std::move(operands));
    } catch (const Error& error) {
      report(node, error.what(), error.code());
    }
  }
  define_outputs(node, results, scope);
}

/// Names the results of a node; none at all if it could not be imported.
void Importer::define_outputs(const onnx::NodeProto& node, const std::vector<ValueId>& results, Scope& scope) {
  for (int i = 0; i < node.output_size(); ++i) {
    if (node.output(i).empty()) continue;
    const ValueId value =
        static_cast<std::size_t>(i) < results.size() ? results[static_cast<std::size_t>(i)] : kNoValue;
    if (!results.empty() && value == kNoValue) report(node, fmt::format("has no output {}", i), ErrorCode::unsupported);
    scope.add(node.output(i), value);
  }
}

std::vector<ValueId> Importer::convert(const onnx::NodeProto& node, std::vector<ValueId> operands) {
  const std::size_t first_new = graph_.values.size();
  NodeContext context(node, opset_of(node), std::move(operands), graph_, constants_, options_.folder);
  std::vector<ValueId> results = find_converter(node.op_type())(context);
  for (ValueId& result : results) {
    Value& value = graph_.value(result);
    if (static_cast<std::size_t>(result) < first_new) continue;
    if (value.constant != nullptr) {
      const bool in_file = node.op_type() == "Constant" && noted_.insert(&node).second;
      result = intern(value.constant, value.name, in_file);
    } else if (const auto output = static_cast<int>(&result - results.data()); output < node.output_size()) {
      value.name = node.output(output);
    }
  }
  return results;
}

std::int64_t Importer::opset_of(const onnx::NodeProto& node) const {
  const auto found = opsets_.find(&node);
  return found == opsets_.end() ? notes_.opset : found->second;
}

TreeId Importer::add_exit(const Frame& frame) {
  constexpr int kMaxExits = 64;
  ++exits_;
  if (exits_ > kMaxExits) throw_problems();
  require(exits_ <= kMaxExits, ErrorCode::unsupported,
          "the conditionals multiply to more than {} exits; on the last path: {}", kMaxExits,
          fmt::join(decision_names_, ", "));
  Exit exit;
  for (const auto& output : frame.graph->output()) {
    const ValueId* value = frame.scope->find(output.name());
    require(value != nullptr, ErrorCode::format, "nothing produces the model's output '{}'", output.name());
    exit.outputs.push_back(*value);
  }
  graph_.tree.emplace_back(std::move(exit));
  return static_cast<TreeId>(graph_.tree.size()) - 1;
}

void Importer::report(const onnx::NodeProto& node, std::string_view reason, ErrorCode code) {
  const std::string domain = is_default_domain(node.domain()) ? "" : node.domain() + ".";
  std::string problem =
      fmt::format("node '{}' ({}{}-{}): {}", name_of(node), domain, node.op_type(), opset_of(node), reason);
  if (std::ranges::find(problems_, problem) != problems_.end()) return;
  if (problems_.empty()) problem_code_ = code;
  problems_.push_back(std::move(problem));
}

void Importer::throw_problems() const {
  if (problems_.empty()) return;
  if (problems_.size() == 1) throw Error(problem_code_, problems_.front());
  fail(problem_code_, "{} nodes cannot be imported:\n  {}", problems_.size(), fmt::join(problems_, "\n  "));
}

void Importer::explain_stuck(const Frame& frame) const {
  throw_problems();
  std::unordered_map<std::string, const onnx::NodeProto*> producers;
  for (const onnx::NodeProto* node : frame.pending) {
    for (const std::string& name : node->output()) producers.emplace(name, node);
  }
  // Follow an operand that is not there yet until a name has no producer or a node comes again.
  std::vector<const onnx::NodeProto*> path = {frame.pending.front()};
  for (;;) {
    std::vector<std::string> operands = captured_names(*path.back());
    operands.insert(operands.begin(), path.back()->input().begin(), path.back()->input().end());
    const auto missing = std::ranges::find_if(operands, [&](const std::string& name) {
      return !name.empty() && (frame.scope->find(name) == nullptr || producers.contains(name));
    });
    require(missing != operands.end() && producers.contains(*missing), ErrorCode::format,
            "node '{}' ({}) uses '{}', which nothing produces", name_of(*path.back()), path.back()->op_type(),
            missing != operands.end() ? *missing : "");
    const onnx::NodeProto* producer = producers.at(*missing);
    const auto again = std::ranges::find(path, producer);
    if (again != path.end()) {
      std::vector<std::string> names;
      for (auto it = again; it != path.end(); ++it) names.push_back(fmt::format("'{}'", name_of(**it)));
      fail(ErrorCode::format, "the graph has a cycle through {}", fmt::join(names, ", "));
    }
    path.push_back(producer);
  }
}

Graph import_onnx(const onnx::ModelProto& model, const ImportOptions& options, ImportNotes* notes) {
  if (model.functions_size() == 0) return Importer(model, options, {}).run(notes);
  const InlinedModel inlined = inline_functions(model);
  for (const auto& [node, opset] : inlined.opsets) {
    require(opset >= kMinOpset && opset <= kMaxOpset, ErrorCode::unsupported,
            "node '{}' of a function uses opset {}; {} to {} are supported", node->name(), opset, kMinOpset, kMaxOpset);
  }
  return Importer(inlined.model, options, inlined.opsets).run(notes);
}

}  // namespace exeunt

#include <exeunt/tools/compose.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "compose/nest.h"
#include "compose/reach.h"
#include "compose/score.h"
#include "onnx/exit_metadata.h"
#include "onnx/import.h"

namespace exeunt {

namespace {

/// Each decision takes three levels of the file's nesting, of which protobuf reads a hundred.
constexpr std::size_t kMaxExits = 30;
/// From this version on weights need not be inputs as well; opset 11 came with it.
constexpr std::int64_t kMinIrVersion = 6;

std::vector<ExitSettings> settings_of(const ComposeOptions& options, std::size_t decisions) {
  std::vector<ExitSettings> settings = options.settings;
  if (settings.size() == 1) settings.assign(decisions, settings.front());
  require(settings.size() == decisions, ErrorCode::argument,
          "{} settings are given for {} decision{}; one, or one each", settings.size(), decisions,
          decisions == 1 ? "" : "s");
  for (std::size_t i = 0; i < decisions; ++i) {
    require(settings[i].criterion != CriterionKind::predicate, ErrorCode::argument,
            "decision {}: a predicate is what a file computes; pick max_prob, margin, entropy or patience", i);
    require(!std::isnan(settings[i].threshold), ErrorCode::argument, "decision {}: the threshold is no number", i);
    require(std::isfinite(settings[i].temperature) && settings[i].temperature > 0, ErrorCode::argument,
            "decision {}: the temperature is {}; it has to be above 0", i, settings[i].temperature);
  }
  return settings;
}

/// Checks the heads and makes them alike: all probabilities, or all logits.
ScoredHeads score_heads(Network& network, const std::vector<Head>& heads) {
  std::vector<TensorFacts> facts;
  for (const Head& head : heads) {
    facts.push_back(network.check_head(head));
    require(Reach(network.graph()).depends_on_input(head.tensor), ErrorCode::argument,
            "{}: head '{}' does not depend on the input", head.file, head.name);
    const Shape& first = facts.front().type.shape;
    require(facts.back().type.shape == first, ErrorCode::shape,
            "the heads differ in classes: '{}' of {} is {}, '{}' of {} is {}", heads.front().name, heads.front().file,
            facts.front().type.str(), head.name, head.file, facts.back().type.str());
  }
  for (std::size_t i = 1; i < heads.size(); ++i) {
    if (facts[i].work >= facts[i - 1].work) continue;
    network.notes().push_back(
        fmt::format("head '{}' takes more work than '{}', the one after it; are they in the order of the exits?",
                    heads[i - 1].name, heads[i].name));
  }
  ScoredHeads scored;
  scored.classes = facts.front().type.shape[1];
  scored.probabilities = std::ranges::any_of(facts, &TensorFacts::probabilities);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    if (facts[i].probabilities == scored.probabilities) {
      scored.tensors.push_back(heads[i].tensor);
    } else {
      scored.tensors.push_back(add_softmax(network, heads[i].tensor, heads[i].tensor + "_probabilities"));
      network.notes().push_back(
          fmt::format("{}: head '{}' gives logits and another one probabilities; a Softmax was added", heads[i].file,
                      heads[i].name));
    }
  }
  return scored;
}

/// The importer must find the decisions that were meant.
void check_result(const onnx::ModelProto& model, const InputShapes& shapes, std::size_t decisions) {
  const Graph graph = import_onnx(model, {.shapes = shapes, .folder = "."});
  const auto found = static_cast<std::size_t>(
      std::ranges::count_if(graph.tree, [](const TreeNode& node) { return std::holds_alternative<Decision>(node); }));
  require(found == decisions, ErrorCode::internal, "the composed model has {} decisions instead of {}", found,
          decisions);
}

Composition finish(Network& network, const std::vector<Head>& heads, const ComposeOptions& options,
                   const std::filesystem::path& out) {
  require(heads.size() >= 2, ErrorCode::argument, "{} exit is given; an early-exit model has two or more",
          heads.size());
  require(heads.size() <= kMaxExits, ErrorCode::unsupported, "{} exits are given; a file nests {} at most",
          heads.size(), kMaxExits);
  const std::vector<ExitSettings> settings = settings_of(options, heads.size() - 1);
  const ScoredHeads scored = score_heads(network, heads);
  ConditionWriter conditions(network, scored);
  ExitTensors tensors;
  tensors.predictions = scored.tensors;
  for (std::size_t i = 0; i + 1 < heads.size(); ++i) tensors.leaves.push_back(conditions.add(i, settings[i]));
  onnx::ModelProto model = nest_exits(network, tensors, scored.classes);
  model.set_ir_version(std::max(model.ir_version(), kMinIrVersion));
  onnx::StringStringEntryProto& metadata = *model.add_metadata_props();
  metadata.set_key(std::string(kExitsKey));
  metadata.set_value(exit_entries_text(settings));
  check_result(model, network.shapes(), settings.size());
  write_onnx(model, out);

  Composition result;
  for (std::size_t i = 0; i < heads.size(); ++i)
    result.exits.push_back({heads[i].name, heads[i].file, i < settings.size() ? settings[i] : ExitSettings{}});
  for (const auto& input : model.graph().input()) result.inputs.push_back(input.name());
  for (const auto& output : model.graph().output()) result.outputs.push_back(output.name());
  result.classes = scored.classes;
  result.probabilities = scored.probabilities;
  result.opset = network.part().opset;
  result.notes = network.notes();
  return result;
}

void check_order(std::span<const ComposePart> parts) {
  using Role = ComposePart::Role;
  require(!parts.empty() && parts.front().role == Role::common, ErrorCode::argument,
          "the first part is the common one, from the model's input on");
  require(std::ranges::count(parts, Role::common, &ComposePart::role) == 1, ErrorCode::argument,
          "there is more than one common part; what follows it on the trunk comes by --then");
  require(parts.back().role == Role::exit, ErrorCode::argument, "{}: no exit follows it; the last part is an exit",
          parts.back().path.string());
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    require(parts[i].role != Role::then || parts[i + 1].role != Role::then, ErrorCode::argument,
            "{}: no exit stands between it and {}", parts[i].path.string(), parts[i + 1].path.string());
  }
}

}  // namespace

Composition compose_heads(const std::filesystem::path& model, std::span<const std::string> heads,
                          const ComposeOptions& options, const std::filesystem::path& out) {
  Part part = read_part(model);
  std::vector<Head> found;
  for (const std::string& head : heads) {
    require_tensor(part, head);
    require(std::ranges::find(found, head, &Head::name) == found.end(), ErrorCode::argument,
            "{}: head '{}' is given twice", part.file, head);
    found.push_back({head, head, part.file});
  }
  const std::int64_t opset = part.opset;
  Network network(std::move(part), opset, options.shapes, options.transpose);
  for (Head& head : found) head.tensor = network.tensor_of(head.name);
  return finish(network, found, options, out);
}

Composition compose_parts(std::span<const ComposePart> parts, const ComposeOptions& options,
                          const std::filesystem::path& out) {
  check_order(parts);
  std::vector<Part> read;
  for (const ComposePart& part : parts) read.push_back(read_part(part.path));
  const std::int64_t opset = common_opset(read);
  std::string trunk = only_output(read.front());
  require_tensor(read.front(), trunk);
  Network network(std::move(read.front()), opset, options.shapes, options.transpose);
  trunk = network.tensor_of(trunk);
  std::vector<Head> heads;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const Head head{"", only_output(read[i]), read[i].file};
    const std::string output = network.attach(std::move(read[i]), trunk);
    if (parts[i].role == ComposePart::Role::then) {
      trunk = output;
    } else {
      heads.push_back({output, head.name, head.file});
    }
  }
  return finish(network, heads, options, out);
}

Composition compose_backbone(const std::filesystem::path& backbone, const std::string& at,
                             const std::filesystem::path& head, const ComposeOptions& options,
                             const std::filesystem::path& out) {
  std::vector<Part> read;
  read.push_back(read_part(backbone));
  read.push_back(read_part(head));
  const std::int64_t opset = common_opset(read);
  require_tensor(read[0], at);
  Head own{"", only_output(read[0]), read[0].file};
  Head side{"", only_output(read[1]), read[1].file};
  Network network(std::move(read[0]), opset, options.shapes, options.transpose);
  own.tensor = network.tensor_of(own.name);
  side.tensor = network.attach(std::move(read[1]), network.tensor_of(at));
  return finish(network, {side, own}, options, out);
}

}  // namespace exeunt

#include <exeunt/tools/inspect.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct InspectCommand {
  ModelOptions model;
  std::string stage;
};

Json tree_json(const Inspection& inspection, int segment) {
  const SegmentInfo& info = inspection.segments[static_cast<std::size_t>(segment)];
  if (info.exit >= 0) return {{"exit", info.exit}};
  return {{"decision", info.decision},
          {"leave", tree_json(inspection, info.leave)},
          {"stay", tree_json(inspection, info.stay)}};
}

Json exits_json(const Inspection& inspection) {
  Json exits = Json::array();
  for (std::size_t e = 0; e < inspection.exits.size(); ++e) {
    Json outputs = Json::array();
    for (const TensorType& type : inspection.exits[e].outputs) outputs.push_back(to_json(type));
    const ExitCost& cost = inspection.costs[e];
    exits.push_back({{"outputs", outputs},
                     {"classes", inspection.exits[e].classes},
                     {"macs", cost.macs},
                     {"weight_bytes", cost.weight_bytes},
                     {"layers", cost.layers}});
  }
  return exits;
}

Json steps_json(const Inspection& inspection) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    const StepInfo& step = inspection.steps[i];
    Json refused = Json::array();
    for (const RefusalInfo& refusal : step.refusals)
      refused.push_back({{"backend", refusal.backend}, {"reason", refusal.reason}});
    steps.push_back({{"id", i},
                     {"name", step.name},
                     {"op", step.op},
                     {"kernel", step.kernel},
                     {"backend", step.backend},
                     {"segment", step.segment},
                     {"result", to_json(step.result)},
                     {"layout", step.layout},
                     {"macs", step.macs},
                     {"bytes", step.bytes},
                     {"refused", refused}});
  }
  return steps;
}

Json inspection_json(const Inspection& inspection) {
  Json inputs = Json::array();
  for (const InputInfo& input : inspection.inputs) {
    Json entry = to_json(input.type);
    entry["name"] = input.name;
    if (!input.order.empty()) entry["order"] = input.order;
    inputs.push_back(entry);
  }
  Json decisions = Json::array();
  for (const DecisionInfo& d : inspection.decisions) {
    decisions.push_back(
        {{"name", d.name}, {"criterion", d.criterion}, {"threshold", to_json(d.threshold)}, {"tunable", d.tunable}});
  }
  Json layers = Json::array();
  for (const LayerInfo& layer : inspection.layers) {
    layers.push_back({{"name", layer.name},
                      {"op", layer.op},
                      {"result", to_json(layer.result)},
                      {"segment", layer.segment},
                      {"macs", layer.macs}});
  }
  Json warnings = Json::array();
  for (const Warning& w : inspection.warnings) {
    warnings.push_back({{"code", w.code}, {"node", w.node}, {"message", w.message}, {"hint", w.hint}});
  }
  Json passes = Json::array();
  for (const PassInfo& pass : inspection.passes) passes.push_back({{"name", pass.name}, {"rewrites", pass.rewrites}});
  double macs = 0;
  for (const LayerInfo& layer : inspection.layers) macs += layer.macs;
  return {{"file", inspection.file},
          {"opset", inspection.opset},
          {"producer", inspection.producer},
          {"conditionals", inspection.conditionals},
          {"folded_conditionals", inspection.folded_conditionals},
          {"inputs", inputs},
          {"outputs", inspection.outputs},
          {"exits", exits_json(inspection)},
          {"decisions", decisions},
          {"tree", tree_json(inspection, 0)},
          {"layers", layers},
          {"steps", steps_json(inspection)},
          {"macs", macs},
          {"parameters", inspection.parameters},
          {"parameter_bytes", inspection.parameter_bytes},
          {"arena_bytes", inspection.arena_bytes},
          {"peak_live_bytes", inspection.peak_live_bytes},
          {"passes", passes},
          {"warnings", warnings}};
}

void print_tree(const Inspection& inspection, int segment, const std::string& indent, const std::string& label) {
  const SegmentInfo& info = inspection.segments[static_cast<std::size_t>(segment)];
  if (info.exit >= 0) {
    const auto e = static_cast<std::size_t>(info.exit);
    const ExitCost& cost = inspection.costs[e];
    const double last = inspection.costs.back().macs;
    const bool compare = inspection.costs.size() > 1 && last > 0;
    fmt::print("{}{}exit {}   {} MACs{}, {} of weights\n", indent, label, e, count_text(cost.macs),
               compare ? fmt::format(" ({} of the last exit's)", percent(cost.macs / last)) : "",
               bytes_text(static_cast<double>(cost.weight_bytes)));
    return;
  }
  const DecisionInfo& decision = inspection.decisions[static_cast<std::size_t>(info.decision)];
  const std::string test =
      decision.tunable ? fmt::format("{} > {}", decision.criterion, decision.threshold) : "predicate of the model";
  fmt::print("{}{}decision {}   {}   (node '{}')\n", indent, label, info.decision, test, decision.name);
  print_tree(inspection, info.leave, indent + "  ", "leave -> ");
  print_tree(inspection, info.stay, indent + "  ", "stay  -> ");
}

std::string conditionals_text(const Inspection& inspection) {
  if (inspection.conditionals == 0) return "no If";
  std::string text = fmt::format("{} If{}", inspection.conditionals, inspection.conditionals == 1 ? "" : "s");
  if (inspection.folded_conditionals > 0)
    text += fmt::format(", {} with a constant condition", inspection.folded_conditionals);
  return text;
}

/// The end of a long name, where exporters put what tells nodes apart.
std::string shortened(const std::string& name) {
  constexpr std::size_t kLength = 36;
  return name.size() <= kLength ? name : "..." + name.substr(name.size() - kLength + 3);
}

/// Nodes about which the same is to be said come together.
void print_warnings(const Inspection& inspection) {
  constexpr std::size_t kShown = 3;
  const auto& all = inspection.warnings;
  const auto alike = [](const Warning& a, const Warning& b) { return a.code == b.code && a.message == b.message; };
  for (auto w = all.begin(); w != all.end(); ++w) {
    const auto same = [&](const Warning& other) { return alike(*w, other); };
    if (std::any_of(all.begin(), w, same)) continue;
    std::vector<std::string> nodes;
    for (auto other = w; other != all.end(); ++other) {
      if (same(*other) && !other->node.empty()) nodes.push_back(fmt::format("'{}'", shortened(other->node)));
    }
    const std::size_t more = nodes.size() - std::min(nodes.size(), kShown);
    const std::string label = nodes.empty()       ? ""
                              : nodes.size() == 1 ? " node "
                                                  : fmt::format(" {} nodes ", nodes.size());
    nodes.resize(nodes.size() - more);
    fmt::print("\nwarning [{}]{}{}{}: {}\n  {}\n", w->code, label, fmt::join(nodes, ", "),
               more > 0 ? fmt::format(" and {} more", more) : "", w->message, w->hint);
  }
}

/// How the network reads the axes that the caller hands, if it reads them in another order.
std::string order_text(const InputInfo& input) {
  if (input.order.empty()) return "";
  Shape read = input.type.shape;
  for (std::size_t k = 0; k < input.order.size(); ++k) {
    read[static_cast<int>(input.order[k])] = input.type.shape[static_cast<int>(k)];
  }
  return fmt::format("  (read as {}, at no cost)", read.str());
}

void print_summary(const Inspection& inspection) {
  fmt::print("{}: opset {}, made by {}, {}\n\n", inspection.file, inspection.opset,
             inspection.producer.empty() ? "?" : inspection.producer, conditionals_text(inspection));
  for (const InputInfo& input : inspection.inputs)
    fmt::print("input   {}  {}{}\n", input.type.str(), input.name, order_text(input));
  for (std::size_t k = 0; k < inspection.outputs.size(); ++k) {
    fmt::print("output  {}  {}\n", inspection.exits.back().outputs[k].str(), inspection.outputs[k]);
  }
  fmt::print("\n");
  print_tree(inspection, 0, "", "");
  fmt::print("\n{} layers in {} steps, {} parameters ({}), arena {} (peak of live bytes {})\n",
             inspection.layers.size(), inspection.steps.size(), count_text(static_cast<double>(inspection.parameters)),
             bytes_text(static_cast<double>(inspection.parameter_bytes)),
             bytes_text(static_cast<double>(inspection.arena_bytes)),
             bytes_text(static_cast<double>(inspection.peak_live_bytes)));
  print_warnings(inspection);
}

void print_steps(const Inspection& inspection) {
  Table table({"id", "segment", "op", "kernel", "result", "layout", "MACs", "name"}, {2, 3, 4, 5, 7});
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    const StepInfo& step = inspection.steps[i];
    table.add({std::to_string(i), std::to_string(step.segment), step.op,
               step.backend == "ref" ? "ref:" + step.kernel : step.kernel, step.result.str(), step.layout,
               step.macs > 0 ? count_text(step.macs) : "", shortened(step.name)});
  }
  fmt::print("{}", table.str());
  std::map<std::string, std::vector<std::size_t>> refused;
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    for (const RefusalInfo& refusal : inspection.steps[i].refusals)
      refused[fmt::format("{} refused: {}", refusal.backend, refusal.reason)].push_back(i);
  }
  if (!refused.empty()) fmt::print("\n");
  for (const auto& [what, steps] : refused)
    fmt::print("{} (step{} {})\n", what, steps.size() == 1 ? "" : "s", fmt::join(steps, ", "));
  fmt::print("\narena {} bytes, peak of live bytes {}\n", inspection.arena_bytes, inspection.peak_live_bytes);
}

void execute(const InspectCommand& command) {
  const Model model = command.model.load();
  if (command.model.json) {
    Json json = inspection_json(inspect(model, {command.model.backend}));
    if (command.stage == "import") json["text"] = graph_text(model, GraphStage::imported);
    if (command.stage == "graph") json["text"] = graph_text(model, GraphStage::canonical);
    return print_json(json);
  }
  if (command.stage == "import") {
    fmt::print("{}", graph_text(model, GraphStage::imported));
  } else if (command.stage == "graph") {
    fmt::print("{}", graph_text(model, GraphStage::canonical));
  } else if (command.stage == "plan") {
    print_steps(inspect(model, {command.model.backend}));
  } else {
    print_summary(inspect(model, {command.model.backend}));
  }
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto command = std::make_shared<InspectCommand>();
  CLI::App& sub = *app.add_subcommand("inspect", "Show inputs, exits, decisions, layers and the plan of a model");
  command->model.add_to(sub);
  sub.add_option("--stage", command->stage, "print the graph as imported, the canonical graph, or the plan's steps")
      ->check(CLI::IsMember({"import", "graph", "plan"}));
  sub.footer(
      "\nExamples:\n  exeunt inspect model.onnx\n  exeunt inspect model.onnx --stage plan\n  exeunt inspect model.onnx "
      "--json");
  sub.callback([command, &action] { action = [command] { execute(*command); }; });
}

}  // namespace exeunt::cli

#include <exeunt/tools/calibrate.h>
#include <exeunt/tools/inspect.h>
#include <exeunt/tools/profile.h>

#include <fmt/format.h>

#include "commands.h"
#include "inspect_report.h"
#include "inspect_text.h"
#include "json.h"
#include "options.h"
#include "progress.h"

namespace exeunt::cli {

namespace {

struct InspectCommand {
  ModelOptions model;
  SampleOptions samples;
  ReportOptions report;
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
                     {"parameters", cost.parameters},
                     {"weight_bytes", cost.weight_bytes},
                     {"moved_bytes", cost.moved_bytes},
                     {"layers", cost.layers},
                     {"steps", cost.steps}});
  }
  return exits;
}

Json steps_json(const Inspection& inspection) {
  Json steps = Json::array();
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    const StepInfo& step = inspection.steps[i];
    Json refused = Json::array();
    Json rivals = Json::array();
    for (const RivalInfo& rival : step.rivals)
      rivals.push_back(
          {{"kernel", rival.kernel}, {"us", rival.us > 0 ? Json(rival.us) : Json()}, {"reason", rival.reason}});
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
                     {"nodes", step.nodes},
                     {"reads", step.reads},
                     {"us", step.us > 0 ? Json(step.us) : Json()},
                     {"gmacs", step.us > 0 ? Json(step.macs / step.us / 1e3) : Json()},
                     {"rivals", rivals},
                     {"refused", refused}});
  }
  return steps;
}

Json inspection_json(const Inspection& inspection, const Plan& plan) {
  Json inputs = Json::array();
  for (const InputInfo& input : inspection.inputs) {
    Json entry = to_json(input.type);
    entry["name"] = input.name;
    if (!input.order.empty()) entry["order"] = input.order;
    inputs.push_back(entry);
  }
  Json decisions = Json::array();
  for (const DecisionInfo& d : inspection.decisions) {
    decisions.push_back({{"name", d.name},
                         {"criterion", d.criterion},
                         {"threshold", to_json(d.threshold)},
                         {"temperature", d.temperature},
                         {"enabled", d.enabled},
                         {"looks_at", !d.tunable        ? "bool"
                                      : d.probabilities ? "probabilities"
                                                        : "logits"},
                         {"classes", d.classes},
                         {"tunable", d.tunable},
                         {"combine", d.combine}});
  }
  Json layers = Json::array();
  for (const LayerInfo& layer : inspection.layers) {
    layers.push_back({{"name", layer.name},
                      {"op", layer.op},
                      {"result", to_json(layer.result)},
                      {"segment", layer.segment},
                      {"macs", layer.macs},
                      {"nodes", layer.nodes}});
  }
  Json passes = Json::array();
  for (const PassInfo& pass : inspection.passes) passes.push_back({{"name", pass.name}, {"rewrites", pass.rewrites}});
  double macs = 0;
  for (const LayerInfo& layer : inspection.layers) macs += layer.macs;
  return {{"file", inspection.file},
          {"isa", plan.isa()},
          {"precision", plan.precision()},
          {"computes_in", plan.computes_in()},
          {"threads", plan.threads()},
          {"opset", inspection.opset},
          {"producer", inspection.producer},
          {"batch", {{"free", inspection.free_batch}, {"obstacle", inspection.batch_obstacle}}},
          {"conditionals", inspection.conditionals},
          {"folded_conditionals", inspection.folded_conditionals},
          {"file_bytes", inspection.file_bytes},
          {"metadata_bytes", inspection.metadata_bytes},
          {"imported_nodes", inspection.imported_nodes},
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
          {"packed_bytes", inspection.packed_bytes},
          {"peak_gmacs", inspection.peak_gmacs > 0 ? Json(inspection.peak_gmacs) : Json()},
          {"passes", passes},
          {"warnings", to_json(inspection.warnings)}};
}

/// A built plan keeps its own settings; sessions get the others.
void show_settings(const ExitOptions& exits, const Plan& plan, Inspection& inspection) {
  Session session(plan);
  exits.apply(session);
  for (std::size_t i = 0; i < inspection.decisions.size(); ++i) {
    const ExitSettings& chosen = session.exit_settings()[i];
    DecisionInfo& shown = inspection.decisions[i];
    shown.criterion = criterion_kind_name(chosen.criterion);
    shown.threshold = chosen.threshold;
    shown.temperature = chosen.temperature;
    shown.enabled = chosen.enabled;
  }
}

/// A plan's own graph is the canonical one.
void execute_plan(const InspectCommand& command) {
  const Plan plan = command.model.plan(command.samples);
  if (command.stage == "import")
    throw Error(ErrorCode::unsupported,
                fmt::format("{}: a built plan does not hold the file as it was imported", command.model.path));
  Inspection inspection = inspect(plan);
  inspection.file = command.model.path;
  show_settings(command.model.exits, plan, inspection);
  if (!command.report.out.empty()) write_report(command.report, command.model, command.samples, {plan, inspection, {}});
  if (command.model.json) {
    Json json = inspection_json(inspection, plan);
    // What only the file knows that it was built from.
    for (const char* key :
         {"opset", "producer", "conditionals", "folded_conditionals", "metadata_bytes", "imported_nodes", "passes"})
      json.erase(key);
    if (command.stage == "graph") json["text"] = graph_text(plan);
    return print_json(json);
  }
  if (command.stage == "graph") {
    fmt::print("{}", graph_text(plan));
  } else if (command.stage == "plan") {
    print_steps(inspection);
  } else {
    print_summary(inspection, plan);
  }
}

/// Builds a plan, and writes the page about it if asked to.
Looked look_at(const InspectCommand& command, const Model& model) {
  const BuildOptions options = command.model.build_options(model, command.samples);
  const Plan plan = command.model.build_with(model, options);
  Looked looked{plan, inspect(model, plan), {}};
  if (options.optimization_level > 0) looked.inspection.peak_gmacs = measure_machine_peaks().f32;
  if (options.calibration != nullptr) looked.calibration_shares = options.calibration->exit_shares;
  if (!command.report.out.empty()) write_report(command.report, command.model, command.samples, looked);
  return looked;
}

void execute(const InspectCommand& command) {
  command.model.check_outputs({{"--report", command.report.out}}, {{"--data", file_of_data(command.report.data)}});
  if (is_plan(command.model.path)) return execute_plan(command);
  const Model model = command.model.load();
  const auto look = [&] { return look_at(command, model); };
  if (command.model.json) {
    const Looked looked = look();
    Json json = inspection_json(looked.inspection, looked.plan);
    if (command.stage == "import") json["text"] = graph_text(model, GraphStage::imported);
    if (command.stage == "graph") json["text"] = graph_text(model, GraphStage::canonical);
    return print_json(json);
  }
  if (command.stage == "import" || command.stage == "graph") {
    if (!command.report.out.empty()) look();
    fmt::print("{}", graph_text(model, command.stage == "import" ? GraphStage::imported : GraphStage::canonical));
  } else if (command.stage == "plan") {
    print_steps(look().inspection);
  } else {
    const Looked looked = look();
    print_summary(looked.inspection, looked.plan);
  }
}

}  // namespace

void add_inspect(CLI::App& app, Action& action) {
  auto command = std::make_shared<InspectCommand>();
  CLI::App& sub = *app.add_subcommand("inspect", "Show inputs, exits, decisions, layers and the plan of a model");
  command->model.add_to(sub);
  sub.add_option("--stage", command->stage, "print the graph as imported, the canonical graph, or the plan's steps")
      ->check(CLI::IsMember({"import", "graph", "plan"}));
  command->report.add_to(sub);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt inspect model.onnx\n  exeunt inspect model.onnx --stage plan\n  exeunt inspect model.onnx "
      "--json\n  exeunt inspect model.onnx --report page.html --data cifar10:DIR\n  exeunt inspect model.onnx --report "
      "page.html --versus int8 --calib cifar10:DIR\n  exeunt inspect torch.onnx --report page.html --versus "
      "tflite.onnx");
  sub.callback([command, &action] {
    command->report.check();
    command->model.builds_another = command->report.builds_model(command->model.path);
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

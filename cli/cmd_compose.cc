#include <exeunt/model.h>
#include <exeunt/tools/compose.h>

#include <exeunt/tools/report.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <unordered_map>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct ComposeCommand {
  std::string model;
  std::vector<std::string> heads;
  std::vector<std::string> common;
  std::vector<std::string> then;
  std::vector<std::string> exits;
  std::string backbone;
  std::string at;
  std::string head;
  bool flatten = false;
  std::vector<std::string> criteria;
  std::vector<float> thresholds;
  std::vector<float> temperatures;
  bool transpose = false;
  std::vector<std::string> shapes;
  std::string out;
  bool json = false;
  std::vector<ComposePart> parts;  ///< common, then and exits in the order of the command line
};

const std::vector<std::string> kCriteria = {"max_prob", "margin", "entropy", "patience"};

/// One value for all decisions, or one each.
template <class T>
T value_at(const std::vector<T>& values, std::size_t i) {
  return values.size() == 1 ? values.front() : values[i];
}

std::vector<ExitSettings> settings_of(const ComposeCommand& command) {
  const std::size_t count = std::max({command.criteria.size(), command.thresholds.size(), command.temperatures.size()});
  const auto check = [&](std::size_t given, const char* option) {
    if (given != 1 && given != count)
      throw CLI::ValidationError(option, fmt::format("{} values, where another option has {}; one, or one for each "
                                                     "decision",
                                                     given, count));
  };
  check(command.criteria.size(), "--criterion");
  check(command.thresholds.size(), "--threshold");
  check(command.temperatures.size(), "--temperature");
  std::vector<ExitSettings> settings;
  for (std::size_t i = 0; i < count; ++i) {
    settings.push_back({.criterion = *parse_criterion_kind(value_at(command.criteria, i)),
                        .threshold = value_at(command.thresholds, i),
                        .temperature = value_at(command.temperatures, i)});
  }
  return settings;
}

Composition compose(const ComposeCommand& command) {
  if (command.flatten) return flatten_exits(command.model, command.out);
  ComposeOptions options{.settings = settings_of(command), .transpose = command.transpose};
  options.shapes = parsed_shapes(command.shapes);
  if (!command.model.empty()) return compose_heads(command.model, command.heads, options, command.out);
  if (!command.backbone.empty())
    return compose_backbone(command.backbone, command.at, command.head, options, command.out);
  return compose_parts(command.parts, options, command.out);
}

Json composed_exit_json(const ComposedExit& exit, bool decides, const ExitInfo* info) {
  Json json = {{"head", exit.head}, {"file", exit.file}};
  if (decides) {
    json["criterion"] = criterion_kind_name(exit.settings.criterion);
    json["threshold"] = cli::to_json(exit.settings.threshold);
    json["temperature"] = cli::to_json(exit.settings.temperature);
  }
  if (info != nullptr) json["macs"] = info->macs;
  return json;
}

std::string rule_text(const ExitSettings& settings) {
  std::string text = fmt::format("{} > {}", criterion_kind_name(settings.criterion), settings.threshold);
  if (settings.temperature != 1) text += fmt::format(" at temperature {}", settings.temperature);
  return text;
}

void print_table(const ComposeCommand& command, const Composition& result, const std::vector<ExitInfo>& exits) {
  fmt::print("{}: {} {}, outputs {}, opset {}\n\n", command.out, result.exits.size(),
             command.flatten ? "heads" : "exits", fmt::join(result.outputs, ", "), result.opset);
  if (command.flatten) return;
  constexpr std::size_t kTensorNameLength = 40;
  Table table({"", "head", "file", "leaves if", "MACs"}, {0, 1, 2, 3});
  for (std::size_t i = 0; i < result.exits.size(); ++i) {
    const ComposedExit& exit = result.exits[i];
    const bool decides = i + 1 < result.exits.size();
    table.add({fmt::format("exit {}", i), shortened(exit.head, kTensorNameLength),
               shortened(exit.file, kTensorNameLength), decides ? rule_text(exit.settings) : "it comes here",
               i < exits.size() ? count_text(exits[i].macs) : ""});
  }
  fmt::print("{}", table.str());
}

const char* part_option(ComposePart::Role role) {
  using Role = ComposePart::Role;
  return role == Role::common ? "--common" : role == Role::then ? "--then" : "--exit";
}

void execute(const ComposeCommand& command) {
  std::vector<NamedFile> read = {
      {"--model", command.model}, {"--backbone", command.backbone}, {"--head", command.head}};
  for (const ComposePart& part : command.parts) read.push_back({part_option(part.role), part.path.string()});
  check_outputs(std::array{NamedFile{"-o", command.out}}, read);
  const Composition result = compose(command);
  for (const std::string& note : result.notes) fmt::print(stderr, "note: {}\n", printable(note));
  // What the written file costs, as every other command sees it.
  std::vector<ExitInfo> exits;
  if (!command.flatten) {
    LoadOptions options;
    options.shapes = parsed_shapes(command.shapes);
    exits = Model::load(command.out, options).exits();
  }
  if (!command.json) return print_table(command, result, exits);
  Json list = Json::array();
  for (std::size_t i = 0; i < result.exits.size(); ++i) {
    const bool decides = !command.flatten && i + 1 < result.exits.size();
    list.push_back(composed_exit_json(result.exits[i], decides, i < exits.size() ? &exits[i] : nullptr));
  }
  Json json = {{"model", command.out},      {"exits", list},         {"inputs", result.inputs},
               {"outputs", result.outputs}, {"opset", result.opset}, {"notes", result.notes}};
  if (!command.flatten) {
    json["classes"] = result.classes;
    json["probabilities"] = result.probabilities;
  }
  print_json(json);
}

/// Parts in the order in which they were given, over three options.
std::vector<ComposePart> parts_in_order(const CLI::App& app, const ComposeCommand& command) {
  using Role = ComposePart::Role;
  struct Kind {
    Role role;
    const std::vector<std::string>* files;
    std::size_t used = 0;
  };
  std::unordered_map<std::string, Kind> kinds = {{"--common", {Role::common, &command.common}},
                                                 {"--then", {Role::then, &command.then}},
                                                 {"--exit", {Role::exit, &command.exits}}};
  std::vector<ComposePart> parts;
  for (const CLI::Option* option : app.parse_order()) {
    const auto kind = kinds.find(option->get_name());
    if (kind == kinds.end() || kind->second.used >= kind->second.files->size()) continue;
    parts.push_back({kind->second.role, (*kind->second.files)[kind->second.used++]});
  }
  return parts;
}

/// What the options have to be together: wrong usage, not a failure.
void check_usage(const CLI::App& app, const ComposeCommand& command) {
  const int ways = static_cast<int>(app.count("--model")) + static_cast<int>(app.count("--backbone")) +
                   (app.count("--common") > 0 ? 1 : 0);
  if (ways != 1)
    throw CLI::ValidationError("compose",
                               "give --model with --heads, --common with --exit, or --backbone with --at and --head");
  const auto needs = [&](const char* option, std::initializer_list<const char*> others) {
    for (const char* other : others) {
      if (app.count(option) > 0 && app.count(other) == 0) throw CLI::RequiresError(option, other);
    }
  };
  needs("--common", {"--exit"});
  needs("--backbone", {"--at", "--head"});
  if (command.flatten) {
    for (const char* other : {"--backbone", "--common", "--heads", "--criterion", "--threshold", "--temperature"}) {
      if (app.count(other) > 0) throw CLI::ExcludesError("--flatten", other);
    }
    return;
  }
  needs("--model", {"--heads"});
  if (command.thresholds.empty()) throw CLI::RequiredError("--threshold");
}

void add_sources(CLI::App& sub, ComposeCommand& command) {
  sub.add_option("--model", command.model, "one network with several outputs; with --flatten: an early-exit model")
      ->type_name("MODEL.onnx");
  sub.add_option("--heads", command.heads, "its class scores (outputs, or any tensors), in the order of the exits")
      ->delimiter(',')
      ->type_name("NAME,NAME")
      ->needs("--model");
  const auto add_part = [&](const char* name, std::vector<std::string>& files, const char* text) {
    sub.add_option(name, files, text)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false)
        ->type_name("PART.onnx");
  };
  add_part("--common", command.common, "the first part of a network that was exported in parts");
  add_part("--then", command.then, "the next part of the trunk, behind the part of the trunk before it");
  add_part("--exit", command.exits, "a head on the trunk so far; the last one may hold the rest of the network");
  sub.add_option("--backbone", command.backbone, "a plain network to get an exit")->type_name("MODEL.onnx");
  sub.add_option("--at", command.at, "the tensor of it that the head takes")->needs("--backbone")->type_name("TENSOR");
  sub.add_option("--head", command.head, "the head of the exit")->needs("--backbone")->type_name("HEAD.onnx");
  sub.add_flag("--flatten", command.flatten, "the way back: a network with all heads as outputs");
}

void add_settings(CLI::App& sub, ComposeCommand& command) {
  sub.add_option("--criterion", command.criteria, "how sure a sample is, for all decisions or for each (max_prob)")
      ->delimiter(',')
      ->check(CLI::IsMember(kCriteria))
      ->type_name("C,...");
  sub.add_option("--threshold", command.thresholds, "a sample leaves above it, for all decisions or for each")
      ->delimiter(',')
      ->check(finite_number())
      ->type_name("T,...");
  sub.add_option("--temperature", command.temperatures, "class scores are divided by it before the softmax (1)")
      ->delimiter(',')
      ->check(CLI::PositiveNumber)
      ->check(finite_number())
      ->type_name("T,...");
  sub.add_flag("--transpose", command.transpose, "put a Transpose where NHWC meets NCHW");
  add_shape_option(sub, command.shapes);
}

}  // namespace

void add_compose(CLI::App& app, Action& action) {
  auto command = std::make_shared<ComposeCommand>();
  CLI::App& sub = *app.add_subcommand("compose", "Make an early-exit model of plain networks, or take one apart");
  add_sources(sub, *command);
  add_settings(sub, *command);
  sub.add_option("-o,--output", command->out, "the model to write")
      ->required()
      ->check(ends_with({".onnx"}))
      ->type_name("OUT.onnx");
  sub.add_flag("--json", command->json, "one JSON document on stdout");
  sub.footer(
      "\nThe order of --common, --then and --exit is that of the network. docs/compose.md shows what is written.\n\n"
      "Examples:\n  exeunt compose --model heads.onnx --heads exit1,dense --threshold 0.9 -o early.onnx\n"
      "  exeunt compose --common common.onnx --exit branch1.onnx --exit branch2.onnx --threshold 0.9 -o early.onnx\n"
      "  exeunt compose --common s1.onnx --exit b1.onnx --then s2.onnx --exit b2.onnx --exit rest.onnx --criterion "
      "margin --threshold 0.5,0.4 -o early.onnx\n"
      "  exeunt compose --backbone net.onnx --at relu_7 --head head.onnx --threshold 0.8 -o early.onnx\n"
      "  exeunt compose --model early.onnx --flatten -o heads.onnx");
  sub.callback([command, &sub, &action] {
    check_usage(sub, *command);
    if (command->criteria.empty()) command->criteria = {"max_prob"};
    if (command->temperatures.empty()) command->temperatures = {1};
    if (!command->flatten) settings_of(*command);
    command->parts = parts_in_order(sub, *command);
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

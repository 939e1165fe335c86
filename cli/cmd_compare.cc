#include <exeunt/tools/compare.h>
#include <exeunt/tools/evaluate.h>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct CompareCommand {
  ModelOptions model;
  SampleOptions samples;
  std::string against = "reference";
  std::vector<std::string> inputs;
  std::string data;
  std::int64_t limit = 0;
  double tolerance = 1e-4;
  bool bisect = false;
};

constexpr std::int64_t kRandomSamples = 4;
constexpr std::int64_t kDataSamples = 16;
constexpr std::size_t kNameLength = 52;

std::string extension(const std::string& file) { return std::filesystem::path(file).extension().string(); }

Json difference_json(const Difference& difference) {
  return {{"max_abs", to_json(std::optional(difference.max_abs))},
          {"max_rel", to_json(std::optional(difference.max_rel))},
          {"past", difference.past}};
}

Json step_json(const StepDifference& step) {
  Json json = {{"name", step.name}, {"op", step.op}};
  json.update(difference_json(step.difference));
  return json;
}

Json bisection_json(const Bisection& bisection) {
  Json passes = Json::array();
  for (const PassDifference& pass : bisection.passes) {
    Json row = {{"pass", pass.pass}, {"limit", pass.limit}, {"rewrites", pass.rewrites}};
    row.update(difference_json(pass.difference));
    passes.push_back(row);
  }
  const Json first = bisection.first_past < 0 ? Json(nullptr) : passes[static_cast<std::size_t>(bisection.first_past)];
  return {{"passes", passes}, {"first_past", first}};
}

Json comparison_json(const CompareCommand& command, const Comparison& result,
                     const std::optional<Bisection>& bisection) {
  Json steps = Json::array();
  for (const StepDifference& step : result.steps) steps.push_back(step_json(step));
  const auto at = [&](int index) { return index < 0 ? Json(nullptr) : steps[static_cast<std::size_t>(index)]; };
  Json json = {{"model", command.model.path},
               {"backend", command.model.backend},
               {"ours", result.ours},
               {"theirs", result.theirs},
               {"samples", result.samples},
               {"tolerance", command.tolerance},
               {"steps", steps},
               {"worst", at(result.worst)},
               {"first_past", at(result.first_past)},
               {"other_exits", result.other_exits},
               {"close_calls", result.close_calls}};
  if (bisection) json["bisect"] = bisection_json(*bisection);
  return json;
}

std::string number(double value) { return value == 0 ? "0" : fmt::format("{:.1e}", value); }
std::string mark(const Difference& difference) { return difference.past ? "past" : ""; }

void print_step_differences(const Comparison& result) {
  Table table({"", "op", "name", "max_abs", "max_rel", ""}, {1, 2, 5});
  for (std::size_t i = 0; i < result.steps.size(); ++i) {
    const StepDifference& step = result.steps[i];
    table.add({std::to_string(i), step.op, shortened(step.name, kNameLength), number(step.difference.max_abs),
               number(step.difference.max_rel), mark(step.difference)});
  }
  fmt::print("{}", table.str());
}

void print_bisection(const Bisection& bisection) {
  Table table({"after pass", "limit", "rewrites", "max_abs", "max_rel", ""}, {0, 5});
  for (const PassDifference& pass : bisection.passes) {
    table.add({pass.pass, std::to_string(pass.limit), std::to_string(pass.rewrites), number(pass.difference.max_abs),
               number(pass.difference.max_rel), mark(pass.difference)});
  }
  fmt::print("\noutputs on the reference, against those of the graph as imported:\n{}", table.str());
  if (bisection.first_past < 0) {
    fmt::print("\nno pass takes the outputs past the tolerance\n");
    return;
  }
  const PassDifference& pass = bisection.passes[static_cast<std::size_t>(bisection.first_past)];
  fmt::print("\nthe first pass that does is {}: --pass-limit {} has it, --pass-limit {} has not\n", pass.pass,
             pass.limit, pass.limit - 1);
}

void print_verdict(const CompareCommand& command, const Comparison& result) {
  if (result.other_exits > 0) {
    fmt::print("\n{} of {} samples take another exit", result.other_exits, result.samples);
    if (result.close_calls > 0) fmt::print("; {} of them are as close to a threshold as that", result.close_calls);
    fmt::print("\n");
  }
  if (result.worst < 0) return;
  const StepDifference& worst = result.steps[static_cast<std::size_t>(result.worst)];
  fmt::print("\nworst: {} '{}', max_abs {}, max_rel {}\n", worst.op, shortened(worst.name, kNameLength),
             number(worst.difference.max_abs), number(worst.difference.max_rel));
  if (result.first_past < 0)
    fmt::print("all {} are within the tolerance of {}\n", result.steps.size(), command.tolerance);
}

std::vector<Tensor> read_arrays(const CompareCommand& command, const Model& model) {
  std::vector<Tensor> arrays;
  for (std::size_t k = 0; k < command.inputs.size(); ++k) {
    Tensor array = read_npy(command.inputs[k]);
    const bool known = k < model.inputs().size() && array.dtype() != model.inputs()[k].type.dtype;
    arrays.push_back(known ? cast_array(array.view(), model.inputs()[k].type.dtype) : std::move(array));
  }
  return arrays;
}

/// The first samples of the data set as one array.
Tensor read_data(const CompareCommand& command, const Model& model) {
  return with_source(command.data, [&] {
    const std::int64_t limit = command.limit > 0 ? command.limit : kDataSamples;
    const Dataset data = Dataset::open(command.data, command.samples.format(model.inputs().front()), limit);
    TensorType type = model.inputs().front().type;
    if (model.inputs().size() != 1 || type.shape.rank() == 0 || type.shape[0] != 1)
      throw Error(ErrorCode::argument, "a data set feeds a model with one input and a batch axis; use --input");
    type.shape[0] = data.size();
    Tensor samples(type);
    data.read(0, data.size(), samples.mutable_view());
    return samples;
  });
}

std::vector<Tensor> samples_of(const CompareCommand& command, const Model& model) {
  if (!command.inputs.empty()) return read_arrays(command, model);
  if (command.data.empty()) return random_samples(model, command.limit > 0 ? command.limit : kRandomSamples);
  std::vector<Tensor> inputs;
  inputs.push_back(read_data(command, model));
  return inputs;
}

/// The model's answers on a data set against those of a file.
Comparison compare_with_answers(const CompareCommand& command, const Plan& plan, Progress& progress) {
  Session session(plan);
  const Arrays expected = read_npz(command.against);
  const Dataset data = with_source(command.data, [&] {
    return Dataset::open(command.data, command.samples.format(plan.inputs().front()), command.limit);
  });
  EvaluateOptions options;
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  const Evaluation answers = with_source(command.data, [&] { return evaluate(session, data, options); });
  std::vector<float> thresholds;
  for (const DecisionInfo& decision : plan.decisions()) thresholds.push_back(decision.threshold);
  Comparison result = with_source(
      command.against, [&] { return compare_answers(answers.by_sample, expected, thresholds, command.tolerance); });
  result.ours = command.model.backend;
  result.theirs = command.against;
  return result;
}

/// A difference is a failure, so that scripts need not read the table.
void check(const CompareCommand& command, const Comparison& result, const std::optional<Bisection>& bisection) {
  if (result.first_past >= 0) {
    const StepDifference& step = result.steps[static_cast<std::size_t>(result.first_past)];
    throw Error(ErrorCode::internal,
                fmt::format("{}: {} '{}' is the first to leave the tolerance of {}: max_abs {}, max_rel {}",
                            command.model.path, step.op, step.name, command.tolerance, number(step.difference.max_abs),
                            number(step.difference.max_rel)));
  }
  if (!bisection || bisection->first_past < 0) return;
  const PassDifference& pass = bisection->passes[static_cast<std::size_t>(bisection->first_past)];
  throw Error(ErrorCode::internal, fmt::format("{}: after pass {} (limit {}) the outputs leave the tolerance of {}",
                                               command.model.path, pass.pass, pass.limit, command.tolerance));
}

void execute(const CompareCommand& command) {
  std::vector<NamedFile> read = {{"--data", file_of_data(command.data)}, {"--against", command.against}};
  for (const std::string& input : command.inputs) read.push_back({"--input", input});
  command.model.check_outputs({}, read);
  const Model model = command.model.load();
  Progress progress("compare");
  CompareOptions options;
  options.build = command.model.build_options(model, command.samples);
  options.tolerance = command.tolerance;
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  const bool with_answers = extension(command.against) == ".npz";
  const std::vector<Tensor> inputs =
      with_answers && !command.bisect ? std::vector<Tensor>{} : samples_of(command, model);
  const Comparison result = with_answers ? compare_with_answers(command, Plan::build(model, options.build), progress)
                            : command.against == "reference"
                                ? compare_backends(model, inputs, options)
                                : compare_models(model, command.model.load(command.against), inputs, options);
  std::optional<Bisection> bisection;
  if (command.bisect) bisection = bisect_passes(model, inputs, options);
  progress.clear();
  if (command.model.json) {
    print_json(comparison_json(command, result, bisection));
  } else {
    fmt::print("{}: {} against {}, {} sample{}\n\n", std::filesystem::path(command.model.path).filename().string(),
               command.model.backend, command.against, result.samples, result.samples == 1 ? "" : "s");
    print_step_differences(result);
    print_verdict(command, result);
    if (bisection) print_bisection(*bisection);
  }
  // The table before the error, where both go to one place.
  std::fflush(stdout);
  check(command, result, bisection);
}

}  // namespace

void add_compare(CLI::App& app, Action& action) {
  auto command = std::make_shared<CompareCommand>();
  CLI::App& sub = *app.add_subcommand("compare", "Compare a model with the reference, another model or saved answers");
  command->model.add_to(sub);
  sub.add_option("--against", command->against,
                 "reference: the slow backend, step by step; MODEL.onnx: its outputs and steps of equal name; "
                 "FILE.npz: answers as `eval --save` writes them")
      ->capture_default_str()
      ->check([](const std::string& text) {
        const bool known = text == "reference" || extension(text) == ".onnx" || extension(text) == ".npz";
        return known ? std::string() : fmt::format("'{}' is neither reference, nor an .onnx or .npz file", text);
      })
      ->type_name("WHAT");
  CLI::Option* input =
      sub.add_option("--input", command->inputs, "NumPy array, first axis counts samples; once for each input")
          ->check(ends_with({".npy"}))
          ->type_name("FILE.npy");
  sub.add_option("--data", command->data, "samples of a data set instead, as in eval")
      ->excludes(input)
      ->type_name("SRC");
  sub.add_option("--limit", command->limit,
                 fmt::format("so many samples (random ones without --input and --data: {}; of a data set: {}, all "
                             "against answers)",
                             kRandomSamples, kDataSamples))
      ->check(at_least(1))
      ->excludes(input)
      ->type_name("N");
  sub.add_option("--tolerance", command->tolerance,
                 "a step is past it if its largest difference is larger, absolutely and over its largest value")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("T");
  sub.add_flag("--bisect", command->bisect, "find the first pass after which the outputs leave the tolerance");
  command->samples.add_to(sub);
  sub.footer(
      "\nAll exits are compared, whatever the scores. Exit code 1: something is past the tolerance.\n\nExamples:\n  "
      "exeunt compare model.onnx\n  exeunt compare model.onnx --data cifar10:DIR --limit 64 --bisect\n  exeunt compare "
      "model.onnx --against other.onnx --tolerance 1e-3\n  exeunt compare model.onnx --against answers.npz --data "
      "cifar10:DIR");
  sub.callback([command, &action] {
    if (extension(command->against) == ".npz" && command->data.empty())
      throw CLI::ValidationError("--against", "answers by sample need the samples: give --data SRC");
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

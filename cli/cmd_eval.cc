#include <exeunt/tools/evaluate.h>
#include <exeunt/tools/verdict.h>

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "commands.h"
#include "deadline_text.h"
#include "drift_text.h"
#include "json.h"
#include "nan_text.h"
#include "options.h"
#include "progress.h"
#include "table.h"
#include "verdict_text.h"

namespace exeunt::cli {

namespace {

struct EvalCommand {
  ModelOptions model;
  RunOptions run;
  SampleOptions samples;
  std::string data;
  std::int64_t limit = 0;
  std::string part;
  std::string save;
  std::string against;
  bool all_exits = false;
  std::optional<double> deadline_us;
};

/// What there is to tell.
struct Findings {
  Evaluation measured;
  std::optional<Verdict> verdict;
  std::optional<DriftReport> drift;  ///< with a tuning file
};

constexpr std::size_t kMaxPrintedClasses = 20;

/// "1/2": part 1 of 2 parts, numbered from 0.
std::optional<std::pair<std::int64_t, std::int64_t>> parse_part(const std::string& text) {
  const std::vector<std::string> numbers = CLI::detail::split(text, '/');
  std::int64_t part = 0;
  std::int64_t parts = 0;
  const bool fits = numbers.size() == 2 && CLI::detail::lexical_cast(numbers[0], part) &&
                    CLI::detail::lexical_cast(numbers[1], parts) && part >= 0 && part < parts;
  return fits ? std::optional(std::pair(part, parts)) : std::nullopt;
}

std::string check_part(const std::string& text) {
  return parse_part(text) ? "" : fmt::format("'{}' is not of the form K/N with K from 0 to N - 1", text);
}

/// What the measured heads say about the exits; the paths to them are measured in turns for it.
std::optional<Verdict> find_verdict(const EvalCommand& command, const Session& session, const Dataset& data,
                                    const Evaluation& result) {
  const Plan& plan = session.plan();
  const bool chain = !plan.decisions().empty() && plan.exits().size() == plan.decisions().size() + 1;
  // A deadline changes who leaves where: the mix is not that of the thresholds.
  if (result.heads.empty() || !result.accuracy || !chain || command.run.batch > 1 || command.deadline_us)
    return std::nullopt;
  Evidence evidence;
  evidence.accuracy = *result.accuracy;
  for (const ExitReport& exit : result.exits) evidence.shares.push_back(exit.share);
  for (const HeadReport& head : result.heads) evidence.head_accuracies.push_back(head.accuracy.value_or(0));
  for (const ExitSettings& settings : session.exit_settings()) evidence.enabled.push_back(settings.enabled);
  constexpr double kSeconds = 1;
  const Tensor samples = bench_samples(data, plan);
  return judge(evidence, measure_paths(plan, std::span(&samples, 1), kSeconds));
}

Json latency_json(const LatencySummary& latency) {
  return {{"mean", latency.mean}, {"p50", latency.p50}, {"p90", latency.p90}, {"p99", latency.p99}};
}

Json evaluation_json(const EvalCommand& command, const Findings& findings) {
  const Evaluation& result = findings.measured;
  Json exits = Json::array();
  for (const ExitReport& exit : result.exits) {
    exits.push_back({{"samples", exit.samples},
                     {"share", exit.share},
                     {"accuracy", to_json(exit.accuracy)},
                     {"latency_us", latency_json(exit.latency_us)}});
  }
  Json json = {{"model", command.model.path},
               {"data", command.data},
               {"backend", command.model.backend},
               {"batch", command.run.batch},
               {"samples", result.samples},
               {"nan_samples", result.nan_samples.count},
               {"accuracy", to_json(result.accuracy)},
               {"exits", exits},
               {"latency_us", latency_json(result.latency_us)}};
  if (!result.heads.empty()) {
    json["heads"] = Json::array();
    for (const HeadReport& head : result.heads) {
      json["heads"].push_back({{"accuracy", to_json(head.accuracy)}, {"latency_us", latency_json(head.latency_us)}});
    }
  }
  if (findings.verdict) json["verdict"] = to_json(*findings.verdict);
  if (result.deadline) json["deadline"] = to_json(*result.deadline);
  if (findings.drift) json["drift"] = to_json(*findings.drift);
  if (!result.confusion.empty()) json["confusion"] = result.confusion;
  if (result.against) {
    json["against"] = {{"model", command.against},
                       {"accuracy", to_json(result.against->accuracy)},
                       {"time_ratio", result.against->time_ratio},
                       {"agreement", result.against->agreement},
                       {"latency_us", latency_json(result.against->latency_us)},
                       {"late_path_extra_us", to_json(result.against->late_path_extra_us)}};
  }
  return json;
}

std::string accuracy_text(const std::optional<double>& accuracy) { return accuracy ? percent(*accuracy) : "-"; }

std::vector<std::string> row(const std::string& name, const std::string& samples, const std::string& share,
                             const std::optional<double>& accuracy, const LatencySummary& latency) {
  const bool timed = latency.mean > 0;
  const auto us = [&](double value) { return timed ? microseconds(value) : "-"; };
  return {name, samples, share, accuracy_text(accuracy), us(latency.mean), us(latency.p50), us(latency.p99)};
}

void print_exits(const EvalCommand& command, const Evaluation& result) {
  Table table({"", "samples", "share", "accuracy", "mean us", "p50 us", "p99 us"});
  for (std::size_t e = 0; e < result.exits.size(); ++e) {
    const ExitReport& exit = result.exits[e];
    table.add(row(fmt::format("exit {}", e), std::to_string(exit.samples), percent(exit.share), exit.accuracy,
                  exit.latency_us));
  }
  table.add_rule();
  table.add(row("mix", std::to_string(result.samples), percent(1), result.accuracy, result.latency_us));
  for (std::size_t e = 0; e < result.heads.size(); ++e) {
    table.add(row(fmt::format("exit {} always", e), std::to_string(result.samples), "", result.heads[e].accuracy,
                  result.heads[e].latency_us));
  }
  if (result.against) {
    const std::string name = std::filesystem::path(command.against).filename().string();
    table.add(row(name, std::to_string(result.samples), "", result.against->accuracy, result.against->latency_us));
  }
  fmt::print("{}", table.str());
}

void print_comparison(const EvalCommand& command, const Evaluation& result) {
  if (!result.against || result.against->latency_us.mean <= 0) return;
  const AgainstReport& other = *result.against;
  const std::string name = std::filesystem::path(command.against).filename().string();
  fmt::print("\nThe mix takes {:.2f} of the time of {}, the same class on {} of the samples", other.time_ratio, name,
             percent(other.agreement));
  if (result.accuracy && other.accuracy)
    fmt::print(", {:+.1f} points of accuracy", (*result.accuracy - *other.accuracy) * 100);
  fmt::print(".\n");
  if (other.late_path_extra_us)
    fmt::print("Samples that take the last exit pay {:+.1f} us against it (median of pairs).\n",
               *other.late_path_extra_us);
}

void print_confusion(const Evaluation& result, const std::vector<std::string>& names) {
  const std::size_t classes = result.confusion.size();
  if (classes == 0 || classes > kMaxPrintedClasses) return;
  const auto name = [&](std::size_t c) { return c < names.size() ? names[c] : std::to_string(c); };
  std::vector<std::string> header = {"label \\ answer"};
  for (std::size_t c = 0; c < classes; ++c) header.push_back(name(c));
  Table table(header);
  for (std::size_t label = 0; label < classes; ++label) {
    std::vector<std::string> cells = {name(label)};
    for (const std::int64_t count : result.confusion[label]) cells.push_back(count == 0 ? "." : std::to_string(count));
    table.add(std::move(cells));
  }
  fmt::print("\n{}", table.str());
}

void print(const EvalCommand& command, const Findings& findings, const std::vector<std::string>& class_names) {
  const Evaluation& result = findings.measured;
  fmt::print("{} on {}, {} samples, backend {}\n\n", std::filesystem::path(command.model.path).filename().string(),
             command.data, result.samples, command.model.backend);
  print_exits(command, result);
  print_comparison(command, result);
  if (result.deadline) fmt::print("\n{}", deadline_text(*result.deadline));
  if (findings.verdict) {
    fmt::print("\n{}{}", verdict_text(*findings.verdict),
               wrapped("(Times of the verdict: each path run many times over, in turns, without the slowest 1 %. In "
                       "the table: every sample once.)",
                       1));
  }
  if (findings.drift) print_drift(*findings.drift);
  print_confusion(result, class_names);
  if (!command.save.empty()) fmt::print("\nsaved to {}\n", command.save);
}

void execute(const EvalCommand& command) {
  command.model.check_outputs({{"--save", command.save}},
                              {{"--data", file_of_data(command.data)}, {"--against", command.against}});
  const Plan plan = command.model.plan(command.samples);
  const Dataset data = with_source(command.data, [&] {
    const Dataset all = Dataset::open(command.data, command.samples.format(plan.inputs().front()), command.limit);
    if (all.size() == 0) throw Error(ErrorCode::argument, "there are no samples in it to measure with");
    const auto part = parse_part(command.part);
    return part ? all.part(part->first, part->second) : all;
  });
  Session session = command.run.open(plan, command.model.exits, data.size());
  std::optional<Session> other;
  if (!command.against.empty()) {
    const Plan other_plan = command.model.other_plan(command.against, command.samples);
    if (other_plan.inputs().front().type != plan.inputs().front().type) {
      throw Error(ErrorCode::shape,
                  fmt::format("--against {}: its input is {}, not {}", command.against,
                              other_plan.inputs().front().type.str(), plan.inputs().front().type.str()));
    }
    other.emplace(other_plan, SessionOptions{session.max_batch(), command.run.scope()});
  }
  Progress progress("eval");
  EvaluateOptions options;
  options.batch = command.run.batch;
  options.all_exits = command.all_exits;
  options.deadline_us = command.deadline_us;
  options.against = other ? &*other : nullptr;
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  Findings findings;
  findings.measured = with_source(command.data, [&] { return evaluate(session, data, options); });
  progress.clear();
  const NanSamples& nans = findings.measured.nan_samples;
  // Of a part, the samples keep the numbers that they have in the whole.
  const auto [part, parts] = parse_part(command.part).value_or(std::pair<std::int64_t, std::int64_t>{0, 1});
  warn_of_nans(command.data, nans, data.size(), part + nans.first * parts);
  findings.verdict = find_verdict(command, session, data, findings.measured);
  if (!command.model.exits.tuning.empty())
    findings.drift = check_drift(command.model.exits, command.run, session, findings.measured);
  if (!command.save.empty()) write_npz(command.save, findings.measured.by_sample);
  if (command.model.json) return print_json(evaluation_json(command, findings));
  print(command, findings, data.class_names());
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
  auto command = std::make_shared<EvalCommand>();
  CLI::App& sub = *app.add_subcommand("eval", "Measure accuracy, exits and latency on a data set");
  command->model.add_to(sub);
  sub.add_option("--data", command->data,
                 "cifar10:DIR[:train|:test], npz:FILE (x, y), images:DIR (a folder a class), random or zeros")
      ->required()
      ->type_name("SRC");
  sub.add_option("--limit", command->limit, "at most so many samples")->check(at_least(1))->type_name("N");
  sub.add_option("--part", command->part, "only samples K, K + N, K + 2N, ...: 1/2 are those that `tune` holds out")
      ->check(check_part)
      ->type_name("K/N");
  sub.add_option("--save", command->save, "save exit, top1, score and probabilities of every sample")
      ->check(ends_with({".npz"}))
      ->type_name("FILE.npz");
  sub.add_flag("--all-exits", command->all_exits,
               "also measure each exit on all samples, and say whether the exits pay");
  sub.add_option("--against", command->against,
                 "another model on the same samples in turns, for instance the same network without exits")
      ->type_name("MODEL");
  add_deadline_option(sub, command->deadline_us);
  command->run.add_to(sub);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt eval model.onnx --data cifar10:DIR\n  exeunt eval model.onnx --data npz:test.npz "
      "--threshold 0.8,0.7 --all-exits\n"
      "  exeunt eval model.onnx --data images:DIR --resize --against without_exits.onnx --json\n"
      "  exeunt eval model.onnx --data cifar10:DIR --tuning tuned.json --deadline-us 100");
  sub.callback([command, &action] {
    if (command->deadline_us && command->run.batch > 1)
      throw CLI::ValidationError("--deadline-us: a deadline is for one sample; it does not go with --batch above 1");
    command->model.builds_another = !command->against.empty() && !is_plan(command->against);
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

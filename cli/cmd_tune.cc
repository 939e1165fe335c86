#include <exeunt/tools/report.h>
#include <exeunt/tools/tune.h>
#include <exeunt/tools/tuning.h>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <thread>

#include "commands.h"
#include "nan_text.h"
#include "options.h"
#include "precision_text.h"
#include "progress.h"
#include "tune_text.h"

namespace exeunt::cli {

namespace {

using Kind = TuneBudget::Kind;

struct TuneCommand {
  ModelOptions model;
  SampleOptions samples;
  std::string data;
  std::int64_t limit = 0;
  std::string drop;
  std::string accuracy;
  double latency_us = 0;
  double p99_us = 0;
  std::string out;
  std::string report;
  std::int64_t batch = 32;
  int streams = 0;
  double duration_s = 3;
  TuneOptions options;
  bool all_samples = false;
};

constexpr double kPoint = 0.01;

/// "0.5", "0.5%"
std::optional<double> parse_points(std::string text) {
  if (text.ends_with('%')) text.pop_back();
  double value = 0;
  if (text.empty() || !CLI::detail::lexical_cast(text, value) || !std::isfinite(value)) return std::nullopt;
  return value * kPoint;
}

/// "84.5%", "84.5" and "0.845" are the same accuracy.
std::optional<double> parse_accuracy(const std::string& text) {
  std::optional<double> share = parse_points(text);
  if (share && !text.ends_with('%') && *share <= kPoint) share = *share / kPoint;
  return share && *share >= 0 && *share <= 1 ? share : std::nullopt;
}

std::string check_points(const std::string& text) {
  const std::optional<double> points = parse_points(text);
  if (!points) return fmt::format("'{}' is no number of points", text);
  return *points >= 0 ? ""
                      : fmt::format(
                            "'{}' is below 0: to ask for more than the last exit's accuracy use "
                            "--min-accuracy",
                            text);
}
std::string check_accuracy(const std::string& text) {
  return parse_accuracy(text) ? "" : fmt::format("'{}' is no accuracy: 84.5 (percent) or 0.845", text);
}
std::string check_us(const std::string& text) {
  double value = 0;
  const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value > 0;
  return fits ? "" : fmt::format("'{}' is no number of microseconds above 0", text);
}

TuneBudget budget_of(const TuneCommand& command) {
  if (!command.drop.empty()) return {Kind::accuracy_drop, *parse_points(command.drop)};
  if (!command.accuracy.empty()) return {Kind::min_accuracy, *parse_accuracy(command.accuracy)};
  if (command.latency_us > 0) return {Kind::mean_latency_us, command.latency_us};
  return {Kind::p99_latency_us, command.p99_us};
}

std::string budget_text(const TuneBudget& budget) {
  switch (budget.kind) {
    case Kind::accuracy_drop:
      return fmt::format("lose at most {:g} points of accuracy", budget.limit / kPoint);
    case Kind::min_accuracy:
      return fmt::format("at least {:g} % right", budget.limit / kPoint);
    case Kind::mean_latency_us:
      return fmt::format("at most {:g} us on average", budget.limit);
    case Kind::p99_latency_us:
      return fmt::format("99 % of the runs within {:g} us", budget.limit);
  }
  return {};
}

struct OpenData {
  std::string source;
  Dataset data;
};

/// CIFAR-10's training part unless a part is named; the test part, with a note, where it is missing.
OpenData open_data(const TuneCommand& command, const Plan& plan) {
  const SampleFormat format = command.samples.format(plan.inputs().front());
  const auto open = [&](const std::string& source) {
    return OpenData{source, with_source(source, [&] { return Dataset::open(source, format, command.limit); })};
  };
  const std::string& source = command.data;
  if (!source.starts_with("cifar10:") || source.ends_with(":train") || source.ends_with(":test")) return open(source);
  try {
    return open(source + ":train");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::file) throw;
    OpenData data = open(source + ":test");
    fmt::print(stderr, "note: {}; thresholds are fitted on half of the test batch\n", error.what());
    return data;
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

HeadAnswers collect(const TuneCommand& command, const Plan& plan, const Dataset& data) {
  const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const int streams = command.streams > 0 ? command.streams : std::max(1, cores / plan.threads());
  const auto with_batch = [&](std::int64_t batch) {
    std::vector<Session> sessions;
    for (int s = 0; s < streams; ++s) sessions.emplace_back(plan, SessionOptions{.max_batch = batch});
    Progress progress("heads");
    HeadAnswers answers =
        collect_heads(sessions, data, [&](std::int64_t done, std::int64_t total) { progress.update(done, total); });
    progress.clear();
    return answers;
  };
  try {
    return with_batch(command.batch);
  } catch (const Error& error) {
    // Models that mix their samples take them one by one.
    if (error.code() != ErrorCode::unsupported || command.batch == 1) throw;
    return with_batch(1);
  }
}

PathCosts measure(const TuneCommand& command, const Plan& plan, const Dataset& data) {
  Progress progress("latencies");
  const Tensor samples = bench_samples(data, plan);
  return measure_paths(plan, std::span(&samples, 1), command.duration_s,
                       [&](std::int64_t done, std::int64_t total) { progress.update(done, total); });
}

Evaluation run_chosen(const Plan& plan, const Dataset& data, const Tuned& tuned) {
  Session session(plan);
  session.set_exit_settings(tuned.chosen.settings);
  Progress progress("check");
  EvaluateOptions options;
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  return evaluate(session, data, options);
}

/// @param measured  a run with what was chosen: what it took is what the file promises
Tuning tuning_of(const Tuned& tuned, const std::optional<Evaluation>& measured) {
  Tuning tuning;
  tuning.exits = tuned.chosen.settings;
  tuning.shares = tuned.chosen.held_out.shares;
  tuning.accuracy = tuned.chosen.held_out.accuracy;
  tuning.latency_us = measured ? measured->latency_us.mean : tuned.chosen.held_out.latency_us;
  for (const auto& counts : tuned.score_counts) tuning.scores.push_back({0, 1, counts});
  return tuning;
}

void write_results(const TuneCommand& command, const Plan& plan, TuneFindings& findings) {
  if (command.out.ends_with(".onnx")) {
    write_tuned_model(command.model.path, findings.tuned.chosen.settings, command.out, command.model.load_options());
  } else {
    save_tuning(tuning_of(findings.tuned, findings.measured), command.out);
  }
  findings.written.push_back(command.out);
  if (command.report.empty()) return;
  const std::string machine = fmt::format("{}, {}, {} thread{}", plan.isa(), precision_text(plan), plan.threads(),
                                          plan.threads() == 1 ? "" : "s");
  save_text(tune_page(findings.tuned, {std::filesystem::path(command.model.path).filename().string(), findings.data,
                                       machine, findings.budget, command.options.budget}),
            command.report);
  findings.written.push_back(command.report);
}

void check_output(const TuneCommand& command) {
  if (!command.out.ends_with(".onnx")) return;
  const char* const hint = "write a tuning file (.json), which every command reads with --tuning";
  if (is_plan(command.model.path))
    throw Error(ErrorCode::argument, fmt::format("{}: a plan holds no ONNX model to write; {}", command.out, hint));
  if (command.options.temperatures)
    throw Error(ErrorCode::argument,
                fmt::format("{}: temperatures cannot be written into the model; {}", command.out, hint));
}

void execute(const TuneCommand& given) {
  TuneCommand command = given;
  // A criterion to look for thresholds of: not one for those at hand.
  if (!command.model.exits.criterion.empty())
    command.options.criterion = parse_criterion_kind(command.model.exits.criterion);
  command.model.exits.criterion.clear();
  command.model.check_outputs({{"-o", command.out}, {"--report", command.report}},
                              {{"--data", file_of_data(command.data)}});
  check_output(command);
  const Plan plan = command.model.plan(command.samples);
  if (plan.decisions().empty()) {
    throw Error(ErrorCode::argument, fmt::format("{}: the model has no exits: there is no threshold to tune (`compose` "
                                                 "adds exits to a network)",
                                                 command.model.path));
  }
  const OpenData opened = open_data(command, plan);
  TuneFindings findings;
  findings.model = command.model.path;
  findings.data = opened.source;
  findings.samples = opened.data.size();
  findings.exits = plan.exits();
  command.options.budget = budget_of(command);
  command.options.hold_out = !command.all_samples;
  findings.budget = budget_text(command.options.budget);
  auto start = std::chrono::steady_clock::now();
  const HeadAnswers answers = with_source(opened.source, [&] { return collect(command, plan, opened.data); });
  findings.heads_seconds = seconds_since(start);
  findings.nan_samples = answers.nan_samples.count;
  warn_of_nans(opened.source, answers.nan_samples, answers.samples, answers.nan_samples.first);
  start = std::chrono::steady_clock::now();
  findings.costs = with_source(opened.source, [&] { return measure(command, plan, opened.data); });
  findings.latency_seconds = seconds_since(start);
  std::vector<DecisionInfo> decisions = plan.decisions();
  const std::vector<ExitSettings> settings = command.model.exits.settings(decisions);
  for (std::size_t d = 0; d < decisions.size(); ++d) decisions[d].temperature = settings[d].temperature;
  findings.tuned = tune(answers, decisions, findings.costs, command.options);
  if (command.options.hold_out) findings.measured = run_chosen(plan, opened.data.part(1, 2), findings.tuned);
  write_results(command, plan, findings);
  if (command.model.json) return print_json(to_json(findings));
  fmt::print("{}", tune_text(findings));
}

void add_budget(CLI::App& sub, TuneCommand& command) {
  CLI::Option_group& budget = *sub.add_option_group("Budget", "one of them; what it leaves open is optimised");
  budget
      .add_option(
          "--max-accuracy-drop", command.drop,
          "the fastest that loses at most D points of accuracy against the last exit (0.5: from 85 % to 84.5 %)")
      ->check(check_points)
      ->type_name("D");
  budget.add_option("--min-accuracy", command.accuracy, "the fastest that is right on A of the samples: 84.5 or 0.845")
      ->check(check_accuracy)
      ->type_name("A");
  budget.add_option("--max-latency-us", command.latency_us, "the most accurate that takes at most L us on average")
      ->check(check_us)
      ->type_name("L");
  budget.add_option("--max-p99-us", command.p99_us, "the most accurate of which 99 % of the runs take at most L us")
      ->check(check_us)
      ->type_name("L");
  budget.require_option(1);
}

void add_measuring(CLI::App& sub, TuneCommand& command) {
  sub.add_option("--batch", command.batch, "samples that the heads are asked about at once")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->type_name("N");
  sub.add_option("--streams", command.streams, "threads that ask the heads; 0: one a core")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->type_name("N");
  sub.add_option("--duration", command.duration_s, "seconds of measuring the path to each exit, all of them together")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("S");
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
  auto command = std::make_shared<TuneCommand>();
  CLI::App& sub = *app.add_subcommand("tune", "Find the thresholds of all exits for an accuracy or a measured latency");
  command->model.add_to(sub);
  sub.add_option(
         "--data", command->data,
         "labelled samples: cifar10:DIR (its training part; :test for the other), npz:FILE (x, y) or images:DIR")
      ->required()
      ->type_name("SRC");
  sub.add_option("--limit", command->limit, "at most so many samples")->check(at_least(1))->type_name("N");
  add_budget(sub, *command);
  sub.add_option("-o,--output", command->out,
                 "a tuning file (.json), or the model with the thresholds in its own comparisons (.onnx)")
      ->required()
      ->check(ends_with({".json", ".onnx"}))
      ->type_name("OUT");
  sub.add_option("--report", command->report, "also a page with curves")
      ->check(ends_with({".html"}))
      ->type_name("OUT.html");
  sub.add_flag("--fit-temperatures", command->options.temperatures,
               "score with the temperature that fits each head; else they are only reported");
  sub.add_option("--margin", command->options.margin,
                 "for a drop: standard errors of it that have to be within the budget too, against choices by luck")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("S");
  sub.add_flag("--all-samples", command->all_samples,
               "fit on all samples: the accuracy reported is then that of samples that were fitted");
  add_measuring(sub, *command);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt tune model.onnx --data cifar10:DIR --max-accuracy-drop 0.5 -o tuned.json --report "
      "tuned.html\n  exeunt eval model.onnx --data cifar10:DIR --tuning tuned.json --all-exits\n"
      "  exeunt tune model.onnx --data npz:train.npz --max-p99-us 80 --criterion entropy -o tuned.json\n"
      "  exeunt tune model.onnx --data images:DIR --min-accuracy 84.5 -o tuned.onnx --json");
  sub.callback([command, &action] { action = [command] { execute(*command); }; });
}

}  // namespace exeunt::cli

#include <exeunt/tools/bench.h>
#include <exeunt/tools/inspect.h>

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "bench_exports.h"
#include "bench_report.h"
#include "bench_versus.h"
#include "commands.h"
#include "deadline_text.h"
#include "progress.h"

namespace exeunt::cli {

namespace {

/// Milliseconds since it was made, or since it was asked last.
class StopWatch {
 public:
  double lap_ms() {
    const auto now = std::chrono::steady_clock::now();
    return std::chrono::duration<double, std::milli>(now - std::exchange(last_, now)).count();
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

BenchOptions bench_options(const BenchCommand& command, const Plan& plan) {
  BenchOptions options = command.bench;
  if (command.exit == "all") {
    for (std::size_t e = 0; e < plan.exits().size(); ++e) options.exits.push_back(static_cast<int>(e));
  } else if (command.exit != "mix") {
    options.exits = {std::stoi(command.exit)};
  }
  options.batch = command.run.batch;
  options.keep_times = !command.exports.times.empty();
  return options;
}

/// The first samples, as a first run takes them.
void run_once(Session& session, const std::vector<Tensor>& samples) {
  std::vector<TensorView> views;
  for (std::size_t i = 0; i < samples.size(); ++i)
    views.push_back({samples[i].view().data, session.plan().inputs()[i].type});
  session.run(views);
}

/// Said of measuring with --verbose.
void print_verbose(const BenchOutcome& outcome) {
  const Trust& trust = outcome.result.trust;
  fmt::print(stderr, "verbose: smallest step of the clock {:.0f} ns, reading it takes {:.0f} ns\n",
             trust.clock_resolution_us * 1e3, trust.clock_cost_us * 1e3);
  fmt::print(stderr,
             "verbose: during {} runs {} waits, {} preemptions, {} page faults, {} of them from disk; a fixed loop "
             "ran {:+.1f} % faster after than before\n",
             trust.runs, trust.events.waits, trust.events.preemptions,
             trust.events.minor_faults + trust.events.major_faults, trust.events.major_faults,
             trust.speed_change * 100);
}

void report(const BenchOutcome& outcome) {
  const BenchCommand& command = outcome.command;
  const bool lists_steps = command.wants_profile() || command.dump_layers || !command.exports.layers.empty();
  StepTable table;
  if (lists_steps) {
    table.inspection = inspect(outcome.plan);
    table.threads = outcome.plan.threads();
  }
  if (command.wants_profile()) table.peaks = measure_machine_peaks();
  write_exports(outcome, table);
  if (command.model.verbose) print_verbose(outcome);
  if (command.model.json) {
    Json json = bench_json(outcome);
    if (command.dump_profile) json["profile"] = profile_json(table, outcome.result);
    if (command.dump_layers) json["layers"] = layers_json(table);
    return print_json(json);
  }
  print_bench(outcome);
  if (command.dump_layers) dump_layers(table);
  if (command.dump_profile) dump_profile(table, outcome.result);
}

void execute(const BenchCommand& command) {
  const BenchExports& exports = command.exports;
  std::vector<NamedFile> read = {{"--data", file_of_data(command.data)}};
  for (const std::string& side : command.versus) read.push_back({"--versus", side_of(command, side).file});
  command.model.check_outputs({{"--saveEngine", command.save},
                               {"--exportTimes", exports.times},
                               {"--exportProfile", exports.profile},
                               {"--exportLayerInfo", exports.layers},
                               {"--exportTrace", exports.trace}},
                              read);
  command.trtexec.print_notes();
  if (is_plan(command.model.path) || (!command.versus.empty() && !command.model.builds_another))
    command.trtexec.print_notes_of_plan();
  if (!command.versus.empty()) return execute_versus(command);
  StopWatch watch;
  std::optional<Model> model;
  if (!is_plan(command.model.path)) model = command.model.load();
  const Plan plan = model ? command.model.build(*model, command.samples) : command.model.plan(command.samples);
  ColdStart start{watch.lap_ms(), 0, 0};
  if (!command.save.empty()) plan.save(command.save);
  const BenchOptions options = bench_options(command, plan);
  const std::vector<Tensor> samples = samples_for(command, plan);
  watch.lap_ms();
  std::vector<Session> sessions;
  sessions.push_back(command.run.open(plan, command.model.exits, command.run.batch));
  start.session_ms = watch.lap_ms();
  run_once(sessions.front(), samples);
  start.first_run_ms = watch.lap_ms();
  while (std::ssize(sessions) < command.streams)
    sessions.push_back(command.run.open(plan, command.model.exits, command.run.batch));
  Progress progress("bench");
  BenchOptions with_progress = options;
  with_progress.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  const Bench result = bench(sessions, samples, with_progress);
  progress.clear();
  std::vector<Warning> warnings = model ? find_warnings(*model, plan) : std::vector<Warning>();
  for (Warning& warning : bench_warnings(command, plan, result)) warnings.push_back(std::move(warning));
  const Shape& first = samples.empty() ? Shape{} : samples.front().shape();
  report({command, plan, result, first.rank() > 0 ? first[0] : 1, start, std::move(warnings)});
}

std::string check_exit(const std::string& text) {
  std::int64_t value = 0;
  const bool number = CLI::detail::lexical_cast(text, value) && value >= 0 && value < 1000;
  return number || text == "mix" || text == "all" ? "" : fmt::format("'{}' is neither an exit, nor mix or all", text);
}

std::string check_percentile(const std::string& text) {
  double value = 0;
  const bool fits = !text.empty() && CLI::detail::lexical_cast(text, value) && value > 0 && value <= 100;
  return fits ? "" : fmt::format("'{}' is no percentage above 0 up to 100", text);
}

void add_measuring(CLI::App& sub, BenchCommand& command) {
  sub.add_option("--warmup,--warmUp", command.bench.warmup_ms, "milliseconds before measuring starts")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("MS");
  sub.add_option("--duration", command.bench.duration_s, "seconds of measuring, shared by all that is measured")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("S");
  sub.add_option("--iterations", command.bench.iterations, "at least so many runs of each, however long they take")
      ->check(at_least(1))
      ->capture_default_str()
      ->type_name("N");
  sub.add_option("--percentile", command.bench.percentiles, "more percentiles than 50, 90, 95, 99; comma-separated")
      ->delimiter(',')
      ->check(check_percentile)
      ->type_name("P");
  sub.add_option("--streams,--infStreams", command.streams,
                 "sessions that run side by side, each on a thread of its own")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("N");
  add_deadline_option(sub, command.bench.deadline_us);
  sub.add_option("--idleTime", command.bench.idle_ms,
                 "milliseconds of sleep before each run, as if waiting for a camera; 0: runs follow each other")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("MS");
}

void add_exports(CLI::App& sub, BenchCommand& command) {
  const auto file = [&](const char* name, std::string& path, const char* text) {
    sub.add_option(name, path, text)->check(ends_with({".json"}))->type_name("F.json")->group("Reports");
  };
  sub.add_flag("--dumpProfile", command.dump_profile, "also list the time of each step, to each exit")
      ->group("Reports");
  sub.add_flag("--dumpLayerInfo", command.dump_layers, "also list the plan's steps and why each kernel was taken")
      ->group("Reports");
  file("--exportTimes", command.exports.times, "write start and latency of every run");
  file("--exportProfile", command.exports.profile, "write the time of each step, to each exit");
  file("--exportLayerInfo", command.exports.layers, "write the plan's steps: the rows of the profile");
  file("--exportTrace", command.exports.trace, "write a typical run to each exit for Perfetto or chrome://tracing");
}

void add_versus(CLI::App& sub, BenchCommand& command) {
  sub.add_option("--versus", command.versus,
                 "measure A and B in interleaved pairs; each is a model or plan, FILE:PRECISION, or a precision of "
                 "MODEL")
      ->expected(2)
      ->type_name("A B")
      ->group("Comparing");
  sub.add_option("--margin", command.margin_percent, "percent of difference that count as none")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("PERCENT")
      ->group("Comparing");
  sub.add_option("--handicap", command.handicap_percent,
                 "make B's runs longer by this: shows what can be told apart on this machine")
      ->check(tolerance())
      ->capture_default_str()
      ->type_name("PERCENT")
      ->group("Comparing");
}

/// @throws CLI::ParseError for a deadline of runs that cannot have one
void check_deadline_usage(const BenchCommand& command) {
  if (!command.bench.deadline_us) return;
  if (!command.versus.empty() || command.run.batch > 1 || (command.exit != "mix" && command.exit != "all"))
    throw CLI::ValidationError(
        "--deadline-us is for the mix, one sample at a time: it does not go with --versus, --exit K and --batch above "
        "1");
  if (command.exit == "mix" && command.wants_profile())
    throw CLI::ValidationError(
        "--deadline-us: steps are not timed in runs with a deadline; take --exit all for those of each exit");
}

/// What no option can see for itself. @throws CLI::ParseError
void check_usage(const BenchCommand& command) {
  check_deadline_usage(command);
  if (!command.versus.empty()) {
    const std::string wrong = check_sides(command);
    if (!wrong.empty()) throw CLI::ValidationError(wrong);
    if (command.wants_profile() || command.dump_layers || !command.exports.times.empty() ||
        !command.exports.layers.empty() || !command.save.empty())
      throw CLI::ValidationError("--versus tells a ratio only: reports of one plan and --saveEngine do not go with it");
  } else if (command.model.path.empty()) {
    throw CLI::RequiredError("MODEL");
  }
  if (command.wants_profile() && (command.streams > 1 || command.run.batch > 1)) {
    throw CLI::ValidationError(
        "--dumpProfile, --exportProfile and --exportTrace time the steps of one sample in one stream: they do not go "
        "with --streams and --batch above 1");
  }
}

}  // namespace

void add_bench(CLI::App& app, Action& action) {
  auto command = std::make_shared<BenchCommand>();
  CLI::App& sub = *app.add_subcommand("bench", "Measure the latency of each exit and of the mix, and the throughput");
  CLI::Option* model = command->model.add_to(sub)->required(false);
  sub.add_option("--onnx,--load-engine,--loadEngine", command->model.path, "another way to give MODEL")
      ->excludes(model)
      ->type_name("MODEL");
  sub.add_option("--data", command->data, "samples that the decisions see, as in eval; noise without it")
      ->type_name("SRC");
  sub.add_option("--limit", command->limit, "at most so many samples of the data")->check(at_least(1))->type_name("N");
  sub.add_option("--exit", command->exit,
                 "K: every sample runs to exit K; mix: the thresholds decide; all: every exit in turn, and the mix")
      ->check(check_exit)
      ->capture_default_str()
      ->type_name("K|mix|all");
  sub.add_option("--save-engine,--saveEngine", command->save, "also write the plan, as `build` does")
      ->check(ends_with({".plan"}))
      ->type_name("OUT.plan");
  add_measuring(sub, *command);
  add_exports(sub, *command);
  add_versus(sub, *command);
  command->trtexec.add_to(sub, command->model);
  command->run.add_to(sub);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt bench model.onnx --exit 0\n  exeunt bench model.onnx --data cifar10:DIR --threshold 0.8\n "
      " exeunt bench model.onnx --data npz:test.npz --streams 2 --percentile 99.9 --json\n  exeunt bench model.onnx "
      "--data cifar10:DIR --dumpProfile --exportTrace trace.json\n  exeunt bench model.onnx --versus fp32 int8 --calib "
      "cifar10:DIR\n  exeunt bench --versus old.plan new.plan --exit 1");
  sub.callback([command, &action] {
    check_usage(*command);
    command->model.builds_another = std::ranges::any_of(
        command->versus, [&](const std::string& side) { return !is_plan(side_of(*command, side).file); });
    command->bench.mix = command->exit == "mix" || command->exit == "all";
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

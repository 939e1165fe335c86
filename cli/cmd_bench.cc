#include <exeunt/tools/bench.h>
#include <exeunt/tools/inspect.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "commands.h"
#include "inspect_text.h"
#include "json.h"
#include "options.h"
#include "progress.h"
#include "table.h"

namespace exeunt::cli {

namespace {

struct BenchCommand {
  ModelOptions model;
  RunOptions run;
  SampleOptions samples;
  std::string data;
  std::int64_t limit = 0;
  std::string exit = "all";
  int streams = 1;
  std::string save;  ///< where the plan goes
  BenchOptions bench;
};

constexpr std::int64_t kNoiseSamples = 64;

std::string percentile_name(double p) { return fmt::format("p{}", p); }

/// The percentiles of every report, and those asked for that are not among them.
struct Percentile {
  std::string name;
  double us = 0;
};
std::vector<Percentile> percentiles_of(const BenchCommand& command, const LatencyReport& latency) {
  std::vector<Percentile> all = {
      {"p50", latency.p50}, {"p90", latency.p90}, {"p95", latency.p95}, {"p99", latency.p99}};
  for (std::size_t i = 0; i < latency.percentiles.size(); ++i) {
    const std::string name = percentile_name(command.bench.percentiles[i]);
    if (std::ranges::find(all, name, &Percentile::name) == all.end()) all.push_back({name, latency.percentiles[i]});
  }
  return all;
}

Json latency_json(const BenchCommand& command, const LatencyReport& latency) {
  Json json = {{"runs", latency.runs}, {"min", latency.min}, {"mean", latency.mean}};
  for (const Percentile& p : percentiles_of(command, latency)) json[p.name] = p.us;
  json["max"] = latency.max;
  json["cv"] = latency.cv;
  return json;
}

/// What the numbers at the top are about: the mix, or the only exit.
const RunReport& headline(const Bench& result) { return result.mix ? result.mix->report : result.exits.front().report; }

Json exit_json(const BenchCommand& command, const Bench& result, const ExitBench& exit) {
  Json json = {{"exit", exit.exit},
               {"share", nullptr},
               {"latency_us", latency_json(command, exit.report.latency_us)},
               {"throughput_ips", exit.report.throughput_ips}};
  if (result.mix) json["share"] = result.mix->shares[static_cast<std::size_t>(exit.exit)];
  if (exit.steps_us) {
    json["steps_us"] = exit.steps_us->steps;
    json["heads_us"] = exit.steps_us->heads;
    json["scores_us"] = exit.steps_us->scores;
  }
  return json;
}

Json bench_json(const BenchCommand& command, const Plan& plan, const Bench& result, std::int64_t samples,
                const std::vector<Warning>& warnings) {
  Json exits = Json::array();
  for (const ExitBench& exit : result.exits) exits.push_back(exit_json(command, result, exit));
  Json json = {{"model", command.model.path},
               {"data", command.data.empty() ? Json(nullptr) : Json(command.data)},
               {"samples", samples},
               {"backend", command.model.backend},
               {"precision", plan.precision()},
               {"isa", plan.isa()},
               {"threads", plan.threads()},
               {"streams", command.streams},
               {"pinned", false},
               {"batch", command.run.batch},
               {"measured", result.mix ? Json("mix") : Json(fmt::format("exit {}", result.exits.front().exit))},
               {"latency_us", latency_json(command, headline(result).latency_us)},
               {"throughput_ips", headline(result).throughput_ips},
               {"exits", exits}};
  if (result.mix) json["shares"] = result.mix->shares;
  json["warnings"] = to_json(warnings);
  return json;
}

std::vector<std::string> row(const BenchCommand& command, const std::string& name, const std::string& share,
                             const RunReport& report) {
  const LatencyReport& latency = report.latency_us;
  std::vector<std::string> cells = {name, share, std::to_string(latency.runs), microseconds(latency.min),
                                    microseconds(latency.mean)};
  for (const Percentile& p : percentiles_of(command, latency)) cells.push_back(microseconds(p.us));
  cells.insert(cells.end(), {microseconds(latency.max), percent(latency.cv), count_text(report.throughput_ips)});
  return cells;
}

void print_latencies(const BenchCommand& command, const Bench& result) {
  std::vector<std::string> header = {"us a run", "share", "runs", "min", "mean"};
  for (const Percentile& p : percentiles_of(command, headline(result).latency_us)) header.push_back(p.name);
  header.insert(header.end(), {"max", "cv", "images/s"});
  Table table(header);
  for (const ExitBench& exit : result.exits) {
    const std::string share = result.mix ? percent(result.mix->shares[static_cast<std::size_t>(exit.exit)]) : "";
    table.add(row(command, fmt::format("exit {}", exit.exit), share, exit.report));
  }
  if (result.mix && !result.exits.empty()) table.add_rule();
  if (result.mix) table.add(row(command, "mix", percent(1), result.mix->report));
  fmt::print("{}", table.str());
  if (!result.mix || !result.exits.empty()) return;
  fmt::print("\n");
  for (std::size_t e = 0; e < result.mix->shares.size(); ++e)
    fmt::print("exit {}: {}\n", e, percent(result.mix->shares[e]));
}

/// What a run to each exit consists of.
void print_steps_times(const Bench& result) {
  const auto profiled = [](const ExitBench& exit) { return exit.steps_us.has_value(); };
  if (std::ranges::none_of(result.exits, profiled)) return;
  Table table({"p50 us", "run", "its steps", "of other heads", "scores", "run / steps"});
  for (const ExitBench& exit : result.exits) {
    const PathTimes& times = *exit.steps_us;
    const double run = exit.report.latency_us.p50;
    table.add({fmt::format("exit {}", exit.exit), microseconds(run), microseconds(times.steps),
               microseconds(times.heads), microseconds(times.scores),
               times.steps > 0 ? fmt::format("{:.3f}", run / times.steps) : "-"});
  }
  fmt::print("\n{}", table.str());
}

void add_noise_warning(const BenchCommand& command, const Plan& plan, std::vector<Warning>& warnings) {
  const bool real = !command.data.empty() && command.data != "random" && command.data != "zeros";
  if (real || plan.decisions().empty() || !command.bench.mix) return;
  warnings.push_back({"noise_input", "",
                      "the input is made up, so the decisions send it where they happen to: the mix and the shares say "
                      "nothing about real data, only the exits measured one by one do",
                      "give --data SRC, or --exit K for one exit"});
}

void add_unstable_warnings(const Bench& result, std::vector<Warning>& warnings) {
  constexpr double kUnstable = 1.5;
  for (const ExitBench& exit : result.exits) {
    const LatencyReport& latency = exit.report.latency_us;
    if (latency.p95 <= kUnstable * latency.p50) continue;
    warnings.push_back(
        {"unstable_time", "",
         fmt::format("of the runs to exit {} one in twenty took more than {:.2f} times the median: something else "
                     "works on this machine",
                     exit.exit, latency.p95 / latency.p50),
         "trust min and p50 rather than mean and p99, or measure on an idle machine"});
  }
}

void print_text(const BenchCommand& command, const Plan& plan, const Bench& result, std::int64_t samples,
                const std::vector<Warning>& warnings) {
  fmt::print("{} on {}, {} sample{}, backend {}, {}, {}, batch {}, {} thread{}",
             std::filesystem::path(command.model.path).filename().string(),
             command.data.empty() ? "noise" : command.data, samples, samples == 1 ? "" : "s", command.model.backend,
             plan.precision(), plan.isa(), command.run.batch, plan.threads(), plan.threads() == 1 ? "" : "s");
  if (command.streams > 1)
    fmt::print(", {} streams (each a session on a thread of its own, placed by the system)", command.streams);
  fmt::print("\n\n");
  print_latencies(command, result);
  print_steps_times(result);
  print_warnings(warnings);
}

std::vector<Tensor> samples_of(const BenchCommand& command, const Plan& plan) {
  if (command.data.empty()) return noise_samples(plan, std::max(kNoiseSamples, command.run.batch));
  return with_source(command.data, [&] {
    std::vector<Tensor> samples;
    const Dataset data = Dataset::open(command.data, command.samples.format(plan.inputs().front()), command.limit);
    samples.push_back(bench_samples(data, plan));
    return samples;
  });
}

void execute(const BenchCommand& command) {
  std::optional<Model> model;
  if (!is_plan(command.model.path)) model = command.model.load();
  const Plan plan = model ? command.model.build(*model, command.samples) : command.model.plan(command.samples);
  if (!command.save.empty()) plan.save(command.save);
  BenchOptions options = command.bench;
  if (command.exit == "all") {
    for (std::size_t e = 0; e < plan.exits().size(); ++e) options.exits.push_back(static_cast<int>(e));
  } else if (command.exit != "mix") {
    options.exits = {std::stoi(command.exit)};
  }
  options.batch = command.run.batch;
  const std::vector<Tensor> samples = samples_of(command, plan);
  std::vector<Session> sessions;
  for (int s = 0; s < command.streams; ++s)
    sessions.push_back(command.run.open(plan, command.model.exits, command.run.batch));
  Progress progress("bench");
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  const Bench result = bench(sessions, samples, options);
  progress.clear();
  std::vector<Warning> warnings = model ? find_warnings(*model, plan) : std::vector<Warning>();
  add_noise_warning(command, plan, warnings);
  add_unstable_warnings(result, warnings);
  const Shape& first = samples.front().shape();
  const std::int64_t count = first.rank() > 0 ? first[0] : 1;
  if (command.model.json) return print_json(bench_json(command, plan, result, count, warnings));
  print_text(command, plan, result, count, warnings);
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
  sub.add_option("--warmup", command.bench.warmup_ms, "milliseconds before measuring starts")
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
}

/// trtexec's words for --precision.
void add_precision_flags(CLI::App& sub, ModelOptions& model) {
  for (const auto& [flag, precision] : {std::pair{"--fp16", "half"}, {"--int8", "int8"}, {"--best", "best"}}) {
    sub.add_flag_callback(
        flag, [&model, precision] { model.precision = precision; },
        fmt::format("the same as --precision {}", precision));
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
  sub.add_option("--streams", command->streams, "sessions that run side by side, each on a thread of its own")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str()
      ->type_name("N");
  sub.add_option("--save-engine,--saveEngine", command->save, "also write the plan, as `build` does")
      ->check(ends_with({".plan"}))
      ->type_name("OUT.plan");
  add_precision_flags(sub, command->model);
  add_measuring(sub, *command);
  command->run.add_to(sub);
  command->samples.add_to(sub);
  sub.footer(
      "\nExamples:\n  exeunt bench model.onnx --exit 0\n  exeunt bench model.onnx --data cifar10:DIR --threshold 0.8\n "
      " exeunt bench model.onnx --data npz:test.npz --streams 2 --percentile 99.9 --json");
  sub.callback([command, &action] {
    if (command->model.path.empty()) throw CLI::RequiredError("MODEL");
    command->bench.mix = command->exit == "mix" || command->exit == "all";
    action = [command] { execute(*command); };
  });
}

}  // namespace exeunt::cli

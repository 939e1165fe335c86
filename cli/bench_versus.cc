#include "bench_versus.h"

#include <exeunt/tools/versus.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "bench_report.h"
#include "inspect_text.h"
#include "precision_text.h"
#include "progress.h"
#include "table.h"

namespace exeunt::cli {

namespace {

constexpr std::array kPrecisions = {"fp32", "bf16", "fp16", "half", "int8", "best"};

bool is_precision(const std::string& text) { return std::ranges::find(kPrecisions, text) != kPrecisions.end(); }

/// A side with its plan and its samples.
struct SideOfBench {
  SideSpec spec;
  Plan plan;
  std::vector<Tensor> samples;
};

SideOfBench make_side(const BenchCommand& command, const SideSpec& spec, Plan plan) {
  std::vector<Tensor> samples = samples_for(command, plan);
  return {spec, std::move(plan), std::move(samples)};
}

VersusOptions options_of(const BenchCommand& command) {
  constexpr std::int64_t kLeastPairs = 20;
  VersusOptions options;
  if (command.exit != "mix" && command.exit != "all") options.exit = std::stoi(command.exit);
  options.batch = command.run.batch;
  options.warmup_ms = command.bench.warmup_ms;
  options.duration_s = command.bench.duration_s;
  options.least_pairs = std::max(kLeastPairs, command.bench.iterations);
  options.margin = command.margin_percent / 100;
  options.handicap = command.handicap_percent / 100;
  return options;
}

/// A difference beyond this would have shown.
double visible_difference(const RatioInterval& ratio, double margin) {
  return std::max(margin, std::max(ratio.high / ratio.median, ratio.median / ratio.low) - 1);
}

Json side_json(const BenchCommand& command, const SideOfBench& side, const LatencyReport& latency) {
  return {{"model", side.spec.file},
          {"precision", side.plan.precision()},
          {"computes_in", side.plan.computes_in()},
          {"isa", side.plan.isa()},
          {"threads", side.plan.threads()},
          {"latency_us", latency_json(command.bench, latency)}};
}

Json versus_json(const BenchCommand& command, const SideOfBench& a, const SideOfBench& b, const Versus& result,
                 const std::vector<Warning>& warnings) {
  const VersusOptions options = options_of(command);
  return {{"a", side_json(command, a, result.a_us)},
          {"b", side_json(command, b, result.b_us)},
          {"data", command.data.empty() ? Json(nullptr) : Json(command.data)},
          {"measured", options.exit ? fmt::format("exit {}", *options.exit) : "mix"},
          {"same_plan", a.spec == b.spec},
          {"ratio",
           {{"median", result.ratio.median},
            {"low", to_json(std::optional(result.ratio.low))},
            {"high", to_json(std::optional(result.ratio.high))}}},
          {"confidence", 0.99},
          {"margin", options.margin},
          {"handicap", options.handicap},
          {"visible_difference", to_json(std::optional(visible_difference(result.ratio, options.margin)))},
          {"pairs", result.pairs},
          {"runs_a_side", result.runs_a_side},
          {"verdict", verdict_text(result.verdict)},
          {"warnings", to_json(warnings)}};
}

std::string side_text(const SideOfBench& side) {
  return fmt::format("{}, {}", std::filesystem::path(side.spec.file).filename().string(), precision_text(side.plan));
}

void print_versus(const BenchCommand& command, const SideOfBench& a, const SideOfBench& b, const Versus& result) {
  const VersusOptions options = options_of(command);
  fmt::print("A: {}\nB: {}{}\n{} on {}, {} pairs of {} runs each\n\n", side_text(a), side_text(b),
             a.spec == b.spec ? ", the same plan" : "", options.exit ? fmt::format("exit {}", *options.exit) : "mix",
             command.data.empty() ? "noise" : command.data, result.pairs, result.runs_a_side);
  Table table({"us a run", "runs", "min", "p50", "p90", "p99"});
  for (const auto& [name, latency] : {std::pair{"A", &result.a_us}, {"B", &result.b_us}})
    table.add({name, std::to_string(latency->runs), microseconds(latency->min), microseconds(latency->p50),
               microseconds(latency->p90), microseconds(latency->p99)});
  fmt::print("{}\nB takes {:.4f} times as long as A, with 99 % confidence {:.4f} to {:.4f}\n", table.str(),
             result.ratio.median, result.ratio.low, result.ratio.high);
  fmt::print("{}", verdict_text(result.verdict));
  if (result.verdict == RatioVerdict::no_difference)
    fmt::print(" (one of more than {} would have shown)", percent(visible_difference(result.ratio, options.margin)));
  fmt::print("\n");
}

}  // namespace

SideSpec side_of(const BenchCommand& command, const std::string& text) {
  if (is_precision(text)) return {command.model.path, text};
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && is_precision(text.substr(colon + 1)))
    return {text.substr(0, colon), text.substr(colon + 1)};
  return {text, command.model.precision};
}

std::string check_side(const std::string& text) {
  if (is_precision(text)) return "";
  const std::size_t colon = text.rfind(':');
  const bool has_precision = colon != std::string::npos && is_precision(text.substr(colon + 1));
  const std::filesystem::path file = has_precision ? text.substr(0, colon) : text;
  std::error_code ignored;
  // What is called like one and is missing is told when it is read.
  if (is_plan(file.string()) || file.extension() == ".onnx" || std::filesystem::exists(file, ignored)) return "";
  return fmt::format("--versus: '{}' is neither a file nor a precision (of MODEL, or FILE:PRECISION): {}", text,
                     fmt::join(kPrecisions, ", "));
}

Plan build_side(const BenchCommand& command, const SideSpec& spec) {
  if (is_plan(spec.file) && spec.precision != command.model.precision) {
    throw Error(ErrorCode::argument, fmt::format("{}: is built already, for a precision of its own; {} is for a model",
                                                 spec.file, spec.precision));
  }
  ModelOptions options = command.model;
  options.precision = spec.precision;
  return options.other_plan(spec.file, command.samples);
}

std::string check_sides(const BenchCommand& command) {
  for (const std::string& side : command.versus) {
    if (const std::string wrong = check_side(side); !wrong.empty()) return wrong;
    if (is_precision(side) && command.model.path.empty())
      return fmt::format("--versus: '{}' is a precision; of which MODEL?", side);
  }
  const bool uses_model = std::ranges::any_of(command.versus, is_precision);
  if (!command.model.path.empty() && !uses_model)
    return fmt::format("--versus names both sides; MODEL '{}' is neither", command.model.path);
  if (command.streams > 1) return "--versus measures one stream: --streams does not go with it";
  return "";
}

void execute_versus(const BenchCommand& command) {
  const SideSpec spec_a = side_of(command, command.versus[0]);
  const SideSpec spec_b = side_of(command, command.versus[1]);
  const SideOfBench a = make_side(command, spec_a, build_side(command, spec_a));
  // Built twice, one model may get different kernels.
  const SideOfBench b = make_side(command, spec_b, spec_a == spec_b ? a.plan : build_side(command, spec_b));
  const auto contender = [&](const SideOfBench& side) {
    return Contender{[&] { return command.run.open(side.plan, command.model.exits, command.run.batch); }, side.samples};
  };
  VersusOptions options = options_of(command);
  Progress progress("bench");
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  const Versus result = versus(contender(a), contender(b), options);
  progress.clear();
  const std::vector<Warning> warnings = noise_warning(command, a.plan, !options.exit);
  if (command.model.json) return print_json(versus_json(command, a, b, result, warnings));
  print_versus(command, a, b, result);
  print_warnings(warnings);
}

}  // namespace exeunt::cli

#include "inspect_report.h"

#include <exeunt/tools/bench.h>
#include <exeunt/tools/report.h>
#include <exeunt/tools/versus.h>

#include <fmt/format.h>

#include <filesystem>
#include <span>

#include "bench_command.h"
#include "bench_versus.h"
#include "precision_text.h"
#include "progress.h"

namespace exeunt::cli {

namespace {

/// One side with all that is measured of it.
struct ReportSide {
  Plan plan;
  std::vector<Tensor> samples;
  PlanReport report;
};

std::string file_name(const std::string& path) { return std::filesystem::path(path).filename().string(); }

BenchCommand bench_command(const ReportOptions& options, const ModelOptions& model, const SampleOptions& samples) {
  BenchCommand command;
  command.model = model;
  command.samples = samples;
  command.data = options.data;
  command.limit = options.limit;
  return command;
}

ReportSide measure_side(const BenchCommand& command, double duration_s, const std::string& file, Plan plan,
                        Inspection inspection) {
  std::vector<Tensor> samples = samples_for(command, plan);
  PlanReport report;
  report.model = file_name(file);
  report.precision = precision_text(plan);
  report.threads = plan.threads();
  report.machine = fmt::format("{}, {} thread{}", plan.isa(), plan.threads(), plan.threads() == 1 ? "" : "s");
  if (command.is_data_real()) report.data = command.data;
  report.notes = plan.notes();
  report.inspection = std::move(inspection);
  BenchOptions options;
  for (std::size_t e = 0; e < plan.exits().size(); ++e) options.exits.push_back(static_cast<int>(e));
  options.mix = !plan.decisions().empty();
  options.duration_s = duration_s;
  options.keep_times = true;
  Progress progress("bench");
  options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
  Session session = command.run.open(plan, command.model.exits, 1);
  report.bench = bench(std::span(&session, 1), samples, options);
  report.peaks = measure_machine_peaks();
  return {std::move(plan), std::move(samples), std::move(report)};
}

/// Each exit of both in interleaved pairs; nothing for plans with other exits.
std::vector<ExitRatio> measure_ratios(const BenchCommand& command, double duration_s, const ReportSide& a,
                                      const ReportSide& b) {
  std::vector<ExitRatio> ratios;
  const std::size_t exits = a.plan.exits().size();
  if (exits != b.plan.exits().size()) return ratios;
  const auto contender = [&](const ReportSide& side) {
    return Contender{[&] { return command.run.open(side.plan, command.model.exits, 1); }, side.samples};
  };
  for (std::size_t e = 0; e < exits; ++e) {
    VersusOptions options;
    options.exit = static_cast<int>(e);
    options.duration_s = duration_s / static_cast<double>(exits);
    Progress progress("versus");
    options.progress = [&](std::int64_t done, std::int64_t total) { progress.update(done, total); };
    ratios.push_back({static_cast<int>(e), versus(contender(a), contender(b), options).ratio});
  }
  return ratios;
}

}  // namespace

void ReportOptions::add_to(CLI::App& command) {
  const auto option = [&](const char* name, auto& value, const char* text, const char* type) {
    return command.add_option(name, value, text)->type_name(type)->group("Report");
  };
  option("--report", out, "also measure the plan and write one page: graph, times, exits, kernels", "OUT.html")
      ->check(ends_with({".html"}));
  option("--versus", versus, "put another model or plan, FILE:PRECISION, or another precision of MODEL beside it", "B");
  option("--data", data,
         "samples that the decisions see, as in bench; without it the shares of the exits are not known", "SRC");
  option("--limit", limit, "at most so many samples of the data", "N")->check(at_least(1));
  option("--duration", duration_s, "seconds of measuring, for each plan", "S")
      ->check(tolerance())
      ->capture_default_str();
}

void ReportOptions::check() const {
  if (out.empty() && (!versus.empty() || !data.empty() || limit > 0))
    throw CLI::ValidationError("--versus, --data and --limit are for the page that --report writes");
  if (versus.empty()) return;
  if (const std::string wrong = check_side(versus); !wrong.empty()) throw CLI::ValidationError(wrong);
}

bool ReportOptions::builds_model(const std::string& model) const {
  BenchCommand command;
  command.model.path = model;
  return !versus.empty() && !is_plan(side_of(command, versus).file);
}

void write_report(const ReportOptions& options, const ModelOptions& model, const SampleOptions& samples,
                  const Looked& looked) {
  const BenchCommand command = bench_command(options, model, samples);
  ReportSide a = measure_side(command, options.duration_s, model.path, looked.plan, looked.inspection);
  a.report.calibration_shares = looked.calibration_shares;
  if (options.versus.empty()) return save_text(plan_page(a.report), options.out);
  const SideSpec spec = side_of(command, options.versus);
  Plan plan = build_side(command, spec);
  Inspection inspection = inspect(plan);
  const ReportSide b = measure_side(command, options.duration_s, spec.file, std::move(plan), std::move(inspection));
  save_text(plan_versus_page(a.report, b.report, measure_ratios(command, options.duration_s, a, b)), options.out);
}

}  // namespace exeunt::cli

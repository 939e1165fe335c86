#include "support/plan_example.h"

namespace exeunt::testing {

namespace {

StepInfo step_of(std::string name, std::string op, int segment, std::vector<int> reads, double us) {
  StepInfo step;
  step.nodes = {name + "_conv", name};
  step.name = std::move(name);
  step.op = std::move(op);
  step.kernel = "avx2_kernel_of_" + step.op;
  step.backend = "cpu";
  step.layout = "0231";
  step.result = {DType::f32, Shape{1, 8, 4, 4}};
  step.segment = segment;
  step.macs = step.op == "Conv" ? 1000 * us : 0;
  step.bytes = 4096;
  step.us = us;
  step.reads = std::move(reads);
  if (step.op == "Conv") step.rivals = {{"avx2_other", 2 * us, "slower"}, {"avx2_third", 0, "not timed"}};
  return step;
}

RunReport runs_of(double us) {
  RunReport report;
  for (int i = 0; i < 200; ++i) report.runs.push_back({0, 0, us * i, us * (i == 100 ? 50 : 1 + 0.001 * i)});
  report.latency_us = {200, us, 1.1 * us, 1.1 * us, 1.18 * us, 1.19 * us, 1.198 * us, 50 * us, 0.05, {}};
  return report;
}

}  // namespace

PlanReport two_exit_report() {
  PlanReport report;
  report.model = "<m>.onnx";
  report.precision = "fp32";
  report.machine = "avx2, 1 thread";
  report.data = "npz:<data>";
  report.notes = {"a note & more"};
  report.peaks.f32 = 50;
  Inspection& in = report.inspection;
  in.inputs = {{"image", {DType::f32, Shape{1, 3, 4, 4}}}};
  in.outputs = {"y"};
  in.decisions.resize(1);
  in.decisions[0].name = "<script>alert(2)</script>";
  in.decisions[0].criterion = "max_prob";
  in.decisions[0].threshold = 0.8F;
  in.decisions[0].tunable = true;
  in.exits.resize(2);
  in.costs.resize(2);
  in.costs[1].macs = 1e6;
  in.segments = {{0, -1, 1, 2, {5}}, {-1, 0, -1, -1, {5}}, {-1, 1, -1, -1, {7}}};
  in.steps = {step_of("stem", "Conv", 0, {-1}, 4),
              step_of("main", "Conv", 0, {0}, 9),
              step_of("<script>alert(1)</script>", "Conv", 0, {0}, 2),
              step_of("join", "Conv", 0, {1, 2}, 8),
              step_of("pool", "Pool", 0, {3}, 0.5),
              step_of("head", "Softmax", 0, {4}, 0),
              step_of("late", "Conv", 2, {3}, 7),
              step_of("last", "Softmax", 2, {6}, 0.1)};
  in.warnings = {{"odd", "<b>", "is <odd>", "do \"this\""}};
  report.bench.exits = {{0, runs_of(20), std::nullopt}, {1, runs_of(30), std::nullopt}};
  report.bench.mix = MixBench{runs_of(24), {0.6, 0.4}, std::nullopt, std::nullopt};
  for (ExitBench& exit : report.bench.exits) {
    Profile profile;
    profile.steps.resize(in.steps.size());
    profile.median_us = {0.1, 19, 0.6, 0.2, 0.1};
    exit.profile = profile;
  }
  return report;
}

}  // namespace exeunt::testing

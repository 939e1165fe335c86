#include <exeunt/tools/report.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "report/graph_drawing.h"
#include "report/html.h"
#include "report/page_parts.h"
#include "report/plan_charts.h"
#include "report/plan_facts.h"
#include "report/plan_style.h"
#include "report/plan_tables.h"

namespace exeunt {

namespace {

/// "12 int8, 5 fp32"
std::string types_text(const Inspection& inspection) {
  std::map<std::string, int> counts;
  for (const StepInfo& step : inspection.steps) {
    if (step.op != "Reorder") ++counts[compute_type(step)];
  }
  std::vector<std::pair<int, std::string>> order;
  for (const auto& [type, count] : counts) order.emplace_back(-count, type);
  std::ranges::sort(order);
  std::string text;
  for (const auto& [count, type] : order) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", -count, type);
  return text;
}

std::string plan_head(const PlanReport& report) {
  const Inspection& in = report.inspection;
  std::string html =
      fmt::format("<h1>{}</h1>\n<p class=\"soft\">{}; computes in {}. {}.", escaped(report.model),
                  escaped(report.machine), escaped(report.precision),
                  report.data.empty() ? "Fed with noise" : "Fed with samples of " + escaped(report.data));
  if (in.opset > 0)
    html += fmt::format(" Opset {}, made by {}, {} nodes imported.", in.opset,
                        escaped(in.producer.empty() ? "?" : in.producer), in.imported_nodes);
  html += "</p>\n<div class=\"tiles\">\n";
  for (std::size_t e = 0; e < in.exits.size() && e < 4; ++e) {
    if (const RunReport* runs = exit_runs(report, static_cast<int>(e)))
      html += tile(us_text(runs->latency_us.p50), fmt::format("to exit {} (p50)", e));
  }
  if (report.knows_shares())
    html += tile(us_text(report.bench.mix->report.latency_us.mean), "on average, with the shares of the data");
  html += tile(std::to_string(in.steps.size()), "steps: " + types_text(in));
  html += tile(bytes_text(static_cast<double>(in.arena_bytes)), "of activations");
  html += tile(bytes_text(static_cast<double>(in.packed_bytes)), "of packed weights");
  return html + "</div>\n";
}

std::string latencies_part(const PlanReport& report) {
  std::string cards;
  for (const ExitBench& exit : report.bench.exits)
    cards += latency_chart(fmt::format("Every sample to exit {}", exit.exit), {{"", &exit.report}});
  if (report.bench.mix && report.knows_shares())
    cards += latency_chart("With the decisions at work", {{"", &report.bench.mix->report}});
  if (cards.empty()) return "";
  return "<h2>Latencies</h2>\n<div class=\"cards\">\n" + cards + "</div>\n";
}

}  // namespace

std::string plan_page(const PlanReport& report) {
  const double slowest = slowest_step_us(report);
  std::string body = plan_head(report);
  body += "<h2>Exits</h2>\n<div class=\"two even\">\n" + shares_part(report) + paths_part(report) + "</div>\n" +
          exits_table(report);
  body +=
      "<h2 class=\"graph-head\">Graph and time</h2>\n<p class=\"soft\">A box is a step of the plan, its colour the "
      "stronger the longer it takes; a diamond is a decision. "
      "What a sample passes before a decision stands above it.</p>\n<div class=\"two\">\n<div class=\"sticky\">" +
      graph_panel(report, "", slowest) + "</div>\n<section class=\"card\">\n" + layers_part(report, "", slowest) +
      "</section>\n</div>\n";
  body += latencies_part(report);
  body +=
      "<h2>Steps</h2>\n<p class=\"soft\">Times are medians of the runs that came by; of peak: of this machine's "
      "multiplications in "
      "what the kernel computes in. Winograd convolutions save multiplications and may pass it.</p>\n" +
      steps_table(report, "");
  body += "<h2>What was fused</h2>\n" + fusions_table(report, "");
  body +=
      "<h2>Why this kernel</h2>\n<p class=\"soft\">Times of the build, among neighbours; a step that was not timed was "
      "chosen by rules of "
      "thumb.</p>\n" +
      rivals_part(report, "") + warnings_part(report);
  body += "<footer>Made by exeunt inspect.</footer>\n";
  return html_page("Plan of " + report.model, "<div class=\"plan\">\n" + body + "</div>\n", kPlanStyle, kPlanScript);
}

}  // namespace exeunt

#include "report/plan_tables.h"

#include <exeunt/tools/report.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/html.h"
#include "report/page_parts.h"
#include "report/plan_facts.h"

namespace exeunt {

namespace {

/// A cell with a number to sort by.
std::string number_cell(double value, const std::string& text) {
  return fmt::format("<td data-v=\"{:.9g}\">{}</td>", value, escaped(text));
}

std::string text_cell(const std::string& text) { return fmt::format("<td class=\"text\">{}</td>", escaped(text)); }

std::string open_table(const std::string& classes, const std::vector<std::pair<std::string, bool>>& header) {
  std::string html = fmt::format("<div class=\"scroll\"><table class=\"{}\"><thead><tr>", classes);
  for (const auto& [name, is_text] : header)
    html += fmt::format("<th{}>{}</th>", is_text ? " class=\"text\"" : "", escaped(name));
  return html + "</tr></thead><tbody>\n";
}

constexpr const char* kCloseTable = "</tbody></table></div>\n";

std::string step_link(const std::string& prefix, std::size_t id) {
  return fmt::format("<a href=\"#node-{0}{1}\">{1}</a>", prefix, id);
}

/// How a step does beside what the machine could.
struct Speed {
  double gmacs = 0;
  double peak_share = 0;  ///< 0: not known
  double gbytes = 0;
};

Speed speed_of(const PlanReport& report, std::size_t id) {
  const StepInfo& step = report.inspection.steps[id];
  const double us = step_us(report, id);
  if (!(us > 0)) return {};
  Speed speed{step.macs / us / 1e3, 0, static_cast<double>(step.bytes) / us / 1e3};
  const double peak = report.peaks.of_kernel(step.kernel) * report.threads;
  if (peak > 0) speed.peak_share = speed.gmacs / peak;
  return speed;
}

std::string step_row(const PlanReport& report, const std::string& prefix, std::size_t id, double slowest) {
  const StepInfo& step = report.inspection.steps[id];
  const double us = step_us(report, id);
  const Speed speed = speed_of(report, id);
  std::string row = fmt::format(
      "<tr id=\"step-{0}{1}\" data-step=\"{0}{1}\" data-op=\"{2}\" data-kernel=\"{3}\"><td data-v=\"{1}\">{4}</td>",
      prefix, id, escaped(step.op), escaped(step.kernel), step_link(prefix, id));
  row += fmt::format("<td class=\"text name\" title=\"{}\">{}</td>", escaped(step.name),
                     escaped(shortened_name(step.name, 34)));
  row += text_cell(step.op) + text_cell(kernel_label(step)) + text_cell(compute_type(step));
  row += text_cell(fmt::format("{} {}", step.result.str(), step.layout));
  row += fmt::format("<td data-v=\"{:.9g}\" class=\"timed\">{}{}</td>", us, us > 0 ? us_number(us) : "-",
                     cell_bar(slowest > 0 ? us / slowest : 0, heat_class(us, slowest)));
  row += number_cell(step.macs, step.macs > 0 ? count_text(step.macs) : "");
  row += number_cell(speed.gmacs, speed.gmacs > 0 ? fmt::format("{:.1f}", speed.gmacs) : "");
  row += number_cell(speed.peak_share, speed.peak_share > 0 ? percent_text(speed.peak_share, 0) : "");
  row += number_cell(speed.gbytes, speed.gbytes > 0 ? fmt::format("{:.1f}", speed.gbytes) : "");
  row += text_cell(passed_by(report.inspection, step.segment));
  return row + "</tr>\n";
}

std::string rival_rows(const StepInfo& step, double us) {
  std::string html;
  double longest = us;
  for (const RivalInfo& rival : step.rivals) longest = std::max(longest, rival.us);
  const auto add = [&](const std::string& kernel, double time, const std::string& reason, bool taken) {
    html += fmt::format("<tr{}>", taken ? " class=\"taken\"" : "");
    html += text_cell(kernel);
    html += fmt::format("<td class=\"timed\" data-v=\"{:.9g}\">{}{}</td>", time, time > 0 ? us_number(time) : "-",
                        cell_bar(longest > 0 ? time / longest : 0, taken ? "f-mix" : "f-fit"));
    html += number_cell(us > 0 ? time / us : 0, us > 0 && time > 0 ? fmt::format("{:.2f}", time / us) : "");
    html += text_cell(reason) + "</tr>\n";
  };
  add(kernel_label(step), us, "taken", true);
  std::vector<RivalInfo> rivals = step.rivals;
  std::ranges::stable_sort(rivals, {}, [](const RivalInfo& r) { return r.us > 0 ? r.us : 1e30; });
  for (const RivalInfo& rival : rivals) {
    StepInfo named;
    named.kernel = rival.kernel;
    add(kernel_label(named), rival.us, rival.reason, false);
  }
  return html;
}

std::string rivals_of(const PlanReport& report, const std::string& prefix, std::size_t id) {
  const StepInfo& step = report.inspection.steps[id];
  // The rivals' times are of the build, and so is the one that they lost to.
  const double us = step.us;
  std::string html = fmt::format(
      "<details data-step=\"{}{}\"><summary><b>{}</b> {} <span class=\"soft name\">{}</span> <code>{}</code> <span "
      "class=\"soft\">{}, "
      "{} not taken</span></summary>\n",
      prefix, id, id, escaped(step.op), escaped(shortened_name(step.name, 40)), escaped(kernel_label(step)),
      us > 0 ? us_text(us) : "not timed", step.rivals.size() + step.refusals.size());
  html +=
      open_table("rivals", {{"kernel", true}, {"us", false}, {"times", false}, {"why", true}}) + rival_rows(step, us);
  for (const RefusalInfo& refusal : step.refusals)
    html += fmt::format("<tr>{}<td></td><td></td>{}</tr>\n", text_cell("all of " + refusal.backend),
                        text_cell("refused: " + refusal.reason));
  return html + kCloseTable + "</details>\n";
}

}  // namespace

std::string exits_table(const PlanReport& report) {
  const Inspection& in = report.inspection;
  const std::vector<double> shares = known_shares(report);
  double longest = 0;
  double most = 0;
  for (const ExitBench& exit : report.bench.exits) longest = std::max(longest, exit.report.latency_us.p50);
  for (const ExitCost& cost : in.costs) most = std::max(most, cost.macs);
  std::string html = open_table("sortable", {{"path to", true},
                                             {"share", false},
                                             {"p50 us", false},
                                             {"p99 us", false},
                                             {"MACs", false},
                                             {"of the most", false},
                                             {"parameters", false},
                                             {"weights", false},
                                             {"moved", false},
                                             {"layers", false},
                                             {"steps", false}});
  for (std::size_t e = 0; e < in.costs.size(); ++e) {
    const ExitCost& cost = in.costs[e];
    const RunReport* runs = exit_runs(report, static_cast<int>(e));
    html += fmt::format("<tr><td class=\"text\">exit {}</td>", e);
    html += number_cell(shares.empty() ? 0 : shares[e], shares.empty() ? "unknown" : percent_text(shares[e]));
    const double p50 = runs == nullptr ? 0 : runs->latency_us.p50;
    html += fmt::format("<td class=\"timed\" data-v=\"{:.9g}\">{}{}</td>", p50, runs == nullptr ? "-" : us_number(p50),
                        cell_bar(longest > 0 ? p50 / longest : 0, "f-mix"));
    html += number_cell(runs == nullptr ? 0 : runs->latency_us.p99,
                        runs == nullptr ? "-" : us_number(runs->latency_us.p99));
    html += number_cell(cost.macs, count_text(cost.macs));
    html += number_cell(cost.macs, most > 0 ? percent_text(cost.macs / most) : "-");
    html += number_cell(static_cast<double>(cost.parameters), count_text(static_cast<double>(cost.parameters)));
    html += number_cell(static_cast<double>(cost.weight_bytes), bytes_text(static_cast<double>(cost.weight_bytes)));
    html += number_cell(static_cast<double>(cost.moved_bytes), bytes_text(static_cast<double>(cost.moved_bytes)));
    html += number_cell(cost.layers, std::to_string(cost.layers)) + number_cell(cost.steps, std::to_string(cost.steps));
    html += "</tr>\n";
  }
  return html + kCloseTable;
}

std::string layers_part(const PlanReport& report, const std::string& prefix, double slowest_us) {
  const Inspection& in = report.inspection;
  double all = 0;
  for (std::size_t i = 0; i < in.steps.size(); ++i) all += step_us(report, i);
  std::string html;
  for (std::size_t s = 0; s < in.segments.size(); ++s) {
    std::string rows;
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < in.steps.size(); ++i) {
      const StepInfo& step = in.steps[i];
      if (step.segment != static_cast<int>(s)) continue;
      const double us = step_us(report, i);
      sum += us;
      ++count;
      rows += fmt::format(
          "<li data-step=\"{0}{1}\"><a href=\"#node-{0}{1}\"><span class=\"id\">{1}</span><span class=\"what\">{2} "
          "<span class=\"soft "
          "name\" title=\"{3}\">{4}</span></span>{5}<span class=\"number\">{6}</span></a></li>\n",
          prefix, i, escaped(step.op), escaped(step.name), escaped(shortened_name(step.name, 30)),
          cell_bar(slowest_us > 0 ? us / slowest_us : 0, heat_class(us, slowest_us)), us > 0 ? us_number(us) : "-");
    }
    const std::string time = sum > 0 ? fmt::format(", {} ({})", us_text(sum), percent_text(sum / all, 0)) : "";
    html += fmt::format("<h3 class=\"segment\">{} <span class=\"soft\">{} step{}{}, passed by {}</span></h3>\n",
                        escaped(segment_title(in, static_cast<int>(s))), count, count == 1 ? "" : "s", time,
                        escaped(passed_by(in, static_cast<int>(s))));
    if (count > 0) html += "<ol class=\"layers\">\n" + rows + "</ol>\n";
  }
  return html;
}

std::string steps_table(const PlanReport& report, const std::string& prefix) {
  const double slowest = slowest_step_us(report);
  std::string html = open_table("sortable", {{"id", false},
                                             {"name", true},
                                             {"op", true},
                                             {"kernel", true},
                                             {"computes in", true},
                                             {"result", true},
                                             {"us", false},
                                             {"MACs", false},
                                             {"GMAC/s", false},
                                             {"of peak", false},
                                             {"GB/s", false},
                                             {"passed by", true}});
  for (std::size_t i = 0; i < report.inspection.steps.size(); ++i) html += step_row(report, prefix, i, slowest);
  return html + kCloseTable;
}

std::string fusions_table(const PlanReport& report, const std::string& prefix) {
  const Inspection& in = report.inspection;
  std::string rows;
  for (std::size_t i = 0; i < in.steps.size(); ++i) {
    const StepInfo& step = in.steps[i];
    if (step.nodes.size() < 2) continue;
    std::string nodes;
    for (const std::string& node : step.nodes)
      nodes += fmt::format("<li title=\"{}\">{}</li>", escaped(node), escaped(shortened_name(node, 44)));
    rows += fmt::format(
        "<tr data-step=\"{0}{1}\"><td data-v=\"{1}\">{2}</td>{3}<td class=\"text chips\"><ul>{4}</ul></td></tr>\n",
        prefix, i, step_link(prefix, i), text_cell(step.op), nodes);
  }
  if (rows.empty()) return "<p>No step does the work of more than one node of the file.</p>\n";
  return open_table("fusions", {{"step", false}, {"runs as", true}, {"nodes of the file, in order", true}}) + rows +
         kCloseTable;
}

std::string rivals_part(const PlanReport& report, const std::string& prefix) {
  std::string html;
  for (std::size_t i = 0; i < report.inspection.steps.size(); ++i) {
    const StepInfo& step = report.inspection.steps[i];
    if (!step.rivals.empty() || !step.refusals.empty()) html += rivals_of(report, prefix, i);
  }
  return html.empty() ? "<p>There was one kernel for each step.</p>\n"
                      : "<div class=\"rival-list\">\n" + html + "</div>\n";
}

std::string warnings_part(const PlanReport& report) {
  std::string html;
  for (const Warning& w : report.inspection.warnings) {
    const std::string node = w.node.empty() ? "" : fmt::format(" node '{}'", shortened_name(w.node, 60));
    html += fmt::format("<li><b>{}</b>{}: {} <span class=\"soft\">{}</span></li>\n", escaped(w.code), escaped(node),
                        escaped(w.message), escaped(w.hint));
  }
  for (const std::string& note : report.notes) html += fmt::format("<li>{}</li>\n", escaped(note));
  return html.empty() ? "" : "<h2>To know</h2>\n<ul class=\"plain\">\n" + html + "</ul>\n";
}

}  // namespace exeunt

#include <exeunt/tools/report.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/graph_drawing.h"
#include "report/html.h"
#include "report/page_parts.h"
#include "report/plan_charts.h"
#include "report/plan_facts.h"
#include "report/plan_style.h"
#include "report/plan_tables.h"
#include "report/versus_align.h"

namespace exeunt {

namespace {

constexpr const char* kPrefixA = "a-";
constexpr const char* kPrefixB = "b-";

/// What the page calls a side: its file, and what it computes in where that is all that tells them apart.
struct Names {
  std::string a;
  std::string b;
};

Names names_of(const PlanReport& a, const PlanReport& b) {
  if (a.precision == b.precision) return {"A: " + a.model, "B: " + b.model};
  return {fmt::format("A: {}, {}", a.model, a.precision), fmt::format("B: {}, {}", b.model, b.precision)};
}

/// A bar from the middle: to the left where B is faster, to the right where it is slower; an end is twice or half.
std::string ratio_bar(double ratio) {
  if (!(ratio > 0) || !std::isfinite(ratio)) return "";
  const double length = 50 * std::clamp(std::log2(ratio), -1.0, 1.0);
  return fmt::format(
      "<svg class=\"cellbar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect "
      "class=\"groove\" "
      "width=\"100\" height=\"10\"/><rect class=\"{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\"/><rect "
      "class=\"f-full\" x=\"49.2\" "
      "width=\"1.6\" height=\"10\"/></svg>",
      length < 0 ? "f-alone" : "f-chosen", length < 0 ? 50 + length : 50, std::abs(length));
}

std::string ratio_cell(double a, double b) {
  if (!(a > 0) || !(b > 0)) return "<td data-v=\"0\"></td>";
  return fmt::format("<td class=\"timed\" data-v=\"{:.9g}\">{:.2f}{}</td>", b / a, b / a, ratio_bar(b / a));
}

/// A figure of both. @param ratio  a cell; figures of which neither more nor less is better have an empty one
std::string row(const std::string& name, const std::string& a, const std::string& b, const std::string& ratio,
                const std::string& more = {}) {
  return fmt::format("<tr><td class=\"text\">{}</td><td>{}</td><td>{}</td>{}<td class=\"text\">{}</td></tr>\n",
                     escaped(name), escaped(a), escaped(b), ratio, more);
}

/// What is the better the less it is. 0: not known.
std::string cost_row(const std::string& name, double a, double b, std::string (*text)(double),
                     const std::string& more = {}) {
  return row(name, a > 0 ? text(a) : "-", b > 0 ? text(b) : "-", ratio_cell(a, b), more);
}

std::string interval_text(const RatioInterval& ratio) {
  constexpr double kMargin = 0.01;
  const RatioVerdict verdict = judge_ratio(ratio, kMargin);
  const char* classes = verdict == RatioVerdict::b_faster   ? "better"
                        : verdict == RatioVerdict::a_faster ? "worse"
                                                            : "soft";
  return fmt::format("<span class=\"{}\">{}</span>, {:.3f} ({:.3f} to {:.3f})", classes, verdict_text(verdict),
                     ratio.median, ratio.low, ratio.high);
}

double p50_of(const PlanReport& report, std::size_t exit) {
  const RunReport* runs = exit_runs(report, static_cast<int>(exit));
  return runs == nullptr ? 0 : runs->latency_us.p50;
}

double mean_of_mix(const PlanReport& report) {
  return report.knows_shares() ? report.bench.mix->report.latency_us.mean : 0;
}

std::string totals_part(const PlanReport& a, const PlanReport& b, const std::vector<ExitRatio>& ratios) {
  std::string rows;
  for (std::size_t e = 0; e < std::max(a.inspection.exits.size(), b.inspection.exits.size()); ++e) {
    const auto measured = std::ranges::find(ratios, static_cast<int>(e), &ExitRatio::exit);
    const std::string more = measured == ratios.end() ? "" : interval_text(measured->b_over_a);
    rows += cost_row(fmt::format("to exit {}, p50", e), p50_of(a, e), p50_of(b, e), us_text, more);
  }
  if (a.knows_shares() || b.knows_shares()) rows += cost_row("mix, mean", mean_of_mix(a), mean_of_mix(b), us_text);
  const std::vector<double> shares_a = known_shares(a);
  const std::vector<double> shares_b = known_shares(b);
  const auto share = [](const std::vector<double>& shares, std::size_t e) {
    return e < shares.size() ? percent_text(shares[e]) : "-";
  };
  for (std::size_t e = 0; e < std::max(shares_a.size(), shares_b.size()); ++e)
    rows += row(fmt::format("leave at exit {}", e), share(shares_a, e), share(shares_b, e), "<td></td>");
  const Inspection& one = a.inspection;
  const Inspection& other = b.inspection;
  rows += row("steps", std::to_string(one.steps.size()), std::to_string(other.steps.size()), "<td></td>");
  rows +=
      cost_row("activations", static_cast<double>(one.arena_bytes), static_cast<double>(other.arena_bytes), bytes_text);
  rows += cost_row("packed weights", static_cast<double>(one.packed_bytes), static_cast<double>(other.packed_bytes),
                   bytes_text);
  for (std::size_t e = 0; e < std::max(one.costs.size(), other.costs.size()); ++e)
    rows += cost_row(fmt::format("MACs to exit {}", e), e < one.costs.size() ? one.costs[e].macs : 0,
                     e < other.costs.size() ? other.costs[e].macs : 0, count_text);
  return "<div class=\"scroll\"><table><thead><tr><th class=\"text\"></th><th>A</th><th>B</th><th>B / A</th><th "
         "class=\"text\">in interleaved "
         "pairs (99 % interval)</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string side_cells(const PlanReport& report, const char* prefix, int id) {
  if (id < 0) return "<td></td><td class=\"text soft\">-</td><td></td>";
  const auto index = static_cast<std::size_t>(id);
  const StepInfo& step = report.inspection.steps[index];
  const double us = step_us(report, index);
  return fmt::format(
      "<td data-v=\"{0}\"><a href=\"#node-{1}{0}\">{0}</a></td><td class=\"text name\" title=\"{2}\">{3}</td><td "
      "data-v=\"{4:.9g}\">{5}</td>",
      id, prefix, escaped(step.name), escaped(kernel_label(step)), us, us > 0 ? us_number(us) : "-");
}

std::string aligned_part(const PlanReport& a, const PlanReport& b) {
  std::string rows;
  for (const StepPair& pair : align_steps(a.inspection, b.inspection)) {
    const StepInfo& any = pair.a >= 0 ? a.inspection.steps[static_cast<std::size_t>(pair.a)]
                                      : b.inspection.steps[static_cast<std::size_t>(pair.b)];
    const double us_a = pair.a >= 0 ? step_us(a, static_cast<std::size_t>(pair.a)) : 0;
    const double us_b = pair.b >= 0 ? step_us(b, static_cast<std::size_t>(pair.b)) : 0;
    std::string ids;
    if (pair.a >= 0) ids += fmt::format(" id=\"step-{0}{1}\" data-step=\"{0}{1}\"", kPrefixA, pair.a);
    rows += fmt::format("<tr{}>{}{}<td class=\"text\">{}</td>{}{}</tr>\n", ids, side_cells(a, kPrefixA, pair.a),
                        ratio_cell(us_a, us_b), escaped(any.op), side_cells(b, kPrefixB, pair.b),
                        pair.b >= 0
                            ? fmt::format("<td class=\"text name\" id=\"step-{}{}\">{}</td>", kPrefixB, pair.b,
                                          escaped(shortened_name(any.name, 30)))
                            : fmt::format("<td class=\"text name\">{}</td>", escaped(shortened_name(any.name, 30))));
  }
  return "<div class=\"scroll\"><table class=\"sortable\"><thead><tr><th>A</th><th class=\"text\">kernel of "
         "A</th><th>us</th><th>B / "
         "A</th><th class=\"text\">op</th><th>B</th><th class=\"text\">kernel of B</th><th>us</th><th "
         "class=\"text\">name</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string latencies_beside(const PlanReport& a, const PlanReport& b) {
  std::string cards;
  const auto add = [&](const std::string& title, const RunReport* one, const RunReport* other) {
    std::vector<LatencySeries> series;
    if (one != nullptr) series.push_back({"A", one});
    if (other != nullptr) series.push_back({"B", other});
    if (!series.empty()) cards += latency_chart(title, series);
  };
  for (std::size_t e = 0; e < std::max(a.inspection.exits.size(), b.inspection.exits.size()); ++e)
    add(fmt::format("Every sample to exit {}", e), exit_runs(a, static_cast<int>(e)),
        exit_runs(b, static_cast<int>(e)));
  if (a.knows_shares() && b.knows_shares())
    add("With the decisions at work", &a.bench.mix->report, &b.bench.mix->report);
  return cards.empty() ? "" : "<h2>Latencies</h2>\n<div class=\"cards\">\n" + cards + "</div>\n";
}

}  // namespace

std::string plan_versus_page(const PlanReport& a, const PlanReport& b, const std::vector<ExitRatio>& ratios) {
  const double slowest = std::max(slowest_step_us(a), slowest_step_us(b));
  const Names names = names_of(a, b);
  std::string body =
      fmt::format("<h1>{}<br>{}</h1>\n<p class=\"soft\">A: {}, computes in {}. B: {}, computes in {}. {}.</p>\n",
                  escaped(names.a), escaped(names.b), escaped(a.machine), escaped(a.precision), escaped(b.machine),
                  escaped(b.precision), a.data.empty() ? "Fed with noise" : "Fed with samples of " + escaped(a.data));
  body += "<h2>In all</h2>\n" + totals_part(a, b, ratios);
  body +=
      "<p class=\"soft\">A bar to the left: B takes less; its end: half. To the right: more; its end: twice. Colours "
      "of both graphs "
      "are of one scale.</p>\n";
  body += known_shares(a).empty() && known_shares(b).empty()
              ? shares_part(a)
              : "<div class=\"two even\">\n" + shares_part(a) + shares_part(b) + "</div>\n";
  body += latencies_beside(a, b);
  body +=
      "<h2>Step by step</h2>\n<p class=\"soft\">Steps that do the same work stand side by side: those of one name, "
      "else of the same op, "
      "multiplications and size.</p>\n" +
      aligned_part(a, b);
  body += fmt::format(
      "<h2>Graphs</h2>\n<div class=\"two\">\n<div><h3>{}</h3>{}</div><div><h3>{}</h3>{}</div>\n</div>\n",
      escaped(names.a), graph_panel(a, kPrefixA, slowest), escaped(names.b), graph_panel(b, kPrefixB, slowest));
  body += fmt::format(
      "<h2>What was fused</h2>\n<div class=\"two\">\n<div><h3>{}</h3>{}</div><div><h3>{}</h3>{}</div>\n</div>\n",
      escaped(names.a), fusions_table(a, kPrefixA), escaped(names.b), fusions_table(b, kPrefixB));
  body += fmt::format(
      "<h2>Why this kernel</h2>\n<div class=\"two\">\n<div><h3>{}</h3>{}</div><div><h3>{}</h3>{}</div>\n</div>\n",
      escaped(names.a), rivals_part(a, kPrefixA), escaped(names.b), rivals_part(b, kPrefixB));
  body += "<footer>Made by exeunt inspect.</footer>\n";
  return html_page(fmt::format("{} beside {}", a.model, b.model), "<div class=\"plan\">\n" + body + "</div>\n",
                   kPlanStyle, kPlanScript);
}

}  // namespace exeunt

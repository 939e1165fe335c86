#include <exeunt/tools/report.h>

#include <fmt/format.h>

#include <cmath>

#include "report/html.h"
#include "report/page_parts.h"
#include "report/tune_charts.h"

namespace exeunt {

namespace {

std::string head_of_page(const Tuned& tuned, const TuneReportInfo& info) {
  const Outcome& seen = tuned.chosen.held_out;
  const Alternative& full = tuned.verdict.alternatives.back();
  std::string html = fmt::format("<h1>Exits of {}</h1>\n<p class=\"soft\">{}; {}. Budget: {}.</p>\n",
                                 escaped(info.model), escaped(info.data), escaped(info.machine), escaped(info.budget));
  const bool pays = tuned.verdict.advice == Verdict::Advice::use_exits;
  html +=
      fmt::format("<div class=\"verdict{}\"><p>{}</p></div>\n", pays ? "" : " warn", escaped(tuned.verdict.sentence));
  html += "<div class=\"tiles\">\n";
  html += tile(percent_text(seen.accuracy, 2), "right, chosen thresholds");
  html += tile(fmt::format("{:+.2f} ± {:.2f}", -100 * seen.drop, 100 * seen.drop_error),
               "points against the last exit (standard error)");
  html += tile(us_text(seen.latency_us), "on average");
  html += tile(us_text(full.latency_us), "without exits");
  html += tile(us_text(seen.p99_us), "99 % of the runs within");
  html += "</div>\n";
  const std::size_t fitted = static_cast<std::size_t>(tuned.chosen.fitted.samples);
  html += tuned.holds_out
              ? fmt::format(
                    "<p class=\"soft\">All on the {} samples held out; the thresholds were fitted on {} "
                    "others.</p>\n",
                    seen.samples, fitted)
              : fmt::format(
                    "<p class=\"soft\">All on the {} samples that the thresholds were fitted on: none were held "
                    "out, whatever the charts below say.</p>\n",
                    fitted);
  for (const std::string& note : tuned.notes) html += fmt::format("<p>Note: {}.</p>\n", escaped(note));
  return html;
}

std::string curve_part(const Tuned& tuned, const TuneReportInfo& info) {
  return "<h2>Accuracy and latency</h2>\n<figure class=\"card\">\n<div class=\"wide\">" +
         accuracy_latency_chart(tuned, info, 1100, 440) + "</div><div class=\"narrow\">" +
         accuracy_latency_chart(tuned, info, 400, 340) + "</div>" + accuracy_latency_legend() + "</figure>\n";
}

std::string points_part(const Tuned& tuned) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const TunePoint& point, const std::string& name) {
    std::vector<std::string> row = {name};
    for (const ExitSettings& s : point.settings)
      row.push_back(!s.enabled ? "off" : s.threshold < 0 ? "all leave" : fmt::format("{:.4f}", s.threshold));
    for (const double share : point.held_out.shares) row.push_back(percent_text(share));
    row.insert(row.end(), {percent_text(point.held_out.accuracy, 2), us_text(point.held_out.latency_us),
                           percent_text(point.fitted.accuracy, 2), us_text(point.fitted.latency_us)});
    rows.push_back(std::move(row));
  };
  add(tuned.chosen, "chosen");
  const std::size_t step = std::max<std::size_t>(1, tuned.points.size() / 20);
  for (std::size_t i = 0; i < tuned.points.size(); i += step) add(tuned.points[i], fmt::format("{}", i));
  std::vector<std::string> header = {"point"};
  for (std::size_t d = 0; d < tuned.curves.size(); ++d) header.push_back(fmt::format("threshold {}", d));
  for (std::size_t e = 0; e <= tuned.curves.size(); ++e) header.push_back(fmt::format("leave at {}", e));
  header.insert(header.end(), {"held out: right", "mean", "fitted: right", "mean"});
  return "<h2>Points</h2>\n" + html_table(header, rows, {0});
}

std::string alternatives_part(const Tuned& tuned) {
  std::vector<std::vector<std::string>> rows = {
      {"chosen thresholds", percent_text(tuned.verdict.accuracy, 2), us_text(tuned.verdict.latency_us), "", ""}};
  for (std::size_t e = 0; e < tuned.verdict.alternatives.size(); ++e) {
    const Alternative& a = tuned.verdict.alternatives[e];
    std::vector<std::string> row = {
        e + 1 == tuned.verdict.alternatives.size() ? "without exits" : fmt::format("exit {} alone", e),
        percent_text(a.accuracy, 2), us_text(a.latency_us), "", ""};
    if (e < tuned.verdict.break_even.size()) {
      const BreakEven& exit = tuned.verdict.break_even[e];
      row[3] = percent_text(exit.share);
      row[4] = std::isfinite(exit.needed_share) && exit.needed_share <= 1 ? percent_text(exit.needed_share) : "never";
    }
    rows.push_back(std::move(row));
  }
  return "<h2>Against one head alone</h2>\n<p class=\"soft\">Break-even: of the samples that come by an exit, the "
         "share "
         "that must leave there for its own head to pay.</p>\n" +
         html_table({"", "right", "mean", "leave here", "break-even"}, rows, {0});
}

}  // namespace

std::string tune_page(const Tuned& tuned, const TuneReportInfo& info) {
  std::string body = head_of_page(tuned, info) + curve_part(tuned, info) + alternatives_part(tuned);
  body +=
      "<h2>Share of each exit against its threshold</h2>\n<p class=\"soft\">Of all samples held out, as if each exit "
      "were the first.</p>\n<div class=\"cards\">\n";
  for (std::size_t d = 0; d < tuned.curves.size(); ++d) body += threshold_chart(tuned, d);
  body +=
      "</div>\n<h2>Reliability of each head</h2>\n<p class=\"soft\">On the dashed line a head is right as often as it "
      "is sure. The error is the expected calibration error over 15 bins.</p>\n<div class=\"cards\">\n";
  for (std::size_t e = 0; e < tuned.heads.size(); ++e) body += reliability_chart(tuned.heads[e], e);
  body += "</div>\n" + points_part(tuned) + "<footer>Made by exeunt tune.</footer>\n";
  return html_page("Exits of " + info.model, body);
}

}  // namespace exeunt

#include "report/plan_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/html.h"
#include "report/page_parts.h"
#include "report/plan_facts.h"
#include "report/plot.h"

namespace exeunt {

namespace {

constexpr std::array kExitColours = {"f-mix", "f-chosen", "f-alone", "f-before", "f-full", "f-fit"};

const char* exit_colour(std::size_t exit) { return kExitColours[exit % kExitColours.size()]; }

/// A part of a bar of which all parts together are 1 wide at most.
struct BarPart {
  double size = 0;
  std::string classes;
  std::string hover;
};

std::string stacked_bar(const std::vector<BarPart>& parts, const std::string& label) {
  std::string svg = fmt::format(
      "<svg class=\"stacked\" data-chart=\"1\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\"><rect class=\"groove\" width=\"1000\" height=\"10\"/>",
      escaped(label));
  double x = 0;
  for (const BarPart& part : parts) {
    const double width = std::isfinite(part.size) ? 1000 * std::max(0.0, part.size) : 0;
    if (width > 0)
      svg += fmt::format("<rect class=\"{}\" x=\"{:.2f}\" width=\"{:.2f}\" height=\"10\"><title>{}</title></rect>",
                         part.classes, x, std::max(0.5, width - 1.5), escaped(part.hover));
    x += width;
  }
  return svg + "</svg>\n";
}

std::string swatch(std::string_view classes) {
  return fmt::format("<rect class=\"{}\" width=\"26\" height=\"14\" rx=\"3\"/>", classes);
}

/// What the time to one exit is made of.
struct PathParts {
  int exit = 0;
  PathTimes us;
};

std::vector<PathParts> path_parts(const PlanReport& report) {
  std::vector<PathParts> parts;
  for (const ExitBench& exit : report.bench.exits) {
    if (exit.profile) parts.push_back({exit.exit, exit.profile->median_us});
  }
  return parts;
}

/// The runs up to a time, in bins of one width.
struct Histogram {
  std::vector<double> shares;
  std::int64_t beyond = 0;
};

Histogram count_runs(const RunReport& runs, const Axis& axis, std::size_t bins) {
  Histogram result{std::vector<double>(bins, 0), 0};
  for (const TimedRun& run : runs.runs) {
    const double at = (run.us - axis.low) / (axis.high - axis.low) * static_cast<double>(bins);
    if (!(at >= 0) || at >= static_cast<double>(bins)) {
      ++result.beyond;
      continue;
    }
    result.shares[static_cast<std::size_t>(at)] += 1.0 / static_cast<double>(runs.runs.size());
  }
  return result;
}

/// From the fastest run to one that few are slower than: a run that another program disturbed takes many times as long,
/// and would leave no room for all others.
std::vector<double> ends_of(const RunReport& runs) {
  constexpr double kFar = 4;  // times as far above the median as the 90th percentile
  std::vector<double> us;
  for (const TimedRun& run : runs.runs) us.push_back(run.us);
  if (us.empty()) return {};
  std::ranges::sort(us);
  const auto at = [&](std::size_t permille) { return us[(us.size() - 1) * permille / 1000]; };
  const double median = at(500);
  return {us.front(),
          std::min(at(995), std::min(2 * median, median + kFar * std::max(at(900) - median, 0.02 * median)))};
}

void draw_histogram(Plot& plot, const Axis& axis, const Histogram& histogram, std::size_t which, bool outline) {
  const double width = (axis.high - axis.low) / static_cast<double>(histogram.shares.size());
  std::vector<PlotPoint> points = {{axis.low, 0}};
  for (std::size_t i = 0; i < histogram.shares.size(); ++i) {
    const double from = axis.low + width * static_cast<double>(i);
    const double share = histogram.shares[i];
    points.insert(points.end(), {{from, share}, {from + width, share}});
    if (!outline && share > 0)
      plot.bar(from, from + width, share,
               fmt::format("{} to {}: {} of the runs", us_number(from), us_text(from + width), percent_text(share)),
               "f-mix");
  }
  points.emplace_back(axis.high, 0);
  if (outline) plot.line(points, which == 0 ? "s-mix" : "s-chosen");
}

}  // namespace

std::string shares_part(const PlanReport& report) {
  const std::vector<double> shares = known_shares(report);
  if (report.inspection.decisions.empty()) return "";
  if (shares.empty()) {
    return "<div class=\"verdict warn\"><p><b>How many samples take each exit is not known:</b> no data were given, "
           "and "
           "noise tells nothing of it. <code>--data SRC</code> measures it.</p></div>\n";
  }
  std::vector<BarPart> parts;
  std::string legend;
  for (std::size_t e = 0; e < shares.size(); ++e) {
    const std::string text = fmt::format("exit {}: {}", e, percent_text(shares[e]));
    parts.push_back({shares[e], exit_colour(e), text});
    legend += legend_key(swatch(exit_colour(e)), text);
  }
  const std::string of = report.knows_shares() ? fmt::format("of the {} runs measured, on samples of {}",
                                                             report.bench.mix->report.latency_us.runs, report.data)
                                               : "of the samples it was calibrated with";
  return fmt::format(
      "<figure class=\"card\"><h3>Share of each exit</h3>\n<p class=\"soft\">{}</p>\n{}<ul "
      "class=\"legend\">{}</ul></figure>\n",
      escaped(of), stacked_bar(parts, "Share of each exit"), legend);
}

std::string paths_part(const PlanReport& report) {
  const std::vector<PathParts> all = path_parts(report);
  double longest = 0;
  for (const PathParts& path : all) longest = std::max(longest, path.us.all());
  if (!(longest > 0)) return "";
  std::string rows;
  for (const PathParts& path : all) {
    const PathTimes& us = path.us;
    const std::vector<BarPart> parts = {
        {(us.steps - us.heads) / longest, "f-mix", "steps on the way: " + us_text(us.steps - us.heads)},
        {us.heads / longest, "f-chosen", "heads of exits not taken: " + us_text(us.heads)},
        {us.scores / longest, "f-alone", "decisions: " + us_text(us.scores)},
        {(us.input + us.output) / longest, "f-before", "input and output: " + us_text(us.input + us.output)}};
    rows += fmt::format("<div class=\"path\"><span>exit {}</span>{}<span class=\"number\">{}</span></div>\n", path.exit,
                        stacked_bar(parts, fmt::format("What the time to exit {} is made of", path.exit)),
                        us_text(us.all()));
  }
  return fmt::format(
      "<figure class=\"card\"><h3>What the time to each exit is made of</h3>\n<p class=\"soft\">Medians of runs taken "
      "apart.</p>\n{}<ul class=\"legend\">{}{}{}{}</ul></figure>\n",
      rows, legend_key(swatch("f-mix"), "steps on the way"), legend_key(swatch("f-chosen"), "heads of exits not taken"),
      legend_key(swatch("f-alone"), "decisions"), legend_key(swatch("f-before"), "input and output"));
}

std::string latency_chart(const std::string& title, const std::vector<LatencySeries>& series) {
  constexpr std::size_t kBins = 40;
  constexpr double kWidth = 400;
  constexpr double kHeight = 270;
  std::vector<double> ends;
  for (const LatencySeries& each : series) {
    const std::vector<double> its = ends_of(*each.runs);
    ends.insert(ends.end(), its.begin(), its.end());
  }
  if (ends.empty()) return "";
  const Axis x = axis_over("latency, us", ends, false, 0.1);
  std::vector<Histogram> histograms;
  std::vector<double> shares = {0};
  for (const LatencySeries& each : series) {
    histograms.push_back(count_runs(*each.runs, x, kBins));
    shares.insert(shares.end(), histograms.back().shares.begin(), histograms.back().shares.end());
  }
  const Axis y{"runs, %", 0, 1.08 * std::ranges::max(shares) + 1e-6, true};
  Plot plot(kWidth, kHeight, x, y, "Histogram of the latencies: " + title);
  const bool outline = series.size() > 1;
  std::string keys;
  for (std::size_t i = 0; i < series.size(); ++i) {
    const LatencyReport& us = series[i].runs->latency_us;
    draw_histogram(plot, x, histograms[i], i, outline);
    const char* stroke = outline && i == 0 ? "s-mix" : "s-chosen";
    plot.vertical(us.p50, fmt::format("{} thin dashed", stroke), outline ? "" : "p50 " + us_number(us.p50));
    keys += legend_key(outline ? fmt::format("<path class=\"line {}\" d=\"M1 7H25\"/>", stroke) : swatch("f-mix"),
                       fmt::format("{}p50 {}, p99 {}; {} runs, {} not shown",
                                   escaped(series[i].name.empty() ? "" : series[i].name + ": "), us_number(us.p50),
                                   us_text(us.p99), us.runs, histograms[i].beyond));
  }
  return fmt::format("<figure class=\"card\"><h3>{}</h3>\n{}<ul class=\"legend\">{}</ul></figure>\n", escaped(title),
                     plot.str(), keys);
}

}  // namespace exeunt

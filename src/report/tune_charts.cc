#include "report/tune_charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/html.h"
#include "report/page_parts.h"
#include "report/plot.h"

namespace exeunt {

namespace {

constexpr double kCardWidth = 400;
constexpr double kCardHeight = 290;
constexpr double kLabelShift = 12;

std::string right_in(double accuracy, double us) {
  return fmt::format("{:.2f} % right in {:.1f} us", 100 * accuracy, us);
}

std::string thresholds_of(const TunePoint& point) {
  std::vector<std::string> parts;
  for (const ExitSettings& s : point.settings) {
    parts.push_back(!s.enabled ? "off" : s.threshold < 0 ? "all leave" : fmt::format("{:.3f}", s.threshold));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void draw_limit(Plot& plot, const Tuned& tuned, const TuneBudget& limit) {
  const double full = tuned.chosen.held_out.full_accuracy;
  switch (limit.kind) {
    case TuneBudget::Kind::accuracy_drop:
      return plot.horizontal(full - limit.limit, "s-limit thin dashed", "the budget");
    case TuneBudget::Kind::min_accuracy:
      return plot.horizontal(limit.limit, "s-limit thin dashed", "the budget");
    case TuneBudget::Kind::mean_latency_us:
      return plot.vertical(limit.limit, "s-limit thin dashed", "the budget");
    case TuneBudget::Kind::p99_latency_us:
      return;
  }
}

void draw_reliability(Plot& plot, std::span<const ReliabilityBin> bins, const std::string& name, Mark mark,
                      const std::string& text) {
  std::vector<PlotPoint> points;
  for (const ReliabilityBin& bin : bins) {
    if (bin.samples > 0) points.emplace_back(bin.confidence, bin.accuracy);
  }
  plot.line(points, "s-" + name);
  for (const ReliabilityBin& bin : bins) {
    if (bin.samples == 0) continue;
    plot.mark({bin.confidence, bin.accuracy}, mark, "f-" + name,
              fmt::format("{}: {} samples, {:.1f} % sure, {:.1f} % right", text, bin.samples, 100 * bin.confidence,
                          100 * bin.accuracy));
  }
}

}  // namespace

std::string accuracy_latency_chart(const Tuned& tuned, const TuneReportInfo& info, double width, double height) {
  std::vector<double> us;
  std::vector<double> accuracy;
  std::vector<PlotPoint> held_out;
  std::vector<PlotPoint> fitted;
  for (const TunePoint& point : tuned.points) {
    held_out.emplace_back(point.held_out.latency_us, point.held_out.accuracy);
    fitted.emplace_back(point.fitted.latency_us, point.fitted.accuracy);
  }
  std::ranges::sort(held_out);
  for (const auto& points : {held_out, fitted}) {
    for (const auto& [x, y] : points) {
      us.push_back(x);
      accuracy.push_back(y);
    }
  }
  for (const Alternative& a : tuned.verdict.alternatives) {
    us.push_back(a.latency_us);
    accuracy.push_back(a.accuracy);
  }
  Plot plot(width, height, axis_over("mean latency, us", us, false), axis_over("accuracy, %", accuracy, true, 0.005),
            "Accuracy over mean latency of all points, of the chosen one, of the full network and of each head alone");
  draw_limit(plot, tuned, info.limit);
  plot.line(fitted, "s-fit thin dashed");
  plot.line(held_out, "s-mix");
  for (const TunePoint& point : tuned.points) {
    plot.mark({point.held_out.latency_us, point.held_out.accuracy}, Mark::circle, "f-mix",
              fmt::format("thresholds {}: {}", thresholds_of(point),
                          right_in(point.held_out.accuracy, point.held_out.latency_us)));
  }
  const Alternative& full = tuned.verdict.alternatives.back();
  for (const Alternative& a : tuned.verdict.alternatives) {
    const bool last = a.exit == full.exit;
    const std::string name = last ? "no exits" : fmt::format("exit {} alone", a.exit);
    plot.mark({a.latency_us, a.accuracy}, last ? Mark::diamond : Mark::square, last ? "f-full" : "f-alone",
              fmt::format("{}: {}", name, right_in(a.accuracy, a.latency_us)));
  }
  const Outcome& chosen = tuned.chosen.held_out;
  plot.mark({chosen.latency_us, chosen.accuracy}, Mark::ring, "s-chosen",
            fmt::format("chosen: {}", right_in(chosen.accuracy, chosen.latency_us)));
  // What may lie at the same place has its label on another side.
  bool on_a_head = false;
  for (const Alternative& a : tuned.verdict.alternatives) {
    const bool last = a.exit == full.exit;
    on_a_head = on_a_head || (!last && std::abs(a.latency_us - chosen.latency_us) < 0.05 * full.latency_us);
    plot.label({a.latency_us, a.accuracy}, last ? "no exits" : fmt::format("exit {} alone", a.exit),
               last ? "f-full" : "f-alone", last ? -kLabelShift : kLabelShift);
  }
  plot.label({chosen.latency_us, chosen.accuracy}, "chosen", "f-chosen", on_a_head ? -kLabelShift : kLabelShift);
  return plot.str();
}

std::string accuracy_latency_legend() {
  return "<ul class=\"legend\">\n" +
         legend_key(
             "<path class=\"line s-mix\" d=\"M1 7H25\"/><circle class=\"mark f-mix\" cx=\"13\" cy=\"7\" r=\"4\"/>",
             "thresholds, on samples held out") +
         legend_key("<path class=\"line thin dashed s-fit\" d=\"M1 7H25\"/>", "the same, on samples fitted") +
         legend_key("<circle class=\"ring s-chosen\" cx=\"13\" cy=\"7\" r=\"5\"/>", "chosen") +
         legend_key("<path class=\"mark f-full\" d=\"M13 0l7 7l-7 7l-7 -7z\"/>", "the network without exits") +
         legend_key("<rect class=\"mark f-alone\" x=\"8\" y=\"2\" width=\"10\" height=\"10\"/>",
                    "one head alone, always stopping there") +
         "</ul>\n";
}

std::string threshold_chart(const Tuned& tuned, std::size_t decision) {
  const ThresholdCurve& curve = tuned.curves[decision];
  const ExitSettings& chosen = tuned.chosen.settings[decision];
  Plot plot(kCardWidth, kCardHeight, {"threshold", 0, 1, false}, {"samples, %", 0, 1, true},
            fmt::format("Share of the samples that exit {} lets go by its threshold, and how many of them are right",
                        decision));
  std::vector<PlotPoint> shares;
  std::vector<PlotPoint> right;
  for (std::size_t i = 0; i < curve.thresholds.size(); ++i) {
    shares.emplace_back(curve.thresholds[i], curve.shares[i]);
    right.emplace_back(curve.thresholds[i], curve.accuracies[i]);
  }
  plot.line(shares, "s-mix");
  plot.line(right, "s-alone thin dashed");
  if (chosen.enabled) {
    const double at = std::clamp(static_cast<double>(chosen.threshold), 0.0, 1.0);
    plot.vertical(at, "s-chosen", chosen.threshold < 0 ? "all leave" : fmt::format("chosen {:.3f}", chosen.threshold));
  }
  return fmt::format("<figure class=\"card\"><h3>Exit {}, by {}{}</h3>\n{}<ul class=\"legend\">{}{}</ul></figure>\n",
                     decision, criterion_kind_name(chosen.criterion), chosen.enabled ? "" : ": switched off",
                     plot.str(), legend_key("<path class=\"line s-mix\" d=\"M1 7H25\"/>", "would leave, of all"),
                     legend_key("<path class=\"line thin dashed s-alone\" d=\"M1 7H25\"/>", "right, of these"));
}

std::string reliability_chart(const HeadReliability& head, std::size_t exit) {
  Plot plot(kCardWidth, kCardHeight, {"how sure, %", 0, 1, true}, {"how often right, %", 0, 1, true},
            fmt::format("How often exit {} is right by how sure it is, before and after temperature scaling", exit));
  const auto samples = [](std::int64_t sum, const ReliabilityBin& bin) { return sum + bin.samples; };
  const auto all = static_cast<double>(std::accumulate(head.after.begin(), head.after.end(), std::int64_t{0}, samples));
  for (std::size_t i = 0; i < head.after.size() && all > 0; ++i) {
    const double width = 1.0 / static_cast<double>(head.after.size());
    const double share = static_cast<double>(head.after[i].samples) / all;
    plot.bar(width * static_cast<double>(i), width * static_cast<double>(i + 1), share,
             fmt::format("{:.1f} % of the samples", 100 * share));
  }
  plot.line({{0, 0}, {1, 1}}, "s-limit thin dashed");
  draw_reliability(plot, head.before, "before", Mark::square, "as it is");
  draw_reliability(plot, head.after, "after", Mark::circle, "with the temperature");
  return fmt::format(
      "<figure class=\"card\"><h3>Exit {}, temperature {:.2f}</h3>\n{}<ul class=\"legend\">{}{}{}</ul></figure>\n",
      exit, head.temperature, plot.str(),
      legend_key(
          "<path class=\"line s-before\" d=\"M1 7H25\"/><rect class=\"mark f-before\" x=\"8\" y=\"2\" width=\"10\" "
          "height=\"10\"/>",
          fmt::format("as it is: error {:.1f} %", 100 * head.ece_before)),
      legend_key(
          "<path class=\"line s-after\" d=\"M1 7H25\"/><circle class=\"mark f-after\" cx=\"13\" cy=\"7\" r=\"4\"/>",
          fmt::format("with the temperature: {:.1f} %", 100 * head.ece_after)),
      legend_key("<rect class=\"bar\" x=\"6\" y=\"1\" width=\"14\" height=\"12\"/>", "share of the samples"));
}

}  // namespace exeunt

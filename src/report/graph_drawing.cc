#include "report/graph_drawing.h"

#include <exeunt/tools/report.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "report/graph_layout.h"
#include "report/html.h"
#include "report/page_parts.h"
#include "report/plan_facts.h"

namespace exeunt {

namespace {

constexpr double kBoxWidth = 190;
constexpr double kBoxHeight = 40;
constexpr double kColumnPitch = 230;
constexpr double kRowPitch = 62;
constexpr double kMarginX = 26;
constexpr double kMarginY = 10;
constexpr double kGutter = 15;  ///< from a box's side to the lines that pass it
constexpr double kRound = 7;
constexpr double kShort = 1700;      ///< what may be shrunk to one page of paper
constexpr double kDiamondHalf = 37;  ///< of its height

/// An op as it fits in a box: "QConv", "Quantize", "ReduceSumSqu...".
std::string box_op(std::string op, std::size_t length) {
  constexpr std::string_view kQuantized = "Quantized";
  constexpr std::string_view kLinear = "Linear";
  if (op.starts_with(kQuantized)) op.replace(0, kQuantized.size(), "Q");
  if (op.ends_with("quantizeLinear") || op == "QuantizeLinear") op.resize(op.size() - kLinear.size());
  if (op.size() > length) op = op.substr(0, length - 1) + "\xe2\x80\xa6";
  return op;
}

class Drawing {
 public:
  Drawing(const PlanReport& report, std::string prefix, double slowest_us)
      : report_(report),
        in_(report.inspection),
        prefix_(std::move(prefix)),
        slowest_(slowest_us),
        at_(lay_out_graph(report.inspection)) {
    for (const auto* cells : {&at_.inputs, &at_.steps, &at_.exits}) taken_.insert(cells->begin(), cells->end());
    for (const Cell& c : at_.decisions) {
      diamonds_.insert(c);
      for (int k = 0; k < kDecisionRows; ++k) taken_.insert({c.row + k, c.column});
    }
  }

  std::string str() {
    std::string boxes;
    for (std::size_t i = 0; i < at_.inputs.size(); ++i) boxes += input_box(i);
    for (std::size_t i = 0; i < at_.steps.size(); ++i) boxes += step_box(i);
    for (std::size_t s = 0; s < in_.segments.size(); ++s) boxes += end_box(static_cast<int>(s));
    for (std::size_t i = 0; i < at_.steps.size(); ++i) {
      for (const int source : in_.steps[i].reads) edge(cell_of(source), at_.steps[i], "edge");
    }
    for (std::size_t s = 0; s < in_.segments.size(); ++s) end_edges(static_cast<int>(s));
    const double width = 2 * kMarginX + kColumnPitch * (at_.columns - 1) + kBoxWidth;
    const double height = 2 * kMarginY + kRowPitch * (at_.rows - 1) + kBoxHeight;
    return fmt::format(
        "<svg class=\"graph{9}\" data-graph=\"1\" viewBox=\"0 0 {0:g} {1:g}\" width=\"{0:g}\" height=\"{1:g}\" "
        "role=\"group\" "
        "aria-label=\"The graph of {2}: {3} steps, {4} decisions, {5} exits\" xmlns=\"http://www.w3.org/2000/svg\">\n"
        "<defs><marker id=\"{6}arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path class=\"tip\" d=\"M0 0.5L8 4L0 7.5z\"/></marker></defs>\n{7}{8}</svg>\n",
        width, height, escaped(report_.model), in_.steps.size(), in_.decisions.size(), in_.exits.size(), prefix_,
        edges_, boxes, height < kShort ? " short" : "");
  }

 private:
  static double left(Cell c) { return kMarginX + kColumnPitch * c.column; }
  static double middle(Cell c) { return left(c) + kBoxWidth / 2; }
  static double top(Cell c) { return kMarginY + kRowPitch * c.row; }
  static double center(Cell decision) { return top(decision) + (kRowPitch * (kDecisionRows - 1) + kBoxHeight) / 2; }
  /// Where lines come in and go out.
  double entry(Cell c) const { return diamonds_.contains(c) ? center(c) - kDiamondHalf : top(c); }
  double way_out(Cell c) const { return diamonds_.contains(c) ? center(c) + kDiamondHalf : top(c) + kBoxHeight; }
  int last_row(Cell c) const { return diamonds_.contains(c) ? c.row + kDecisionRows - 1 : c.row; }

  Cell cell_of(int source) const {
    return source < 0 ? at_.inputs[static_cast<std::size_t>(-1 - source)] : at_.steps[static_cast<std::size_t>(source)];
  }

  /// No box in a column between two rows, both excluded.
  bool is_free(int column, int above, int below) const {
    for (int row = above + 1; row < below; ++row) {
      if (taken_.contains({row, column})) return false;
    }
    return true;
  }

  void path(const std::string& d, std::string_view classes) {
    edges_ += fmt::format("<path class=\"{}\" d=\"{}\" marker-end=\"url(#{}arrow)\"/>\n", classes, d, prefix_);
  }

  /// Down, across at height `y`, down again.
  static std::string step_path(double x1, double y1, double y, double x2, double y2) {
    const double sign = x2 > x1 ? 1 : -1;
    return fmt::format("M{0:g} {1:g}V{2:g}q0 {3:g} {4:g} {3:g}H{5:g}q{4:g} 0 {4:g} {3:g}V{6:g}", x1, y1, y - kRound,
                       kRound, sign * kRound, x2 - sign * kRound, y2);
  }

  void edge(Cell from, Cell to, std::string_view classes) {
    constexpr double kGap = (kRowPitch - kBoxHeight) / 2;
    const double y1 = way_out(from);
    const double y2 = entry(to) - 1;
    const int row = last_row(from);
    if (from.column == to.column && is_free(from.column, row, to.row))
      return path(fmt::format("M{:g} {:g}V{:g}", middle(from), y1, y2), classes);
    if (from.column == to.column) return edge_beside(from, to, classes);
    const double below_from = top({row, 0}) + kBoxHeight + kGap;
    if (is_free(to.column, row, to.row)) return path(step_path(middle(from), y1, below_from, middle(to), y2), classes);
    const double above_to = top(to) - kGap;
    if (is_free(from.column, row, to.row)) return path(step_path(middle(from), y1, above_to, middle(to), y2), classes);
    const double x = left(to) - kGutter;
    path(step_path(middle(from), y1, below_from, x, above_to - kRound) +
             fmt::format("q0 {0:g} {0:g} {0:g}H{1:g}q{0:g} 0 {0:g} {0:g}V{2:g}", kRound, middle(to) - kRound, y2),
         classes);
  }

  /// Past what lies between, in the gutter on the left.
  void edge_beside(Cell from, Cell to, std::string_view classes) {
    const double out = top(from) + kBoxHeight / 2 + 6;
    const double in = (diamonds_.contains(to) ? center(to) : top(to) + kBoxHeight / 2) - 6;
    path(fmt::format("M{0:g} {1:g}h-{2:g}q-{3:g} 0 -{3:g} {3:g}V{4:g}q0 {3:g} {3:g} {3:g}h{5:g}", left(from), out,
                     kGutter - kRound, kRound, in - kRound, kGutter - kRound - 1),
         classes);
  }

  std::string input_box(std::size_t i) const {
    const Cell c = at_.inputs[i];
    const InputInfo& input = in_.inputs[i];
    return fmt::format(
        "<g class=\"io\"><title>input {0}: {1}</title><rect x=\"{2:g}\" y=\"{3:g}\" width=\"{4:g}\" height=\"{5:g}\" "
        "rx=\"20\"/><text class=\"strong\" x=\"{6:g}\" y=\"{7:g}\" text-anchor=\"middle\">{8}</text><text "
        "class=\"small\" "
        "x=\"{6:g}\" y=\"{9:g}\" text-anchor=\"middle\">{10}</text></g>\n",
        escaped(input.name), escaped(input.type.str()), left(c), top(c), kBoxWidth, kBoxHeight, middle(c), top(c) + 17,
        escaped(shortened_name(input.name, 24)), top(c) + 32, escaped(shortened_name(input.type.str(), 26)));
  }

  std::string hover_text(std::size_t i) const {
    const StepInfo& step = in_.steps[i];
    const double us = step_us(report_, i);
    std::string text = fmt::format("step {}: {} '{}'\n{} {}\nkernel {} ({})", i, step.op, step.name, step.result.str(),
                                   step.layout, kernel_label(step), compute_type(step));
    if (us > 0) text += fmt::format("\n{}", us_text(us));
    if (step.macs > 0) text += fmt::format("\n{} MACs", count_text(step.macs));
    if (!step.nodes.empty()) text += fmt::format("\nof the file: {}", fmt::join(step.nodes, " + "));
    return text;
  }

  std::string step_box(std::size_t i) const {
    const StepInfo& step = in_.steps[i];
    const Cell c = at_.steps[i];
    const double us = step_us(report_, i);
    return fmt::format(
        "<a id=\"node-{0}{1}\" class=\"step {2}\" href=\"#step-{0}{1}\" data-step=\"{0}{1}\"><title>{3}</title>"
        "<rect x=\"{4:g}\" y=\"{5:g}\" width=\"{6:g}\" height=\"{7:g}\" rx=\"6\"/>"
        "<text class=\"strong\" x=\"{8:g}\" y=\"{9:g}\">{1} {10}</text>"
        "<text x=\"{11:g}\" y=\"{9:g}\" text-anchor=\"end\">{12}</text>"
        "<text class=\"small\" x=\"{8:g}\" y=\"{13:g}\">{14}</text></a>\n",
        prefix_, i, heat_class(us, slowest_), escaped(hover_text(i)), left(c), top(c), kBoxWidth, kBoxHeight,
        left(c) + 9, top(c) + 17, escaped(box_op(step.op, 14 - std::to_string(i).size())), left(c) + kBoxWidth - 9,
        us > 0 ? us_text(us) : "not timed", top(c) + 32, escaped(shortened_name(kernel_label(step), 27)));
  }

  /// A decision's diamond or an exit's pill.
  std::string end_box(int id) const {
    const SegmentInfo& info = in_.segments[static_cast<std::size_t>(id)];
    return info.exit >= 0 ? exit_box(info.exit) : decision_box(info.decision);
  }

  std::string decision_box(int d) const {
    const DecisionInfo& decision = in_.decisions[static_cast<std::size_t>(d)];
    const Cell c = at_.decisions[static_cast<std::size_t>(d)];
    const double y = center(c);
    const std::string test =
        decision.tunable ? fmt::format("{} > {:.4g}", decision.criterion, decision.threshold) : "predicate";
    return fmt::format(
        "<g class=\"decision\"><title>decision {0} '{1}': {2}</title>"
        "<path d=\"M{3:g} {4:g}L{5:g} {6:g}L{7:g} {4:g}L{5:g} {8:g}z\"/>"
        "<text class=\"small strong\" x=\"{5:g}\" y=\"{9:g}\" text-anchor=\"middle\">decision {0}</text>"
        "<text class=\"small\" x=\"{5:g}\" y=\"{10:g}\" text-anchor=\"middle\">{11}</text></g>\n",
        d, escaped(decision.name), escaped(decision_test(decision)), left(c), y, middle(c), y - kDiamondHalf,
        left(c) + kBoxWidth, y + kDiamondHalf, y - 2, y + 12, escaped(test));
  }

  std::string exit_box(int e) const {
    const Cell c = at_.exits[static_cast<std::size_t>(e)];
    const std::vector<double> shares = known_shares(report_);
    const std::string share =
        shares.empty() ? "" : fmt::format(" \xc2\xb7 {}", percent_text(shares[static_cast<std::size_t>(e)]));
    const RunReport* runs = exit_runs(report_, e);
    const std::string time = runs == nullptr ? "not measured" : us_text(runs->latency_us.p50) + " in all";
    return fmt::format(
        "<g class=\"exit\"><title>exit {0}</title><rect x=\"{1:g}\" y=\"{2:g}\" width=\"{3:g}\" height=\"{4:g}\" "
        "rx=\"20\"/>"
        "<text class=\"strong\" x=\"{5:g}\" y=\"{6:g}\" text-anchor=\"middle\">exit {0}{7}</text>"
        "<text class=\"small\" x=\"{5:g}\" y=\"{8:g}\" text-anchor=\"middle\">{9}</text></g>\n",
        e, left(c), top(c), kBoxWidth, kBoxHeight, middle(c), top(c) + 17, share, top(c) + 32, time);
  }

  /// Where a segment begins: its first step, or its end if it has none.
  Cell first_cell(int id) const {
    Cell first;
    for (std::size_t i = 0; i < in_.steps.size(); ++i) {
      if (in_.steps[i].segment == id && (first.row < 0 || at_.steps[i] < first)) first = at_.steps[i];
    }
    return first.row >= 0 ? first : end_cell(id);
  }

  Cell end_cell(int id) const {
    const SegmentInfo& info = in_.segments[static_cast<std::size_t>(id)];
    return info.exit >= 0 ? at_.exits[static_cast<std::size_t>(info.exit)]
                          : at_.decisions[static_cast<std::size_t>(info.decision)];
  }

  /// What a decision looks at or an exit hands out, and the ways on.
  void end_edges(int id) {
    const SegmentInfo& info = in_.segments[static_cast<std::size_t>(id)];
    const Cell end = end_cell(id);
    for (const int source : info.reads) {
      // What a head hands to its exit passes by the decision, as the way on shows.
      const Cell from = cell_of(source);
      if (info.exit < 0 || (source >= 0 && in_.steps[static_cast<std::size_t>(source)].segment == id))
        edge(from, end, "edge");
    }
    if (info.exit >= 0) return;
    const Cell leave = first_cell(info.leave);
    edge(end, leave, "edge way");
    edges_ += fmt::format("<text class=\"small way\" x=\"{:g}\" y=\"{:g}\">leave</text>\n", middle(end) + 7,
                          way_out(end) + 16);
    const Cell stay = first_cell(info.stay);
    const double y = center(end);
    const double x = middle(stay);
    path(fmt::format("M{0:g} {1:g}H{2:g}q-{3:g} 0 -{3:g} {3:g}V{4:g}", left(end), y, x + kRound, kRound, top(stay) - 1),
         "edge way dashed");
    edges_ += fmt::format("<text class=\"small way\" x=\"{:g}\" y=\"{:g}\" text-anchor=\"end\">stay</text>\n",
                          left(end) - 6, y - 6);
  }

  const PlanReport& report_;
  const Inspection& in_;
  std::string prefix_;
  double slowest_;
  GraphLayout at_;
  std::set<Cell> taken_;
  std::set<Cell> diamonds_;
  std::string edges_;
};

/// What the colours mean.
std::string graph_legend(double slowest_us) {
  constexpr double kBlock = 42;
  std::string svg =
      "<svg class=\"heat\" viewBox=\"0 0 360 27\" role=\"img\" aria-label=\"Colours by time\" "
      "xmlns=\"http://www.w3.org/2000/svg\"><text class=\"soft\" x=\"0\" y=\"25\">0</text>";
  for (int heat = 0; heat < kHeats; ++heat) {
    const double x = kBlock * heat;
    const bool last = heat + 1 == kHeats;
    const double bound = heat_bound(heat, slowest_us);
    svg += fmt::format(
        "<rect class=\"swatch h{}\" x=\"{:g}\" y=\"1\" width=\"{:g}\" height=\"11\"/><text class=\"soft\" x=\"{:g}\" "
        "y=\"25\" "
        "text-anchor=\"{}\">{}</text>",
        heat, x + 0.5, kBlock, x + kBlock + (last ? 22 : 0), last ? "end" : "middle",
        last         ? us_text(slowest_us)
        : bound < 10 ? fmt::format("{:.2f}", bound)
                     : fmt::format("{:.1f}", bound));
  }
  return svg + "</svg>\n";
}

}  // namespace

std::string graph_drawing(const PlanReport& report, const std::string& prefix, double slowest_us) {
  return Drawing(report, prefix, slowest_us).str();
}

std::string graph_panel(const PlanReport& report, const std::string& prefix, double slowest_us) {
  return fmt::format(
      "<section class=\"card panel\" aria-label=\"graph\">\n<div class=\"tools\"><input type=\"search\" "
      "placeholder=\"name, op, kernel "
      "\xe2\x80\xa6\" aria-label=\"Search steps\"><output aria-live=\"polite\"></output>"
      "<button type=\"button\" data-zoom=\"out\" title=\"smaller\" aria-label=\"smaller\">\xe2\x88\x92</button>"
      "<button type=\"button\" data-zoom=\"in\" title=\"larger\" aria-label=\"larger\">+</button>"
      "<button type=\"button\" data-zoom=\"fit\" title=\"as wide as the panel\">width</button>"
      "<button type=\"button\" data-zoom=\"whole\" title=\"all of it\">all</button></div>\n"
      "<div class=\"key\">{}</div>\n<div class=\"view\" tabindex=\"0\">\n{}</div>\n</section>\n",
      graph_legend(slowest_us), graph_drawing(report, prefix, slowest_us));
}

}  // namespace exeunt

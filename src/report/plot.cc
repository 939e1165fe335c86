#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"

namespace exeunt {

namespace {

constexpr double kLeft = 60;
constexpr double kRight = 22;
constexpr double kTop = 14;
constexpr double kBottom = 44;

/// 1, 2 or 5 times a power of ten, for about `count` steps.
double round_step(double span, int count) {
  const double raw = span / std::max(1, count);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::string tick_text(double value, double step, bool percent) {
  const double shown = percent ? 100 * value : value;
  const double shown_step = percent ? 100 * step : step;
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(shown_step) - 1e-9)), 0, 6);
  return fmt::format("{:.{}f}", std::abs(shown) < shown_step * 1e-6 ? 0 : shown, digits);
}

bool finite(PlotPoint p) { return std::isfinite(p.first) && std::isfinite(p.second); }

}  // namespace

Axis axis_over(std::string label, const std::vector<double>& values, bool percent, double least_span) {
  Axis axis{std::move(label), 0, 1, percent};
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    axis.low = any ? std::min(axis.low, value) : value;
    axis.high = any ? std::max(axis.high, value) : value;
    any = true;
  }
  if (!any) return axis;
  const double missing = std::max(0.0, least_span - (axis.high - axis.low));
  const double room = std::max(0.06 * (axis.high - axis.low), 1e-9 * std::abs(axis.high)) + missing / 2;
  const double step = round_step(axis.high - axis.low + 2 * room, 10);
  axis.low = std::floor((axis.low - room) / step) * step;
  axis.high = std::ceil((axis.high + room) / step) * step;
  return axis;
}

std::vector<double> axis_ticks(const Axis& axis, int count) {
  const double step = round_step(axis.high - axis.low, count);
  std::vector<double> ticks;
  for (double i = std::ceil(axis.low / step - 1e-9); i * step <= axis.high + 1e-9 * step; ++i)
    ticks.push_back(i * step);
  return ticks;
}

Plot::Plot(double width, double height, Axis x, Axis y, std::string description)
    : width_(width), height_(height), x_(std::move(x)), y_(std::move(y)), description_(std::move(description)) {}

double Plot::px(double x) const { return kLeft + (x - x_.low) / (x_.high - x_.low) * (width_ - kLeft - kRight); }
double Plot::py(double y) const {
  return height_ - kBottom - (y - y_.low) / (y_.high - y_.low) * (height_ - kTop - kBottom);
}
bool Plot::inside(PlotPoint at) const {
  return finite(at) && at.first >= x_.low && at.first <= x_.high && at.second >= y_.low && at.second <= y_.high;
}

void Plot::line(const std::vector<PlotPoint>& points, std::string_view classes) {
  std::string path;
  bool pen_down = false;
  for (const PlotPoint& p : points) {
    if (finite(p)) path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", px(p.first), py(p.second));
    pen_down = finite(p);
  }
  if (!path.empty()) content_ += fmt::format("<path class=\"line {}\" d=\"{}\"/>\n", classes, path);
}

void Plot::mark(PlotPoint at, Mark mark, std::string_view classes, const std::string& hover) {
  if (!inside(at)) return;
  const double x = px(at.first);
  const double y = py(at.second);
  const std::string title = fmt::format("<title>{}</title>", escaped(hover));
  switch (mark) {
    case Mark::circle:
      content_ += fmt::format("<circle class=\"mark {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\">{}</circle>\n", classes, x,
                              y, title);
      break;
    case Mark::ring:
      content_ += fmt::format("<circle class=\"ring {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"8\">{}</circle>\n", classes, x,
                              y, title);
      break;
    case Mark::square:
      content_ +=
          fmt::format("<rect class=\"mark {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" height=\"10\">{}</rect>\n",
                      classes, x - 5, y - 5, title);
      break;
    case Mark::diamond:
      content_ += fmt::format("<path class=\"mark {}\" d=\"M{:.1f} {:.1f}l7 7l-7 7l-7 -7z\">{}</path>\n", classes, x,
                              y - 7, title);
      break;
  }
}

void Plot::label(PlotPoint at, const std::string& text, std::string_view classes, double down) {
  if (!inside(at)) return;
  const bool left = px(at.first) > width_ * 0.62;
  content_ +=
      fmt::format("<text class=\"halo {}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", classes,
                  px(at.first) + (left ? -12 : 12), py(at.second) + 4 + down, left ? "end" : "start", escaped(text));
}

void Plot::vertical(double x, std::string_view classes, const std::string& text) {
  if (!inside({x, y_.low})) return;
  const bool left = px(x) > width_ * 0.55;
  content_ += fmt::format("<path class=\"line {}\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>\n", classes, px(x), py(y_.low), kTop);
  content_ += fmt::format("<text class=\"halo\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
                          px(x) + (left ? -5 : 5), kTop + 11, left ? "end" : "start", escaped(text));
}

void Plot::horizontal(double y, std::string_view classes, const std::string& text) {
  if (!inside({x_.low, y})) return;
  content_ +=
      fmt::format("<path class=\"line {}\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>\n", classes, px(x_.low), py(y), px(x_.high));
  content_ += fmt::format("<text class=\"halo soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n",
                          px(x_.high) - 4, py(y) + 14, escaped(text));
}

void Plot::bar(double from_x, double to_x, double y, const std::string& hover, std::string_view classes) {
  if (!inside({from_x, y}) || !(to_x <= x_.high + 1e-9 * std::abs(x_.high) + 1e-9)) return;
  const double gap = px(to_x) - px(from_x) > 8 ? 1 : 0.25;
  content_ += fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"><title>{}</title></rect>\n",
      classes, px(from_x) + gap, py(y), std::max(0.0, px(to_x) - px(from_x) - 2 * gap), py(y_.low) - py(y),
      escaped(hover));
}

std::string Plot::frame() const {
  std::string svg;
  const int across = static_cast<int>(std::clamp((width_ - kLeft - kRight) / 62, 3.0, 10.0));
  const int up = static_cast<int>(std::clamp((height_ - kTop - kBottom) / 42, 3.0, 8.0));
  const auto ticks_x = axis_ticks(x_, across);
  const auto ticks_y = axis_ticks(y_, up);
  for (const double y : ticks_y) {
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, py(y), width_ - kRight);
    svg += fmt::format("<text class=\"soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", kLeft - 7,
                       py(y) + 4, tick_text(y, round_step(y_.high - y_.low, up), y_.percent));
  }
  for (const double x : ticks_x) {
    svg += fmt::format("<path class=\"grid\" d=\"M{:.1f} {:.1f}V{:.1f}\"/>", px(x), kTop, height_ - kBottom);
    svg += fmt::format("<text class=\"soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", px(x),
                       height_ - kBottom + 17, tick_text(x, round_step(x_.high - x_.low, across), x_.percent));
  }
  svg += fmt::format("<path class=\"axis\" d=\"M{:.1f} {:.1f}H{:.1f}\"/>", kLeft, height_ - kBottom, width_ - kRight);
  svg += fmt::format("<text class=\"soft\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>",
                     (kLeft + width_ - kRight) / 2, height_ - 8, escaped(x_.label));
  svg += fmt::format(
      "<text class=\"soft\" transform=\"translate(13 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
      (kTop + height_ - kBottom) / 2, escaped(y_.label));
  return svg;
}

std::string Plot::str() const {
  return fmt::format(
      "<svg viewBox=\"0 0 {:g} {:g}\" role=\"img\" aria-label=\"{}\" data-chart=\"1\" "
      "xmlns=\"http://www.w3.org/2000/svg\">\n{}{}</svg>\n",
      width_, height_, escaped(description_), frame(), content_);
}

}  // namespace exeunt

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace exeunt {

/// From where to where an axis goes, and what it is about.
struct Axis {
  std::string label;
  double low = 0;
  double high = 1;
  bool percent = false;  ///< values are shares, ticks show percents
};

/// An axis that holds all values (those that are finite) with a little room, on round numbers. Empty: 0 .. 1.
/// @param least_span  so far apart its ends are at least
Axis axis_over(std::string label, const std::vector<double>& values, bool percent, double least_span = 1e-9);

/// Round numbers on an axis, about `count` of them.
std::vector<double> axis_ticks(const Axis& axis, int count);

using PlotPoint = std::pair<double, double>;  // x, y

enum class Mark { circle, square, diamond, ring };

/// A picture of curves and points as SVG. Colours and widths are classes of the page's style. What is not finite is
/// left out, what lies beyond the axes is cut off.
class Plot {
 public:
  /// @param description  for those who do not see it
  Plot(double width, double height, Axis x, Axis y, std::string description);

  /// A line through the points, interrupted where one is not finite.
  void line(const std::vector<PlotPoint>& points, std::string_view classes);
  /// A point with a text that shows on hovering.
  void mark(PlotPoint at, Mark mark, std::string_view classes, const std::string& hover);
  /// A text beside a point, on the side with more room.
  /// @param down  so far below its middle
  void label(PlotPoint at, const std::string& text, std::string_view classes, double down = 0);
  /// Straight across the picture.
  void vertical(double x, std::string_view classes, const std::string& text);
  void horizontal(double y, std::string_view classes, const std::string& text);
  /// From the lower axis up to y.
  void bar(double from_x, double to_x, double y, const std::string& hover, std::string_view classes = "bar");

  /// The <svg> element.
  std::string str() const;

 private:
  double px(double x) const;
  double py(double y) const;
  bool inside(PlotPoint at) const;
  std::string frame() const;

  double width_;
  double height_;
  Axis x_;
  Axis y_;
  std::string description_;
  std::string content_;
};

}  // namespace exeunt

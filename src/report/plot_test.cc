#include "report/plot.h"

#include <gmock/gmock.h>

#include <cmath>

namespace exeunt {

namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const double kNan = std::nan("");

TEST(AxisOver, HoldsAllValuesOnRoundNumbers) {
  const Axis axis = axis_over("us", {12.3, kNan, 47.1}, false);
  EXPECT_LT(axis.low, 12.3);
  EXPECT_GT(axis.high, 47.1);
  EXPECT_DOUBLE_EQ(axis.low, 10);
  EXPECT_DOUBLE_EQ(axis.high, 50);
}

TEST(AxisOver, OneValueAndNoneHaveRoomToo) {
  for (const std::vector<double>& values :
       {std::vector<double>{}, {kNan}, {0.0}, {5.0}, {1e9}, {0.9, 0.9}, {std::numeric_limits<double>::infinity()}}) {
    const Axis axis = axis_over("", values, false, 0.01);
    EXPECT_TRUE(std::isfinite(axis.low) && std::isfinite(axis.high));
    EXPECT_GT(axis.high, axis.low);
  }
}

TEST(AxisTicks, AreRound) {
  EXPECT_THAT(axis_ticks({"", 0, 1, false}, 5),
              ElementsAre(0, DoubleEq(0.2), DoubleEq(0.4), DoubleEq(0.6), DoubleEq(0.8), 1));
  EXPECT_THAT(axis_ticks({"", 12, 41, false}, 3), ElementsAre(20, 30, 40));
}

Plot unit_plot() { return {200, 100, {"x", 0, 1, false}, {"y", 0, 1, true}, "a \"plot\""}; }

TEST(Plot, DrawsFramesAndLabels) {
  const std::string svg = unit_plot().str();
  EXPECT_THAT(svg, HasSubstr("<svg viewBox=\"0 0 200 100\" role=\"img\" aria-label=\"a &quot;plot&quot;\""));
  EXPECT_THAT(svg, HasSubstr(">100</text>")) << "percents";
  EXPECT_THAT(svg, HasSubstr(">x</text>"));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
}

TEST(Plot, LinesStopWhereThereIsNoNumber) {
  Plot plot = unit_plot();
  plot.line({{0, 0}, {0.5, 0.5}, {0.6, kNan}, {0.7, 0.1}, {1, 1}}, "s-mix");
  const std::string svg = plot.str();
  const std::size_t at = svg.find("line s-mix");
  ASSERT_NE(at, std::string::npos);
  const std::string path = svg.substr(at, svg.find("/>", at) - at);
  EXPECT_EQ(std::ranges::count(path, 'M'), 2);
  EXPECT_EQ(std::ranges::count(path, 'L'), 2);
}

TEST(Plot, NothingIsDrawnOutsideOrOfNoNumber) {
  Plot plot = unit_plot();
  const std::string empty = plot.str();
  plot.line({{kNan, 0}}, "s-mix");
  plot.mark({2, 0.5}, Mark::circle, "f-mix", "outside");
  plot.mark({0.5, kNan}, Mark::square, "f-mix", "nowhere");
  plot.label({0.5, -1}, "outside", "");
  plot.vertical(kNan, "", "nowhere");
  plot.horizontal(1.5, "", "outside");
  plot.bar(0, kNan, 0.5, "nowhere");
  EXPECT_EQ(plot.str(), empty);
}

TEST(Plot, MarksHaveShapesAndTellMore) {
  Plot plot = unit_plot();
  for (const Mark mark : {Mark::circle, Mark::square, Mark::diamond, Mark::ring})
    plot.mark({0.5, 0.5}, mark, "f", "a<b");
  const std::string svg = plot.str();
  EXPECT_THAT(svg, HasSubstr("r=\"4\"><title>a&lt;b</title></circle>"));
  EXPECT_THAT(svg, HasSubstr("<rect class=\"mark f\""));
  EXPECT_THAT(svg, HasSubstr("<circle class=\"ring f\""));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

}  // namespace

}  // namespace exeunt

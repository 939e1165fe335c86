#include "report/graph_layout.h"

#include <gmock/gmock.h>

#include <set>

#include "support/plan_example.h"

namespace exeunt {

namespace {

/// Every cell that a box covers.
std::vector<Cell> all_cells(const GraphLayout& layout) {
  std::vector<Cell> cells = layout.inputs;
  cells.insert(cells.end(), layout.steps.begin(), layout.steps.end());
  cells.insert(cells.end(), layout.exits.begin(), layout.exits.end());
  for (const Cell& c : layout.decisions) {
    for (int k = 0; k < kDecisionRows; ++k) cells.push_back({c.row + k, c.column});
  }
  return cells;
}

void expect_sound(const Inspection& inspection, const GraphLayout& layout) {
  const std::vector<Cell> cells = all_cells(layout);
  EXPECT_EQ(std::set<Cell>(cells.begin(), cells.end()).size(), cells.size()) << "two boxes in one cell";
  for (const Cell& c : cells) {
    EXPECT_GE(c.row, 0);
    EXPECT_GE(c.column, 0);
    EXPECT_LT(c.row, layout.rows);
    EXPECT_LT(c.column, layout.columns);
  }
  for (std::size_t i = 0; i < inspection.steps.size(); ++i) {
    for (const int source : inspection.steps[i].reads) {
      const Cell from = source < 0 ? layout.inputs[static_cast<std::size_t>(-1 - source)]
                                   : layout.steps[static_cast<std::size_t>(source)];
      EXPECT_LT(from.row, layout.steps[i].row) << "step " << i << " above what it reads";
    }
  }
}

/// A model of `count` exits, one decision and one step each, as a chain or as a tree that splits evenly.
Inspection exits_model(int count, bool chain) {
  Inspection in;
  in.inputs.resize(1);
  const auto add = [&](auto& self, int exits) -> int {
    const int id = static_cast<int>(in.segments.size());
    in.segments.push_back({});
    const int step = static_cast<int>(in.steps.size());
    StepInfo info;
    info.op = "Relu";
    info.segment = id;
    info.reads = {step == 0 ? -1 : 0};
    in.steps.push_back(info);
    if (exits == 1) {
      in.segments[static_cast<std::size_t>(id)].exit = static_cast<int>(in.exits.size());
      in.exits.emplace_back();
    } else {
      in.segments[static_cast<std::size_t>(id)].decision = static_cast<int>(in.decisions.size());
      in.decisions.emplace_back();
      const int first = chain ? 1 : exits / 2;
      const int leave = self(self, first);
      const int stay = self(self, exits - first);
      in.segments[static_cast<std::size_t>(id)].leave = leave;
      in.segments[static_cast<std::size_t>(id)].stay = stay;
    }
    in.segments[static_cast<std::size_t>(id)].reads = {step};
    return id;
  };
  add(add, count);
  return in;
}

TEST(GraphLayout, TheTrunkRunsDownTheFirstColumn) {
  const Inspection in = testing::two_exit_report().inspection;
  const GraphLayout layout = lay_out_graph(in);
  expect_sound(in, layout);
  for (const std::size_t step : {0U, 1U, 3U, 6U, 7U}) EXPECT_EQ(layout.steps[step].column, 0) << step;
  EXPECT_EQ(layout.inputs[0], (Cell{0, 0}));
}

TEST(GraphLayout, ABranchLiesBesideWhatItRunsParallelTo) {
  const GraphLayout layout = lay_out_graph(testing::two_exit_report().inspection);
  EXPECT_EQ(layout.steps[1].row, layout.steps[2].row);
  EXPECT_EQ(layout.steps[2].column, 1);
}

TEST(GraphLayout, AHeadItsDecisionAndItsExitStandUnderEachOtherBesideTheTrunk) {
  const GraphLayout layout = lay_out_graph(testing::two_exit_report().inspection);
  for (const Cell& c : {layout.steps[4], layout.steps[5], layout.decisions[0], layout.exits[0]}) EXPECT_EQ(c.column, 1);
  EXPECT_LT(layout.steps[5].row, layout.decisions[0].row);
  EXPECT_LT(layout.decisions[0].row, layout.exits[0].row);
  EXPECT_LT(layout.decisions[0].row, layout.steps[6].row) << "what comes after a decision stands below it";
}

TEST(GraphLayout, ChainsAndTreesOfManyExitsOverlapNowhere) {
  for (const int exits : {1, 2, 3, 8, 64}) {
    for (const bool chain : {true, false}) {
      const Inspection in = exits_model(exits, chain);
      expect_sound(in, lay_out_graph(in));
    }
  }
}

TEST(GraphLayout, AModelWithoutStepsHasItsRimsOnly) {
  Inspection in;
  in.inputs.resize(1);
  in.exits.resize(1);
  in.segments = {{-1, 0, -1, -1, {-1}}};
  const GraphLayout layout = lay_out_graph(in);
  EXPECT_EQ(layout.exits[0], (Cell{1, 0}));
  EXPECT_EQ(lay_out_graph(Inspection{}).rows, 0);
}

}  // namespace

}  // namespace exeunt

#pragma once

#include <exeunt/tools/inspect.h>

#include <vector>

namespace exeunt {

/// Where a box of the drawing lies, in rows from the top and columns from the left.
struct Cell {
  int row = -1;
  int column = -1;
  auto operator<=>(const Cell&) const = default;
};

/// So many cells under each other are a decision's.
inline constexpr int kDecisionRows = 2;

/// A plan's steps and its decision tree as boxes on a grid.
///
/// Time runs downward. What all samples pass is the trunk, in the first columns: one after another, branches that join
/// again side by side. What only a decision needs (a head) lies in a column of its own beside it, above the decision
/// and the exit that it leads to; the trunk goes on below the decision.
struct GraphLayout {
  std::vector<Cell> inputs;     ///< by input of the model
  std::vector<Cell> steps;      ///< by step id
  std::vector<Cell> decisions;  ///< by decision: the upper one of its cells
  std::vector<Cell> exits;      ///< by exit
  int rows = 0;
  int columns = 0;
};

/// No two boxes share a cell; whatever reads lies below what it reads.
/// Cost: about linear in the steps.
GraphLayout lay_out_graph(const Inspection& inspection);

}  // namespace exeunt

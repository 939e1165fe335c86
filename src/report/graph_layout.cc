#include "report/graph_layout.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace exeunt {

namespace {

class Layouter {
 public:
  explicit Layouter(const Inspection& inspection) : in_(inspection), own_(inspection.segments.size()) {
    for (std::size_t i = 0; i < in_.steps.size(); ++i)
      own_[static_cast<std::size_t>(in_.steps[i].segment)].push_back(static_cast<int>(i));
    layout_.inputs.resize(in_.inputs.size());
    layout_.steps.resize(in_.steps.size());
    layout_.decisions.resize(in_.decisions.size());
    layout_.exits.resize(in_.exits.size());
  }

  GraphLayout result() {
    for (std::size_t i = 0; i < layout_.inputs.size(); ++i) put(layout_.inputs[i], {0, static_cast<int>(i)});
    if (!in_.segments.empty()) place_segment(0, layout_.inputs.empty() ? 0 : 1, 0);
    for (const Cell& cell : used_) {
      layout_.rows = std::max(layout_.rows, cell.row + 1);
      layout_.columns = std::max(layout_.columns, cell.column + 1);
    }
    return std::move(layout_);
  }

 private:
  const SegmentInfo& segment(int id) const { return in_.segments[static_cast<std::size_t>(id)]; }
  const StepInfo& step(int id) const { return in_.steps[static_cast<std::size_t>(id)]; }
  Cell& cell(int step) { return layout_.steps[static_cast<std::size_t>(step)]; }

  void put(Cell& where, Cell at) {
    where = at;
    used_.insert(at);
  }

  /// The segments behind one, itself included.
  std::vector<int> below(int id) const {
    std::vector<int> all = {id};
    for (std::size_t i = 0; i < all.size(); ++i) {
      const SegmentInfo& info = segment(all[i]);
      if (info.exit < 0) all.insert(all.end(), {info.leave, info.stay});
    }
    return all;
  }

  /// Those of a segment's steps that somebody behind `id` needs.
  std::set<int> needed_behind(int owner, int id) const {
    std::vector<int> asked;
    for (const int s : below(id)) {
      for (const int i : own_[static_cast<std::size_t>(s)])
        asked.insert(asked.end(), step(i).reads.begin(), step(i).reads.end());
      asked.insert(asked.end(), segment(s).reads.begin(), segment(s).reads.end());
    }
    std::set<int> needed;
    while (!asked.empty()) {
      const int i = asked.back();
      asked.pop_back();
      if (i < 0 || step(i).segment != owner || !needed.insert(i).second) continue;
      asked.insert(asked.end(), step(i).reads.begin(), step(i).reads.end());
    }
    return needed;
  }

  /// Below all that it reads, and not above `first`.
  int row_of(const std::vector<int>& reads, int first) {
    int row = first;
    for (const int i : reads) row = std::max(row, i < 0 ? first : cell(i).row + 1);
    return row;
  }

  /// The work of the longest chain of readers behind each of some steps, and of the step itself.
  std::vector<double> works(const std::vector<int>& steps) const {
    std::vector<double> behind(in_.steps.size(), 0);
    for (auto i = steps.rbegin(); i != steps.rend(); ++i) {
      double& own = behind[static_cast<std::size_t>(*i)];
      own += 1 + step(*i).macs;
      for (const int source : step(*i).reads) {
        if (source >= 0)
          behind[static_cast<std::size_t>(source)] = std::max(behind[static_cast<std::size_t>(source)], own);
      }
    }
    return behind;
  }

  /// Places steps under each other: of those in one row, the one with the most work behind it goes on in its
  /// column, the others take the next free ones. @return the first row below
  int place_steps(const std::vector<int>& steps, int first_row, int first_column) {
    const std::vector<double> work = works(steps);
    for (const int i : steps) cell(i).row = row_of(step(i).reads, first_row);
    std::vector<int> order = steps;
    std::ranges::sort(order, {}, [&](int i) { return std::tuple(cell(i).row, -work[static_cast<std::size_t>(i)], i); });
    const std::set<int> own(steps.begin(), steps.end());
    int next = first_row;
    for (const int i : order) {
      int column = -1;
      for (const int source : step(i).reads) {
        if (own.contains(source) && (column < 0 || cell(source).column < column)) column = cell(source).column;
      }
      column = std::max(column, first_column);
      while (used_.contains({cell(i).row, column})) ++column;
      put(cell(i), {cell(i).row, column});
      next = std::max(next, cell(i).row + 1);
    }
    return next;
  }

  /// Whether the cells from a place on are free down to a row, for a box at least.
  bool is_free(int row, int end, int column) const {
    const auto first = used_.lower_bound({row, 0});
    return std::none_of(first, used_.end(), [&](const Cell& c) { return c.row < end && c.column >= column; });
  }

  void place_segment(int id, int row, int column) {
    const SegmentInfo& info = segment(id);
    const std::vector<int>& own = own_[static_cast<std::size_t>(id)];
    if (info.exit >= 0) {
      const int next = place_steps(own, row, column);
      put(layout_.exits[static_cast<std::size_t>(info.exit)], {next, column});
      return;
    }
    const std::set<int> needed = needed_behind(id, info.stay);
    std::vector<int> trunk;
    std::vector<int> head;
    for (const int i : own) (needed.contains(i) ? trunk : head).push_back(i);
    const int trunk_end = place_steps(trunk, row, column);
    // The head's rows do not depend on its column, which is known when what lies to the left is placed.
    int decision_row = trunk_end;
    for (const int i : head) {
      cell(i).row = row_of(step(i).reads, row);
      decision_row = std::max(decision_row, cell(i).row + 1);
    }
    place_segment(info.stay, decision_row + kDecisionRows, column);
    place_side(id, head, row, decision_row, column);
  }

  /// A head, its decision and what leaves there, in the first columns that are free beside the trunk.
  void place_side(int id, const std::vector<int>& head, int row, int decision_row, int trunk_column) {
    const SegmentInfo& info = segment(id);
    int first = decision_row;
    for (const int i : head) first = std::min(first, cell(i).row);
    int column = trunk_column + 1;
    const int end = decision_row + kDecisionRows + rows_behind(info.leave);
    while (!is_free(first, end, column)) ++column;
    place_steps(head, row, column);
    layout_.decisions[static_cast<std::size_t>(info.decision)] = {decision_row, column};
    for (int k = 0; k < kDecisionRows; ++k) used_.insert({decision_row + k, column});
    place_segment(info.leave, decision_row + kDecisionRows, column);
  }

  /// At most so many rows are needed for a segment and all behind it.
  int rows_behind(int id) const {
    std::size_t rows = 0;
    for (const int s : below(id)) rows += own_[static_cast<std::size_t>(s)].size() + kDecisionRows;
    return static_cast<int>(rows);
  }

  const Inspection& in_;
  std::vector<std::vector<int>> own_;  ///< steps by segment
  std::set<Cell> used_;
  GraphLayout layout_;
};

}  // namespace

GraphLayout lay_out_graph(const Inspection& inspection) { return Layouter(inspection).result(); }

}  // namespace exeunt

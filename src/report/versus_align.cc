#include "report/versus_align.h"

#include <algorithm>
#include <string_view>

namespace exeunt {

namespace {

/// What an op is on floats: a QuantizedConv does the work of a Conv.
std::string_view plain_op(const StepInfo& step) {
  constexpr std::string_view kQuantized = "Quantized";
  const std::string_view op = step.op;
  return op.starts_with(kQuantized) ? op.substr(kQuantized.size()) : op;
}

/// How much speaks for two steps being one; 0: nothing.
int likeness(const Inspection& a, std::size_t i, const Inspection& b, std::size_t j) {
  const StepInfo& one = a.steps[i];
  const StepInfo& other = b.steps[j];
  const bool same_op = plain_op(one) == plain_op(other);
  // A copy is named after the value that it copies, which another step makes.
  const bool both_work = one.op != "Reorder" && other.op != "Reorder";
  const bool same_name = !one.name.empty() && one.name == other.name && (same_op || both_work);
  const bool same_work =
      same_op && one.macs == other.macs && one.result.shape.elements() == other.result.shape.elements();
  if (!same_work && !same_name) return 0;
  const bool same_exits =
      a.exits.size() == b.exits.size() && exits_behind(a, one.segment) == exits_behind(b, other.segment);
  return (same_name ? 4 : 0) + (same_work ? 3 : 0) + (same_exits ? 2 : 0);
}

}  // namespace

std::vector<StepPair> align_steps(const Inspection& a, const Inspection& b) {
  const std::size_t rows = a.steps.size();
  const std::size_t columns = b.steps.size();
  // best[i][j]: what is to be had of the steps from i and j on.
  std::vector<int> best((rows + 1) * (columns + 1), 0);
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return best[i * (columns + 1) + j]; };
  std::vector<int> like(rows * columns);
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      const int both = like[i * columns + j] = likeness(a, i, b, j);
      at(i, j) = std::max({at(i + 1, j), at(i, j + 1), both > 0 ? both + at(i + 1, j + 1) : 0});
    }
  }
  std::vector<StepPair> pairs;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < rows || j < columns) {
    if (i < rows && j < columns && like[i * columns + j] > 0 && at(i, j) == like[i * columns + j] + at(i + 1, j + 1)) {
      pairs.push_back({static_cast<int>(i++), static_cast<int>(j++)});
    } else if (j == columns || (i < rows && at(i + 1, j) >= at(i, j + 1))) {
      pairs.push_back({static_cast<int>(i++), -1});
    } else {
      pairs.push_back({-1, static_cast<int>(j++)});
    }
  }
  return pairs;
}

}  // namespace exeunt

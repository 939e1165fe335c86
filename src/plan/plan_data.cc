#include "plan/plan_data.h"

#include <algorithm>

namespace exeunt {

std::vector<int> path_to_exit(const PlanData& plan, int exit) {
  std::vector<int> path = {plan.exit_segments[static_cast<std::size_t>(exit)]};
  // Children come after their parents: walking back finds the way from the root.
  for (int at = path.front() - 1; at >= 0; --at) {
    const Segment& segment = plan.segments[static_cast<std::size_t>(at)];
    if (!segment.is_exit && (segment.leave == path.back() || segment.stay == path.back())) path.push_back(at);
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace exeunt

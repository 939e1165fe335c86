#include "passes/regroup.h"

#include <algorithm>
#include <vector>

namespace exeunt {

namespace {

/// Axes larger than 1.
std::vector<int> real_axes(const Shape& shape) {
  std::vector<int> axes;
  for (int i = 0; i < shape.rank(); ++i) {
    if (shape[i] != 1) axes.push_back(i);
  }
  return axes;
}

/// The place of each real axis among those of x.
std::vector<std::int64_t> places_in_operand(const std::vector<int>& axes, const ops::Ints& perm) {
  std::vector<std::int64_t> places;
  for (const int axis : axes) {
    const std::int64_t own = perm[static_cast<std::size_t>(axis)];
    places.push_back(std::ranges::count_if(axes, [&](int a) { return perm[static_cast<std::size_t>(a)] < own; }));
  }
  return places;
}

/// Axes of the target that come from one run of axes, the ones of size 1 behind them included.
struct Group {
  std::int64_t place = 0;  ///< of its first axis in x
  std::vector<int> axes;
};

std::optional<std::vector<Group>> groups_of(const Shape& from, const ops::Ints& perm, const Shape& target) {
  const std::vector<int> a = real_axes(from);
  const std::vector<int> b = real_axes(target);
  const std::vector<std::int64_t> places = places_in_operand(a, perm);
  std::vector<Group> groups;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    Group group{places[i], {}};
    const std::size_t first = j;
    std::int64_t left = from[a[i++]];
    std::int64_t right = target[b[j++]];
    while (left != right) {
      if (left < right) {
        if (i == a.size() || places[i] != places[i - 1] + 1) return std::nullopt;
        left *= from[a[i++]];
      } else {
        if (j == b.size()) return std::nullopt;
        right *= target[b[j++]];
      }
    }
    const int end = j < b.size() ? b[j] : target.rank();
    for (int axis = b[first]; axis < end; ++axis) group.axes.push_back(axis);
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace

std::optional<Regrouped> regroup(const Shape& from, const ops::Ints& perm, const Shape& target) {
  if (from.elements() == 0) return std::nullopt;
  std::optional<std::vector<Group>> groups = groups_of(from, perm, target);
  if (!groups) return std::nullopt;
  std::ranges::sort(*groups, {}, &Group::place);
  Regrouped result{{}, ops::Ints(static_cast<std::size_t>(target.rank()))};
  const auto put = [&](int axis) {
    result.perm[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(result.shape.size());
    result.shape.push_back(target[axis]);
  };
  for (int axis = 0; axis < target.rank() && target[axis] == 1; ++axis) put(axis);
  for (const Group& group : *groups) std::ranges::for_each(group.axes, put);
  return result;
}

}  // namespace exeunt

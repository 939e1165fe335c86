#include <exeunt/exit_settings.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace exeunt {

namespace {

constexpr std::array<std::string_view, 5> kCriterionNames = {"max_prob", "margin", "entropy", "patience", "predicate"};

}  // namespace

std::string_view criterion_kind_name(CriterionKind kind) noexcept {
  return kCriterionNames[static_cast<std::size_t>(kind)];
}

std::optional<CriterionKind> parse_criterion_kind(std::string_view name) noexcept {
  const auto found = std::ranges::find(kCriterionNames, name);
  if (found == kCriterionNames.end()) return std::nullopt;
  return static_cast<CriterionKind>(found - kCriterionNames.begin());
}

}  // namespace exeunt

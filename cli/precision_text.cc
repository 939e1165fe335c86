#include "precision_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace exeunt::cli {

std::string precision_text(const Plan& plan) {
  const std::vector<std::string> types = plan.computes_in();
  const std::string& allowed = plan.precision();
  const std::string text = fmt::format("{}", fmt::join(types, " and "));
  const bool is_there = std::ranges::any_of(types, [&](const std::string& type) { return type.starts_with(allowed); });
  // Beside fp32 nothing is allowed but what the file itself computes in.
  return is_there || allowed == "fp32" ? text : fmt::format("{} ({} allowed)", text, allowed);
}

}  // namespace exeunt::cli

#pragma once

#include <exeunt/exit_settings.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace exeunt {

/// The key of a model's metadata that says how its decisions are taken.
inline constexpr std::string_view kExitsKey = "exeunt.exits";

/// What is said of one decision; the rest stays as it is.
struct ExitEntry {
  std::optional<CriterionKind> criterion;
  std::optional<float> threshold;
  std::optional<float> temperature;
  std::optional<bool> enabled;
};

/// Reads `[{"criterion": "margin", "threshold": 0.4, "temperature": 1.5, "enabled": true}, ...]`; keys that are missing
/// say nothing, unknown ones are refused. @throws Error format that names the entry and the key
std::vector<ExitEntry> exit_entries_of(const nlohmann::json& list);
/// The same for its text. @throws Error format, also for what is no JSON
std::vector<ExitEntry> parse_exit_entries(std::string_view text);

/// The same list with all keys, on one line. Infinite thresholds become the largest float.
std::string exit_entries_text(std::span<const ExitSettings> settings);

/// Decisions of a graph as imported to which entries, one for each in order, give a temperature of 1.
std::set<TreeId> decisions_at_one(const Graph& graph, std::span<const ExitEntry> entries);

/// Settles what entries say, one for each decision in order, on a graph as imported. A predicate that is said to be
/// another criterion looks at the class scores of the exit that it leads to.
/// @throws Error format, argument that name the entry
void apply_exit_entries(Graph& graph, std::span<const ExitEntry> entries);

}  // namespace exeunt

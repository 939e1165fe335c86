#include "onnx/exit_metadata.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "base/dtype.h"
#include "base/error.h"

namespace exeunt {

namespace {

using Json = nlohmann::json;

float number_at(const Json& value, std::string_view key) {
  require(value.is_number(), ErrorCode::format, "'{}' is of type {}; a number is needed", key, value.type_name());
  const auto number = value.get<double>();
  require(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max()), ErrorCode::format,
          "'{}' is {}, which no 32-bit float holds", key, value.dump());
  return static_cast<float>(number);
}

CriterionKind criterion_at(const Json& value) {
  const auto kind = value.is_string() ? parse_criterion_kind(value.get_ref<const std::string&>()) : std::nullopt;
  require(kind.has_value(), ErrorCode::format,
          "'criterion' is {}; max_prob, margin, entropy, patience or predicate is needed",
          value.is_string() ? value.dump() : value.type_name());
  return *kind;
}

ExitEntry entry_of(const Json& object) {
  require(object.is_object(), ErrorCode::format, "is of type {}; an object is needed", object.type_name());
  ExitEntry entry;
  for (const auto& [key, value] : object.items()) {
    if (key == "criterion") {
      entry.criterion = criterion_at(value);
    } else if (key == "threshold") {
      entry.threshold = number_at(value, key);
    } else if (key == "temperature") {
      entry.temperature = number_at(value, key);
      require(*entry.temperature > 0, ErrorCode::format, "'temperature' is {}; it has to be above 0", value.dump());
    } else if (key == "enabled") {
      require(value.is_boolean(), ErrorCode::format, "'enabled' is of type {}; true or false is needed",
              value.type_name());
      entry.enabled = value.get<bool>();
    } else {
      fail(ErrorCode::format, "there is no key '{}'; criterion, threshold, temperature and enabled are known", key);
    }
  }
  return entry;
}

/// The class scores that an exit gives, all there are in one tensor; or kNoValue.
ValueId class_scores(const Graph& graph, const TreeNode& node) {
  const auto* exit = std::get_if<Exit>(&node);
  if (exit == nullptr || exit->prediction.classes == 0) return kNoValue;
  const ValueId output = exit->outputs[static_cast<std::size_t>(exit->prediction.output)];
  const bool alone = graph.type(output).shape.elements() == exit->prediction.classes;
  return alone && graph.constant(output) == nullptr ? output : kNoValue;
}

void settle_entry(Graph& graph, Decision& decision, const ExitEntry& entry) {
  const Criterion wanted = entry.criterion.value_or(decision.criterion);
  if (decision.criterion == Criterion::predicate && wanted != Criterion::predicate) {
    const TreeNode& arm = graph.tree[static_cast<std::size_t>(decision.leave)];
    const ValueId scores = class_scores(graph, arm);
    require(scores != kNoValue, ErrorCode::format,
            "'criterion' is {}, but decision '{}' tests a bool, and it leads to no exit whose output is class scores",
            criterion_kind_name(wanted), decision.name);
    require(entry.threshold.has_value(), ErrorCode::format, "'threshold' is missing; the model's own test gives none");
    decision.input = scores;
    decision.probabilities = std::get<Exit>(arm).prediction.probabilities;
    decision.criterion = wanted;
    if (decision.combine == Combine::none) decision.combine = usual_combine(wanted);
  }
  const ExitSettings settings{wanted, entry.threshold.value_or(decision.threshold),
                              entry.temperature.value_or(decision.temperature),
                              entry.enabled.value_or(decision.enabled)};
  check_choice(decision.criterion, settings);
  decision.criterion = settings.criterion;
  decision.threshold = settings.threshold;
  decision.temperature = settings.temperature;
  decision.enabled = settings.enabled;
}

/// With the few digits that tell a float, not those of the double next to it.
double short_number(float value) {
  const double number = std::stod(fmt::format("{}", value));
  // The largest float is written as a little more than it is.
  const bool fits = std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max());
  return fits ? number : static_cast<double>(value);
}

}  // namespace

std::vector<ExitEntry> exit_entries_of(const Json& list) {
  require(list.is_array(), ErrorCode::format, "is no list of exits");
  std::vector<ExitEntry> entries;
  for (const Json& object : list)
    entries.push_back(with_context(fmt::format("exit {}", entries.size()), [&] { return entry_of(object); }));
  return entries;
}

std::vector<ExitEntry> parse_exit_entries(std::string_view text) {
  const Json list = Json::parse(text, nullptr, false);
  require(!list.is_discarded(), ErrorCode::format, "is no JSON");
  return exit_entries_of(list);
}

std::string exit_entries_text(std::span<const ExitSettings> settings) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ExitSettings& s : settings) {
    constexpr float kMost = std::numeric_limits<float>::max();
    list.push_back({{"criterion", criterion_kind_name(s.criterion)},
                    {"threshold", short_number(std::clamp(s.threshold, -kMost, kMost))},
                    {"temperature", short_number(s.temperature)},
                    {"enabled", s.enabled}});
  }
  return list.dump();
}

namespace {

std::vector<TreeId> decisions_of(const Graph& graph) {
  std::vector<TreeId> decisions;
  for (const TreeId id : tree_order(graph)) {
    if (std::holds_alternative<Decision>(graph.tree[static_cast<std::size_t>(id)])) decisions.push_back(id);
  }
  return decisions;
}

}  // namespace

std::set<TreeId> decisions_at_one(const Graph& graph, std::span<const ExitEntry> entries) {
  std::set<TreeId> result;
  const std::vector<TreeId> decisions = decisions_of(graph);
  for (std::size_t i = 0; i < std::min(entries.size(), decisions.size()); ++i) {
    if (entries[i].temperature == 1.0F) result.insert(decisions[i]);
  }
  return result;
}

void apply_exit_entries(Graph& graph, std::span<const ExitEntry> entries) {
  const std::vector<TreeId> decisions = decisions_of(graph);
  require(entries.size() == decisions.size(), ErrorCode::format, "tells of {} decision{}; the model has {}",
          entries.size(), entries.size() == 1 ? "" : "s", decisions.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    with_context(fmt::format("exit {}", i), [&] {
      settle_entry(graph, std::get<Decision>(graph.tree[static_cast<std::size_t>(decisions[i])]), entries[i]);
    });
  }
}

}  // namespace exeunt

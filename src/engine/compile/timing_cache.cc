#include "engine/compile/timing_cache.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/text.h"
#include "graph/text.h"

namespace exeunt {

namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "exeunt timing cache 1";

std::string text_of(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Choice read_choice(const Json& json) {
  Choice choice{json.at("taken").get<std::size_t>(), json.at("us").get<std::vector<double>>(),
                json.at("reasons").get<std::vector<std::string>>()};
  require(choice.us.size() == choice.reasons.size() && choice.candidate < choice.us.size(), ErrorCode::format,
          "{} times with {} reasons", choice.us.size(), choice.reasons.size());
  return choice;
}

}  // namespace

TimingCache::TimingCache(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return;
  const auto refuse = [&](const std::string& why) {
    fail(ErrorCode::format, "{}: is no timing cache of this version ({}); delete it to time kernels anew",
         path_.string(), why);
  };
  const std::string text = text_of(path_);
  try {
    const Json json = Json::parse(text);
    if (json.at("format") != kFormat) refuse("another format");
    for (const auto& [key, entry] : json.at("steps").items())
      entries_[key] = {entry.at("level").get<int>(), read_choice(entry)};
  } catch (const Json::parse_error& error) {
    refuse(formatted("no JSON from byte {} on", error.byte));
  } catch (const Json::exception&) {
    refuse("'format' or 'steps' is missing, or a step's 'level', 'taken', 'us' or 'reasons' is");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::format) throw;
    refuse(error.what());
  }
}

const Choice* TimingCache::find(const std::string& key, int level) const {
  const auto found = entries_.find(key);
  return found == entries_.end() || found->second.level < level ? nullptr : &found->second.choice;
}

void TimingCache::put(const std::string& key, int level, Choice choice) {
  entries_[key] = {level, std::move(choice)};
  is_changed_ = true;
}

void TimingCache::save() const {
  if (path_.empty() || !is_changed_) return;
  TimingCache all(path_);
  for (const auto& [key, entry] : entries_) all.entries_[key] = entry;
  Json steps = Json::object();
  for (const auto& [key, entry] : all.entries_) {
    steps[key] = {{"level", entry.level},
                  {"taken", entry.choice.candidate},
                  {"us", entry.choice.us},
                  {"reasons", entry.choice.reasons}};
  }
  const std::string text = Json{{"format", kFormat}, {"steps", steps}}.dump(1) + "\n";
  write_file(path_, std::as_bytes(std::span(text)));
}

namespace {

/// "f32[1,16,32,32] as 0231"
std::string step_text(const Step& step) {
  return fmt::format("{} {} as {}", step.op, step.result.str(), step.layout.str());
}

}  // namespace

std::vector<std::string> step_keys(const Graph& graph, const PlanData& draft,
                                   std::span<const std::vector<Candidate>> candidates, std::string_view isa) {
  std::map<ValueId, const Node*> makers;
  for (const Node& node : graph.nodes) makers[node.output] = &node;
  std::vector<std::string> keys;
  std::map<std::string, int> times;
  for (std::size_t s = 0; s < draft.segments.size(); ++s) {
    const Segment& segment = draft.segments[s];
    keys.resize(draft.steps.size());
    const int end = segment.first_step + segment.step_count;
    for (int i = segment.first_step; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      const Step& step = draft.steps[at];
      std::string& key = keys[at];
      key = fmt::format("{}, {} threads: {}", isa, draft.threads, step_text(step));
      if (step.op != "Reorder") {
        const Node& node = *makers.at(step.value);
        key += fmt::format(" of {}", op_text(node.op));
        for (const Candidate& first = candidates[at].front(); const OperandUse& use : first.uses)
          key += fmt::format(", {} as {}", graph.type(node.inputs[use.index]).str(), use.layout.str());
        for (const TensorType* type : graph.operand_types(node)) key += type == nullptr ? ", none" : ", " + type->str();
      }
      key += fmt::format("; segment {}", s);
      if (i > segment.first_step) key += "; after " + step_text(draft.steps[at - 1]);
      if (i + 1 < end) key += "; before " + step_text(draft.steps[at + 1]);
      key += "; one of";
      for (const Candidate& candidate : candidates[at]) key += " " + candidate.kernel;
      const int number = times[key]++;
      if (number > 0) key += fmt::format("; number {}", number + 1);
    }
  }
  return keys;
}

}  // namespace exeunt

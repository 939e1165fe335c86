#include <exeunt/tools/tuning.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/files.h"
#include "graph/criterion.h"
#include "onnx/exit_metadata.h"

namespace exeunt {

namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr const char* kVersionKey = "exeunt_tuning";
constexpr int kVersion = 1;

template <class Value>
double number_of(const Value& value, std::string_view key) {
  require(value.is_number(), ErrorCode::format, "'{}' holds a {}; a number is needed", key, value.type_name());
  return value.template get<double>();
}

double share_of(const nlohmann::json& value, std::string_view key) {
  const double share = number_of(value, key);
  require(share >= 0 && share <= 1, ErrorCode::format, "'{}' holds {}; shares lie from 0 to 1", key, share);
  return share;
}

ScoreHistogram read_histogram(const nlohmann::json& object) {
  const bool whole = object.is_object() && object.contains("low") && object.contains("high") &&
                     object.contains("counts") && object["counts"].is_array();
  require(whole, ErrorCode::format, "'scores' needs objects with low, high and a list of counts");
  ScoreHistogram histogram{
      static_cast<float>(number_of(object["low"], "low")), static_cast<float>(number_of(object["high"], "high")), {}};
  require(histogram.low < histogram.high && std::isfinite(histogram.high - histogram.low), ErrorCode::format,
          "'scores' has bins from {} to {}", histogram.low, histogram.high);
  for (const auto& count : object["counts"]) {
    require(count.is_number_unsigned() || (count.is_number_integer() && count.get<std::int64_t>() >= 0),
            ErrorCode::format, "'counts' holds something that is no count");
    histogram.counts.push_back(count.get<std::int64_t>());
  }
  require(!histogram.counts.empty(), ErrorCode::format, "'counts' is empty");
  return histogram;
}

std::vector<ExitSettings> read_exits(const nlohmann::json& list) {
  std::vector<ExitSettings> exits;
  for (const ExitEntry& entry : exit_entries_of(list)) {
    require(entry.criterion && entry.threshold, ErrorCode::format, "exit {}: '{}' is missing", exits.size(),
            entry.criterion ? "threshold" : "criterion");
    exits.push_back(
        {*entry.criterion, *entry.threshold, entry.temperature.value_or(1.0F), entry.enabled.value_or(true)});
    try {
      check_settings(exits.back());
    } catch (const Error& error) {
      fail(ErrorCode::format, "exit {}: {}", exits.size() - 1, error.what());
    }
  }
  return exits;
}

Tuning read_tuning(const nlohmann::json& root) {
  require(root.is_object() && root.contains(kVersionKey), ErrorCode::format,
          "is no tuning file: there is no '{}' in it", kVersionKey);
  require(root[kVersionKey] == kVersion, ErrorCode::format, "is a tuning file of another version than {}", kVersion);
  require(root.contains("exits"), ErrorCode::format, "'exits' is missing");
  Tuning tuning;
  tuning.exits = with_context("'exits'", [&] { return read_exits(root["exits"]); });
  const auto list = [&](const char* key) {
    require(root[key].is_array(), ErrorCode::format, "'{}' is no list", key);
    return root[key];
  };
  if (root.contains("shares")) {
    for (const auto& share : list("shares")) tuning.shares.push_back(share_of(share, "shares"));
    require(tuning.shares.size() == tuning.exits.size() + 1, ErrorCode::format,
            "'shares' has {} exits; with {} decision{} there are {}", tuning.shares.size(), tuning.exits.size(),
            tuning.exits.size() == 1 ? "" : "s", tuning.exits.size() + 1);
  }
  if (root.contains("accuracy")) tuning.accuracy = share_of(root["accuracy"], "accuracy");
  if (root.contains("latency_us")) tuning.latency_us = number_of(root["latency_us"], "latency_us");
  if (root.contains("scores")) {
    for (const auto& object : list("scores")) tuning.scores.push_back(read_histogram(object));
    require(tuning.scores.size() == tuning.exits.size(), ErrorCode::format,
            "'scores' has {} histograms; 'exits' has {} decisions", tuning.scores.size(), tuning.exits.size());
  }
  return tuning;
}

}  // namespace

Tuning load_tuning(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  return with_context(path.string(), [&] {
    const auto root = nlohmann::json::parse(text, text + bytes.size(), nullptr, false);
    require(!root.is_discarded(), ErrorCode::format, "is no JSON");
    return read_tuning(root);
  });
}

void save_tuning(const Tuning& tuning, const std::filesystem::path& path) {
  for (const ExitSettings& exit : tuning.exits) check_settings(exit);
  OrderedJson root;
  root[kVersionKey] = kVersion;
  root["exits"] = OrderedJson::parse(exit_entries_text(tuning.exits));
  if (!tuning.shares.empty()) root["shares"] = tuning.shares;
  if (tuning.accuracy) root["accuracy"] = *tuning.accuracy;
  if (tuning.latency_us) root["latency_us"] = *tuning.latency_us;
  for (const ScoreHistogram& histogram : tuning.scores)
    root["scores"].push_back({{"low", histogram.low}, {"high", histogram.high}, {"counts", histogram.counts}});
  const std::string text = root.dump(2) + "\n";
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace exeunt

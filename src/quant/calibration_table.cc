#include <exeunt/tools/calibrate.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>

#include "base/error.h"
#include "base/files.h"

namespace exeunt {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

/// A float with as few digits as it takes to read it back.
Json number(float value) {
  const std::string digits = fmt::format("{}", value);
  double read = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), read);
  return static_cast<float>(read) == value ? read : static_cast<double>(value);
}

Json numbers(const std::vector<float>& values) {
  Json json = Json::array();
  for (const float value : values) json.push_back(number(value));
  return json;
}

/// One line a value: people read and edit it.
std::string print(const Calibration& calibration) {
  std::string text = "{\n";
  const auto add = [&](const char* key, const Json& value) {
    text += fmt::format("  \"{}\": {},\n", key, value.dump());
  };
  add("exeunt_calibration", kVersion);
  add("method", calibration.method);
  add("samples", calibration.samples);
  add("exit_shares", calibration.exit_shares);
  text += "  \"ranges\": {";
  const char* separator = "\n";
  for (const auto& [name, range] : calibration.ranges) {
    Json entry = {{"low", number(range.low)}, {"high", number(range.high)}};
    if (!range.channel_mean.empty()) entry["channel_mean"] = numbers(range.channel_mean);
    text += fmt::format("{}    {}: {}", separator, Json(name).dump(), entry.dump());
    separator = ",\n";
  }
  return text + "\n  }\n}\n";
}

/// @param where  the keys that lead to `json`: "ranges.conv1"
const Json& member(const Json& json, const std::string& key, const std::string& where) {
  require(json.is_object(), ErrorCode::format, "'{}' is {}; an object is needed", where, json.type_name());
  const auto found = json.find(key);
  require(found != json.end(), ErrorCode::format, "'{}' lacks the key '{}'", where, key);
  return *found;
}

template <class T>
T read_number(const Json& json, const std::string& where) {
  require(json.is_number(), ErrorCode::format, "'{}' is {}; a number is needed", where, json.type_name());
  const T value = json.get<T>();
  if constexpr (std::is_floating_point_v<T>)
    require(std::isfinite(value), ErrorCode::format, "'{}' is {}, too large a number", where, json.dump());
  return value;
}

template <class T>
std::vector<T> read_numbers(const Json& json, const std::string& where) {
  require(json.is_array(), ErrorCode::format, "'{}' is {}; an array is needed", where, json.type_name());
  std::vector<T> values;
  for (const Json& value : json) values.push_back(read_number<T>(value, fmt::format("{}[{}]", where, values.size())));
  return values;
}

ValueRange read_range(const Json& json, const std::string& where) {
  ValueRange range;
  range.low = read_number<float>(member(json, "low", where), where + ".low");
  range.high = read_number<float>(member(json, "high", where), where + ".high");
  require(range.low <= range.high, ErrorCode::format, "'{}': low {} is above high {}", where, range.low, range.high);
  if (json.contains("channel_mean")) {
    range.channel_mean = read_numbers<float>(json["channel_mean"], where + ".channel_mean");
  }
  return range;
}

Calibration read(const Json& json) {
  const std::string root = "the table";
  const int version = read_number<int>(member(json, "exeunt_calibration", root), "exeunt_calibration");
  require(version == kVersion, ErrorCode::format, "'exeunt_calibration' is {}; this version of Exeunt reads {}",
          version, kVersion);
  Calibration calibration;
  const Json& method = member(json, "method", root);
  require(method.is_string(), ErrorCode::format, "'method' is {}; a string is needed", method.type_name());
  calibration.method = method.get<std::string>();
  calibration.samples = read_number<std::int64_t>(member(json, "samples", root), "samples");
  require(calibration.samples >= 0, ErrorCode::format, "'samples' is {}", calibration.samples);
  if (json.contains("exit_shares")) calibration.exit_shares = read_numbers<double>(json["exit_shares"], "exit_shares");
  const Json& ranges = member(json, "ranges", root);
  require(ranges.is_object(), ErrorCode::format, "'ranges' is {}; an object is needed", ranges.type_name());
  for (const auto& [name, range] : ranges.items())
    calibration.ranges.emplace(name, read_range(range, fmt::format("ranges.{}", name)));
  return calibration;
}

}  // namespace

Calibration load_calibration(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_file(path);
  const auto* text = reinterpret_cast<const char*>(bytes.data());
  return with_context(path.string(), [&] {
    Json json;
    try {
      json = Json::parse(text, text + bytes.size());
    } catch (const nlohmann::json::parse_error& error) {
      fail(ErrorCode::format, "is no JSON, at byte {}", error.byte);
    }
    return read(json);
  });
}

void save_calibration(const Calibration& calibration, const std::filesystem::path& path) {
  std::string text;
  try {
    text = print(calibration);
  } catch (const nlohmann::json::type_error&) {
    fail(ErrorCode::unsupported, "{}: cannot be written as JSON: the name of a value is no UTF-8", path.string());
  }
  write_file(path, std::as_bytes(std::span(text)));
}

}  // namespace exeunt

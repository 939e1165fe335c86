#pragma once

#include <exeunt/tensor.h>
#include <exeunt/tools/inspect.h>

#include <nlohmann/json.hpp>
#include <optional>

namespace exeunt::cli {

using Json = nlohmann::ordered_json;

/// Nested lists, NaN and infinity as null.
Json to_json(const TensorView& tensor);
/// With the digits of a float, not those of the double next to it; null for NaN and infinity.
Json to_json(float number);
/// null for nothing, NaN and infinity.
Json to_json(std::optional<double> number);
Json to_json(const TensorType& type);
Json to_json(const std::vector<Warning>& warnings);

/// Prints one document on stdout. Text that is not UTF-8 (names in a file) is repaired.
void print_json(const Json& json);

}  // namespace exeunt::cli

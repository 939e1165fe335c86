#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace exeunt {

inline bool is_default_domain(std::string_view domain) noexcept { return domain.empty() || domain == "ai.onnx"; }

/// The version of the default domain in a list of opset imports; `otherwise` if it is not there.
template <class Imports>
std::int64_t default_opset(const Imports& imports, std::int64_t otherwise) {
  for (const auto& entry : imports) {
    if (is_default_domain(entry.domain())) otherwise = entry.version();
  }
  return otherwise;
}

/// @throws Error unsupported unless Exeunt reads this version of the default domain
inline void check_opset(std::int64_t opset) {
  constexpr std::int64_t kMin = 11;
  constexpr std::int64_t kMax = 23;
  require(opset >= kMin && opset <= kMax, ErrorCode::unsupported,
          "uses opset {}; {} to {} are supported (convert it with onnx.version_converter)", opset, kMin, kMax);
}

}  // namespace exeunt

#pragma once

#include <string_view>

namespace exeunt {

/// The widest vector instruction set of this machine that Exeunt knows: "avx512", "avx2", "neon" or "scalar".
std::string_view machine_isa() noexcept;

}  // namespace exeunt

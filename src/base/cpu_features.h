#pragma once

#include <string_view>

namespace exeunt {

/// The widest vector instruction set of this machine that Exeunt knows: "avx512", "avx2", "neon" or "scalar".
std::string_view machine_isa() noexcept;

// Instructions for products of bytes: on 512-bit registers, on 256-bit ones, of NEON, of matrices of 2x8 in NEON.
bool machine_has_vnni() noexcept;
bool machine_has_avx_vnni() noexcept;
bool machine_has_dotprod() noexcept;
bool machine_has_i8mm() noexcept;

// Instructions for products of bf16, on 512-bit registers.
bool machine_has_bf16() noexcept;

// Arithmetic on IEEE halves, of NEON.
bool machine_has_fp16() noexcept;

}  // namespace exeunt

#pragma once

#include <cstddef>

namespace exeunt::cpu {

/// y[c * y_row + r] = x[r * x_row + c] for `rows` rows r and `columns` columns c of floats.
using TransposeFn = void (*)(const float* x, std::ptrdiff_t x_row, std::ptrdiff_t rows, std::ptrdiff_t columns,
                             float* y, std::ptrdiff_t y_row) noexcept;

}  // namespace exeunt::cpu

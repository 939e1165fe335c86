#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/conv_shape.h"
#include "cpu/kernels/winograd.h"

namespace exeunt::cpu {

/// A candidate for a convolution that is not made yet (weights are packed then), and a guess at its cost in vector
/// multiplications.
struct Guess {
  double cost = 0;
  bool approximate = false;
  std::string kernel;
  std::function<Candidate()> make;
  bool hesitant = false;  ///< comes after all others: for the clock to pick, not for rules of thumb
};

/// What a register tile loses against one multiplication after the other: it waits for loads where it has fewer values
/// to reuse, and for sums where it has too few of them.
double tile_loss(int rows, int vectors);

inline double whole_units(int count, int unit) { return static_cast<double>(rounded_up(count, unit)); }

/// Rows without padding between them are one long row to a kernel that reaches over one pixel; other shapes stay.
ConvShape as_one_row(const ConvShape& shape);

/// The most promising ones, best guess first, among them one that is not approximate; only that of kernel `wanted`
/// unless that is empty.
std::vector<Candidate> make_best(std::vector<Guess> guesses, std::string_view wanted);

}  // namespace exeunt::cpu

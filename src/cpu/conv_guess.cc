#include "cpu/conv_guess.h"

#include <algorithm>

namespace exeunt::cpu {

double tile_loss(int rows, int vectors) {
  constexpr double kSumsInFlight = 8;
  const double size = rows * vectors;
  return std::max({1.0, (rows + vectors) / size, kSumsInFlight / size});
}

ConvShape as_one_row(const ConvShape& s) {
  ConvShape seen = s;
  const bool flat = s.kernel_height == 1 && s.kernel_width == 1 && s.stride_height == 1 && s.stride_width == 1 &&
                    s.pad_top == 0 && s.pad_left == 0 && s.pad_bottom == 0 && s.pad_right == 0;
  if (!flat) return seen;
  seen.in_width = seen.out_width = s.in_height * s.in_width;
  seen.in_height = seen.out_height = 1;
  return seen;
}

std::vector<Candidate> make_best(std::vector<Guess> guesses, std::string_view wanted) {
  // Guesses are rough: what looks somewhat slower may win.
  constexpr double kHope = 2;
  constexpr std::size_t kMost = 12;
  const auto make = [](const Guess& guess) {
    Candidate candidate = guess.make();
    candidate.kernel = guess.kernel;
    return candidate;
  };
  if (!wanted.empty()) {
    const auto guess = std::ranges::find(guesses, wanted, &Guess::kernel);
    return guess == guesses.end() ? std::vector<Candidate>() : std::vector{make(*guess)};
  }
  std::ranges::stable_sort(guesses, {}, &Guess::cost);
  std::vector<const Guess*> best;
  bool has_exact = false;
  for (const Guess& guess : guesses) {
    const bool hopeless = best.size() >= kMost || guess.cost > kHope * guesses.front().cost;
    // One that rounds like any sum is always there, whatever the check of the others says.
    if (hopeless && (has_exact || guess.approximate)) continue;
    has_exact = has_exact || !guess.approximate;
    best.push_back(&guess);
  }
  // The form with iterators: clang 14 cannot make the range that the other one returns.
  std::stable_partition(best.begin(), best.end(), [](const Guess* guess) { return !guess->hesitant; });
  std::vector<Candidate> candidates;
  for (const Guess* guess : best) candidates.push_back(make(*guess));
  return candidates;
}

}  // namespace exeunt::cpu

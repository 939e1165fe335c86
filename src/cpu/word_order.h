#pragma once

#include <cstddef>
#include <cstdint>

namespace exeunt::cpu {

/// The place of tap t from number i to channel o among numbers that lie `group` a word: [block of lanes][tap][word of
/// the tap][lane][number of the word]. A tap's numbers are a pixel's channels, or those of a run of pixels.
struct WordOrder {
  std::int64_t lanes, group, taps, words;

  std::size_t of(std::int64_t o, std::int64_t t, std::int64_t i) const noexcept {
    const std::int64_t word = (o / lanes * taps + t) * words + i / group;
    return static_cast<std::size_t>((word * lanes + o % lanes) * group + i % group);
  }
};

}  // namespace exeunt::cpu

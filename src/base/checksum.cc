#include "base/checksum.h"

#include <array>
#include <bit>
#include <cstring>

namespace exeunt {

std::uint64_t checksum(TensorView tensor) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto mix = [&](std::uint64_t byte) { hash = (hash ^ byte) * 0x100000001b3U; };
  mix(static_cast<std::uint64_t>(tensor.dtype()));
  for (const std::int64_t dim : tensor.shape()) {
    for (int shift = 0; shift < 64; shift += 8) mix((static_cast<std::uint64_t>(dim) >> shift) & 0xffU);
  }
  const std::size_t bytes = tensor.type.bytes();
  for (std::size_t i = 0; i < bytes; ++i) mix(static_cast<std::uint64_t>(tensor.data[i]));
  return hash;
}

namespace {

/// For a fixed hash each word gives another result, and the other way round: odd factors and rotations lose nothing.
std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) noexcept {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15U;
  return std::rotl(hash ^ word, 29) * kOdd;
}

std::uint64_t word_at(const std::byte* bytes, std::size_t count = sizeof(std::uint64_t)) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, count);
  return word;
}

}  // namespace

std::uint64_t fast_checksum(std::span<const std::byte> bytes) noexcept {
  // Eight chains side by side: one alone would wait for its multiplications.
  constexpr std::size_t kChains = 8;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  std::array<std::uint64_t, kChains> chains;
  for (std::size_t c = 0; c < kChains; ++c) chains[c] = c;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= kChains * kWord; at += kChains * kWord, left -= kChains * kWord) {
    for (std::size_t c = 0; c < kChains; ++c) chains[c] = mixed(chains[c], word_at(at + c * kWord));
  }
  std::uint64_t hash = bytes.size();
  for (; left >= kWord; at += kWord, left -= kWord) hash = mixed(hash, word_at(at));
  if (left > 0) hash = mixed(hash, word_at(at, left));
  for (const std::uint64_t chain : chains) hash = mixed(hash, chain);
  return hash ^ (hash >> 32);
}

}  // namespace exeunt

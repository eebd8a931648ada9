// The bootstrap's random numbers: SplitMix64 (Steele, Lea, Flood 2014), one generator for each replicate, so that any
// replicate can be computed alone and no result depends on the number of threads.
#pragma once

#include <cstdint>

#include "tutti/random.hpp"

namespace tutti::reports {

class SplitMix64 {
 public:
  explicit constexpr SplitMix64(std::uint64_t start) : state_(start) {}

  /// The generator of replicate b: it starts at output b + 1 of SplitMix64(seed).
  static constexpr SplitMix64 of_replicate(std::uint64_t seed, std::uint64_t b) {
    return SplitMix64(mix_bits(seed + (b + 1) * kIncrement));
  }

  constexpr std::uint64_t next() { return mix_bits(state_ += kIncrement); }

  /// In {0 .. count-1}: the high 64 bits of the product. One output for each index, whatever the count.
  constexpr std::uint64_t index(std::uint64_t count) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * count) >> 64);
  }

 private:
  static constexpr std::uint64_t kIncrement = 0x9E3779B97F4A7C15U;
  std::uint64_t state_;
};

}  // namespace tutti::reports

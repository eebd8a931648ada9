// Named random streams. Every random number of a run comes from a stream whose seed is a pure function of the
// run's seed and the stream's name, so adding a stream never shifts another.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

#include "tutti/export.hpp"

namespace tutti {

class SnapshotReader;
class SnapshotWriter;

/// SplitMix64's output function (Steele, Lea, Flood 2014): a bijection that mixes all 64 bits.
constexpr std::uint64_t mix_bits(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// Seed of the stream `name` number `index` below `seed`; a pure function.
TUTTI_API std::uint64_t derive_seed(std::uint64_t seed, std::string_view name, std::uint64_t index = 0);

/// xoshiro256++ (Blackman, Vigna 2019), seeded through SplitMix64. The same seed gives the same numbers on every
/// machine for integers, uniforms and float32 normals; float64 normals use the C library's logarithm and sine.
class TUTTI_API RandomStream {
 public:
  explicit RandomStream(std::uint64_t seed);

  std::uint64_t next() {
    const std::uint64_t result = rotate(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Uniform in {0 .. count-1}, exactly (Lemire 2019). `count` must be positive.
  std::uint64_t index(std::uint64_t count);

  /// Standard normal (Box-Muller). Carries no hidden second value: one call, one pair of uniforms.
  double normal();

  void fill_uniform(std::span<float> out, float low, float high);
  void fill_normal(std::span<float> out);
  void fill_normal(std::span<double> out);

  void save(SnapshotWriter& writer, std::string_view name) const;
  void load(SnapshotReader& reader, std::string_view name);

 private:
  static constexpr std::uint64_t rotate(std::uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

  std::array<std::uint64_t, 4> state_{};
};

}  // namespace tutti

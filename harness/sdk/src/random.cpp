#include "tutti/random.hpp"

#include <algorithm>
#include <bit>
#include <numbers>

#include "tutti/snapshot.hpp"

namespace tutti {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint64_t kGoldenGamma = 0x9E3779B97F4A7C15U;

/// FNV-1a, so that a stream's name decides its seed on every machine alike.
std::uint64_t hash_name(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return hash;
}

template <class Real>
void fill_normal_pairs(RandomStream& stream, std::span<Real> out) {
  for (std::size_t i = 0; i < out.size(); i += 2) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - stream.uniform()));
    const double angle = 2.0 * std::numbers::pi * stream.uniform();
    out[i] = static_cast<Real>(radius * std::cos(angle));
    if (i + 1 < out.size()) out[i + 1] = static_cast<Real>(radius * std::sin(angle));
  }
}

// The same in float32, in loops that compilers vectorise: logarithm, sine and cosine by the polynomials of Cephes
// (Moshier 1989), whose results are the same on every machine.

/// log(1 - u) from u in [0, 1) and from 1 - u.
inline float log_of_complement(float u, float complement) {
  constexpr float kRoot = 0.707106781186547524F;
  const auto bits = std::bit_cast<std::int32_t>(complement);
  float mantissa = std::bit_cast<float>((bits & 0x007FFFFF) | 0x3F000000);  // in [0.5, 1)
  const bool small = mantissa < kRoot;
  const auto exponent = static_cast<float>((bits >> 23) - (small ? 127 : 126));
  mantissa = complement < kRoot ? (small ? mantissa + mantissa : mantissa) - 1.0F : -u;
  const float square = mantissa * mantissa;
  float p = 7.0376836292e-2F;
  p = p * mantissa - 1.1514610310e-1F;
  p = p * mantissa + 1.1676998740e-1F;
  p = p * mantissa - 1.2420140846e-1F;
  p = p * mantissa + 1.4249322787e-1F;
  p = p * mantissa - 1.6668057665e-1F;
  p = p * mantissa + 2.0000714765e-1F;
  p = p * mantissa - 2.4999993993e-1F;
  p = p * mantissa + 3.3333331174e-1F;
  p = p * mantissa * square - 2.12194440e-4F * exponent - 0.5F * square;
  return mantissa + p + 0.693359375F * exponent;
}

/// out <- radius cos and radius sin of 2 pi `turn`, for turn in [0, 1].
inline void put_pair(float radius, float turn, float* out) {
  const auto quarter = static_cast<std::int32_t>(4.0F * turn + 0.5F);
  const float r = (turn - 0.25F * static_cast<float>(quarter)) * 6.28318530717958648F;
  const float square = r * r;
  const float sine = r + r * square * (-1.6666654611e-1F + square * (8.3321608736e-3F - 1.9515295891e-4F * square));
  const float cosine =
      1.0F - 0.5F * square +
      square * square * (4.166664568298827e-2F + square * (-1.388731625493765e-3F + 2.443315711809948e-5F * square));
  const bool odd = (quarter & 1) != 0;
  const float along = odd ? sine : cosine, across = odd ? cosine : sine;
  out[0] = ((quarter + 1) & 2) != 0 ? -radius * along : radius * along;
  out[1] = (quarter & 2) != 0 ? -radius * across : radius * across;
}

}  // namespace

std::uint64_t derive_seed(std::uint64_t seed, std::string_view name, std::uint64_t index) {
  const std::uint64_t named = mix_bits(mix_bits(seed + kGoldenGamma) ^ hash_name(name));
  return mix_bits(named + (index + 1) * kGoldenGamma);
}

RandomStream::RandomStream(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {
    seed += kGoldenGamma;
    word = mix_bits(seed);
  }
}

std::uint64_t RandomStream::index(std::uint64_t count) {
  auto product = static_cast<Wide>(next()) * count;
  if (static_cast<std::uint64_t>(product) < count) {
    const std::uint64_t threshold = -count % count;
    while (static_cast<std::uint64_t>(product) < threshold) product = static_cast<Wide>(next()) * count;
  }
  return static_cast<std::uint64_t>(product >> 64);
}

double RandomStream::normal() {
  double result = 0;
  fill_normal_pairs<double>(*this, std::span<double>(&result, 1));
  return result;
}

void RandomStream::fill_uniform(std::span<float> out, float low, float high) {
  for (float& value : out) value = static_cast<float>(uniform(low, high));
}

void RandomStream::fill_normal(std::span<float> out) {
  constexpr std::size_t kPairs = 128;
  std::array<float, kPairs> draws{}, complements{}, turns{};
  std::array<float, 2 * kPairs> normals{};
  while (!out.empty()) {
    const std::size_t count = std::min(out.size(), normals.size()), pairs = (count + 1) / 2;
    for (std::size_t i = 0; i < pairs; ++i) {
      const double u = uniform();
      draws[i] = static_cast<float>(u);
      complements[i] = static_cast<float>(1.0 - u);
      turns[i] = static_cast<float>(uniform());
    }
    for (std::size_t i = 0; i < pairs; ++i) {
      put_pair(std::sqrt(std::max(-2.0F * log_of_complement(draws[i], complements[i]), 0.0F)), turns[i],
               normals.data() + 2 * i);
    }
    std::copy_n(normals.begin(), count, out.begin());
    out = out.subspan(count);
  }
}
void RandomStream::fill_normal(std::span<double> out) { fill_normal_pairs(*this, out); }

void RandomStream::save(SnapshotWriter& writer, std::string_view name) const {
  writer.values<std::uint64_t>(name, state_);
}

void RandomStream::load(SnapshotReader& reader, std::string_view name) { reader.values<std::uint64_t>(name, state_); }

}  // namespace tutti

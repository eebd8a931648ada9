#include "tutti/random.hpp"

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

void RandomStream::fill_normal(std::span<float> out) { fill_normal_pairs(*this, out); }
void RandomStream::fill_normal(std::span<double> out) { fill_normal_pairs(*this, out); }

void RandomStream::save(SnapshotWriter& writer, std::string_view name) const {
  writer.values<std::uint64_t>(name, state_);
}

void RandomStream::load(SnapshotReader& reader, std::string_view name) { reader.values<std::uint64_t>(name, state_); }

}  // namespace tutti

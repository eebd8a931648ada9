// What the fuzzers share: damage to bytes, from a seed, and a loop that counts what became of the damaged inputs. The
// same seed and count give the same inputs. Build with -DTUTTI_SANITIZE=ON to find more than crashes.
//
//   fuzz_suites COUNT SEED
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace tutti::fuzz {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t count) { return count == 0 ? 0 : random() % count; }

/// One to eight changes: bits, bytes, numbers, parts removed, doubled, or replaced by one of `words`.
inline std::string damaged(std::string text, const std::vector<std::string>& words, Random& random) {
  for (std::size_t change = 1 + below(random, 1 + below(random, 8)); change > 0; --change) {
    const std::size_t place = below(random, text.size());
    const std::size_t length = 1 + below(random, 1 + below(random, 64));
    switch (below(random, 8)) {
      case 0:
        if (!text.empty()) text[place] = static_cast<char>(text[place] ^ (1 << below(random, 8)));
        break;
      case 1:
        if (!text.empty()) text[place] = static_cast<char>(random());
        break;
      case 2:
        text.erase(place, length);
        break;
      case 3:
        text.insert(place, text.substr(place, length));
        break;
      case 4:
        text.resize(place);
        break;
      case 5:
        text.insert(place, std::to_string(static_cast<std::int64_t>(random())));
        break;
      default:
        if (!words.empty()) text.insert(place, words[below(random, words.size())]);
    }
  }
  return text;
}

/// That of the input at hand: whoever ends the program says so.
inline std::uint64_t current_seed = 0;

/// Calls `round` COUNT times; it returns whether the input was taken, or throws what a user would read. Anything else
/// ends the program. Returns the exit status.
inline int run(int argc, char** argv, const std::function<bool(Random&)>& round) {
  std::uint64_t count = 1000;
  std::uint64_t seed = 1;
  const auto number = [&](int index, std::uint64_t& value) {
    const std::string text = argc > index ? argv[index] : "";
    if (!text.empty()) (void)std::from_chars(text.data(), text.data() + text.size(), value);
  };
  number(1, count);
  number(2, seed);
  std::uint64_t taken = 0;
  for (std::uint64_t index = 0; index < count; ++index) {
    current_seed = seed + index;  // so that one input can be made again alone: COUNT 1 with this seed
    Random random(current_seed);
    try {
      taken += round(random) ? 1 : 0;
    } catch (const std::exception& error) {
      // A sentence for the user; it is shown when an input is looked at alone.
      if (count == 1) std::fprintf(stderr, "%s\n", error.what());
    }
    if ((index + 1) % 10'000 == 0) std::fprintf(stderr, "%llu inputs\n", static_cast<unsigned long long>(index + 1));
  }
  std::printf("%llu inputs from seed %llu: %llu taken, the others refused in words\n",
              static_cast<unsigned long long>(count), static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(taken));
  return 0;
}

}  // namespace tutti::fuzz

#include "reference_range.hpp"

#include <array>
#include <string_view>

namespace tutti::mamujoco {
namespace {

struct RandomPlay {
  double mean;
  std::string_view episodes;  // of suites/evidence/random-play.toml
};

constexpr std::string_view kThreeSeeds = "600 episodes (suites/evidence/random-play.toml, seeds 1 to 3)";
constexpr std::string_view kTwoSeeds = "400 episodes (suites/evidence/random-play.toml, seeds 1 and 2)";

struct Achievement {
  std::string_view robot;
  RandomPlay v5, v2;
  double high;
  std::string_view source;
};

// Published returns do not name the robot's version; they serve for both.
constexpr std::array<Achievement, 4> kAchievements{{
    {"ant",
     {-59.3, kThreeSeeds},
     {-63.6, kThreeSeeds},
     7517.0,
     "OMAD on Ant 2x4, arXiv:2602.18291 (version of the robot not known)"},
    {"half_cheetah",
     {-286.3, kThreeSeeds},
     {-286.3, kThreeSeeds},
     14368.5,
     "OMAD on HalfCheetah 2x3, arXiv:2602.18291 (version of the robot not known)"},
    {"swimmer",
     {0.44, kThreeSeeds},
     {0.52, kTwoSeeds},
     162.0,
     "OMAD on Swimmer 2x1, arXiv:2602.18291 (version of the robot not known)"},
    {"walker2d",
     {1.59, kThreeSeeds},
     {2.37, kTwoSeeds},
     6938,
     "SimbaV2 with one controller for the whole robot after 1,000,000 steps, mean of the 10 seeds that its authors "
     "published (version of the robot not known)"},
}};

}  // namespace

std::optional<ReferenceRange> reference_range(const Config& config) {
  if (config.episode_limit != Config{}.episode_limit) return std::nullopt;
  for (const Achievement& row : kAchievements) {
    if (row.robot != config.robot) continue;
    const RandomPlay& random = config.resolved_robot_version() == Version::kV5 ? row.v5 : row.v2;
    return ReferenceRange{.low = random.mean,
                          .low_source = "random play, " + std::string(random.episodes),
                          .high = row.high,
                          .high_source = std::string(row.source)};
  }
  return std::nullopt;
}

}  // namespace tutti::mamujoco

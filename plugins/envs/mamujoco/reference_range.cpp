#include "reference_range.hpp"

#include <array>
#include <string_view>

namespace tutti::mamujoco {
namespace {

struct Achievement {
  std::string_view robot;
  double low_v5, low_v2;  // suites/evidence/random-play.toml
  double high;
  std::string_view source;
};

// Published returns do not name the robot's version; they serve for both.
constexpr std::array<Achievement, 4> kAchievements{{
    {"ant", -62.7, -60.2, 7517.0, "OMAD on Ant 2x4, arXiv:2602.18291 (version of the robot not known)"},
    {"half_cheetah", -287.7, -287.7, 14368.5,
     "OMAD on HalfCheetah 2x3, arXiv:2602.18291 (version of the robot not known)"},
    {"swimmer", 0.56, 0.56, 162.0, "OMAD on Swimmer 2x1, arXiv:2602.18291 (version of the robot not known)"},
    {"walker2d", 1.49, 2.47, 6938,
     "SimbaV2 with one controller for the whole robot after 1,000,000 steps, mean of the 10 seeds that its authors "
     "published (version of the robot not known)"},
}};

}  // namespace

std::optional<ReferenceRange> reference_range(const Config& config) {
  if (config.episode_limit != Config{}.episode_limit) return std::nullopt;
  for (const Achievement& row : kAchievements) {
    if (row.robot != config.robot) continue;
    return ReferenceRange{.low = config.resolved_robot_version() == Version::kV5 ? row.low_v5 : row.low_v2,
                          .low_source = "random play, 1,000 episodes (suites/evidence/random-play.toml)",
                          .high = row.high,
                          .high_source = std::string(row.source)};
  }
  return std::nullopt;
}

}  // namespace tutti::mamujoco

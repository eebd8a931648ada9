#include "reference_range.hpp"

#include <array>
#include <string_view>

namespace tutti::mpe {
namespace {

// Sums over the learners, of 25 steps. Low: suites/evidence/random-play.toml. High: 10,000 episodes of a scripted team;
// the tests play the same teams again.
struct Measured {
  std::string_view scenario, dynamics, adversary;
  std::int64_t agents;
  double low, high;
  std::string_view team;
};

constexpr std::string_view kAssigned = "the team that steers along the best assignment to landmarks";
constexpr std::string_view kGoal = "the team that goes straight to the goal";
constexpr std::string_view kDecoy = "the team of one decoy and one agent just short of the goal";

constexpr std::array<Measured, 7> kMeasured{{
    {"cooperative_navigation", "current", "random", 3, -78.24, -16.0, kAssigned},
    {"cooperative_navigation", "current", "random", 4, -123.34, -25.6, kAssigned},
    {"cooperative_navigation", "legacy", "random", 3, -115.13, -52.9, kAssigned},
    {"cooperative_navigation", "legacy", "random", 4, -169.80, -74.4, kAssigned},
    {"physical_deception", "current", "random", 2, 13.50, 47.0, kGoal},
    {"physical_deception", "current", "still", 2, 11.64, 44.9, kGoal},
    {"physical_deception", "current", "pursuer", 2, -10.12, 25.6, kDecoy},
}};

}  // namespace

std::optional<ReferenceRange> reference_range(const Config& config) {
  const Config defaults;
  if (config.team_reward == "per_agent" || config.episode_limit != defaults.episode_limit) return std::nullopt;
  if (config.local_ratio != defaults.local_ratio) return std::nullopt;
  for (const Measured& row : kMeasured) {
    const bool same = row.scenario == config.scenario && row.dynamics == config.dynamics &&
                      row.adversary == config.adversary && row.agents == config.agents;
    if (!same) continue;
    const bool mean = config.team_reward == "mean";
    const double share = mean ? 1 / static_cast<double>(row.agents) : 1;
    const std::string unit = mean ? ", mean over agents" : ", sum over agents";
    return ReferenceRange{.low = share * row.low,
                          .low_source = "random play, 1,000 episodes (suites/evidence/random-play.toml)" + unit,
                          .high = share * row.high,
                          .high_source = std::string(row.team) + ", scripted, 10,000 episodes" + unit};
  }
  return std::nullopt;
}

}  // namespace tutti::mpe

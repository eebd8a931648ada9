#include "drawing.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tutti/canvas.hpp"

namespace tutti::mpe {
namespace {

constexpr Color kBackground{255, 255, 255};
constexpr Color kBorder{205, 205, 205};  // of [-1, 1]², where everything starts
constexpr Color kLandmark{110, 110, 110};
constexpr Color kGoal{0, 158, 115};
constexpr Color kAdversary{40, 40, 40};
constexpr Color kOutline{255, 255, 255};
// Okabe and Ito's colours, which people with any colour vision tell apart; without the goal's green.
constexpr std::array kAgents{Color{0, 114, 178},  Color{230, 159, 0}, Color{204, 121, 167},
                             Color{86, 180, 233}, Color{213, 94, 0},  Color{240, 228, 66}};
constexpr double kLandmarkRadius = 0.07;
constexpr double kGoalRadius = 0.12;
constexpr double kTrailWidth = 0.035;
constexpr double kLeastReach = 1.3;

Color lighter(Color color) {
  const auto mix = [](std::uint8_t value) { return static_cast<std::uint8_t>((value + 2 * 255) / 3); };
  return {mix(color.red), mix(color.green), mix(color.blue)};
}

Color color_of(const Scenario& scenario, std::size_t agent) {
  if (agent < scenario.first_learner()) return kAdversary;
  return kAgents[(agent - scenario.first_learner()) % kAgents.size()];
}

}  // namespace

void Drawing::begin() {
  trails_.clear();
  reach_ = 0;
}

void Drawing::follow(const World& world) {
  const auto agents = world.agents();
  trails_.resize(agents.size());
  reach_ = std::max(reach_, kLeastReach);
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const Vector position = agents[i].position;
    trails_[i].push_back(position);
    reach_ = std::max({reach_, std::abs(position.x) + kAgentRadius, std::abs(position.y) + kAgentRadius});
  }
}

Frame Drawing::draw(const Scenario& scenario, FrameSize size) {
  Canvas canvas(size, kBackground);
  const World& world = scenario.world();
  const auto agents = world.agents();
  if (!follows()) follow(world);

  const double scale = static_cast<double>(std::min(size.width, size.height)) / (2 * reach_);  // pixels per unit
  const double middle_x = static_cast<double>(size.width) / 2;
  const double middle_y = static_cast<double>(size.height) / 2;
  const auto place = [&](Vector point) { return CanvasPoint{middle_x + point.x * scale, middle_y - point.y * scale}; };

  const std::array<Vector, 5> corners{{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}}};
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    canvas.line(place(corners[i]), place(corners[i + 1]), 1, kBorder);
  }
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const Color color = lighter(color_of(scenario, i));
    for (std::size_t k = 1; k < trails_[i].size(); ++k) {
      canvas.line(place(trails_[i][k - 1]), place(trails_[i][k]), kTrailWidth * scale, color);
    }
  }
  for (std::size_t i = 0; i < agents.size(); ++i) {
    canvas.disc(place(agents[i].position), kAgentRadius * scale, color_of(scenario, i));
    canvas.ring(place(agents[i].position), kAgentRadius * scale, 1, kOutline);
  }
  // On top, so that a landmark under an agent is seen to be covered.
  for (std::size_t i = 0; i < world.landmarks().size(); ++i) {
    const CanvasPoint center = place(world.landmarks()[i]);
    const bool is_goal = scenario.goal_landmark() == i;
    if (is_goal) canvas.ring(center, kGoalRadius * scale, kGoalRadius * scale / 4, kGoal);
    canvas.disc(center, kLandmarkRadius * scale, is_goal ? kGoal : kLandmark);
    canvas.ring(center, kLandmarkRadius * scale, 1, kOutline);
  }
  return canvas.take();
}

}  // namespace tutti::mpe

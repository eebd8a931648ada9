// What random play and the best known result score: the scale on which reports compare scores of different tasks.
#pragma once

#include <optional>

#include "config.hpp"

namespace tutti::mamujoco {

/// The range of the robot in this version; nothing for other lengths of episodes. How the actuators are divided does
/// not matter to random play, and a result for one division is the mark for all.
std::optional<ReferenceRange> reference_range(const Config& config);

}  // namespace tutti::mamujoco

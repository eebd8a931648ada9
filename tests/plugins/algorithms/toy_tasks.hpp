// Tasks small enough to know their answers, for learning checks that take seconds. Two agents, one action dimension
// each.
#pragma once

#include <functional>
#include <memory>

#include "tutti/environment.hpp"

namespace tutti {

using MakeEnvironment = std::function<std::unique_ptr<Environment>()>;

/// One step from a constant observation, reward exp(-((a_1 - 0.6)/0.2)^2/2) + exp(-((a_1 + 0.6)/0.2)^2/2)
/// - (a_2 - 0.3)^2. Two optimal joint actions (+-0.6, 0.3), which differ in one agent; both give 1, uniform actions
/// 0.067.
std::unique_ptr<Environment> make_separable_bandit();

/// The same with two optima that differ in both agents: exp(-|a - c|^2/(2 0.25^2)) + exp(-|a + c|^2/(2 0.25^2)),
/// c = (0.6, 0.6). Optimum 1, uniform actions 0.175.
std::unique_ptr<Environment> make_coordination_bandit();

/// Positions p_i uniform in [-1, 1], p_i <- clip(p_i + 0.4 a_i, -2, 2), landmarks at +-0.5, reward
/// -sum over landmarks of min_i |p_i - landmark| after the move, 5 steps, then truncated. An agent sees its own
/// position, then the other's. Optimal return -0.2949, uniform actions -4.21, doing nothing -3.75.
std::unique_ptr<Environment> make_line_spread();

}  // namespace tutti

// Teams that do not learn, to measure what simple behaviour scores.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "physical_deception.hpp"
#include "scenario.hpp"

namespace tutti::mpe {

/// Chooses the learners' actions in the present state.
using Team = std::function<void(Scenario&, RandomStream&, std::span<Action>)>;

// Both tasks.
Team still_team();
Team random_team();  // every component uniform in [0, 1]

// Cooperative Navigation.
Team assigned_team();  // the one-to-one assignment with the smallest total distance, again in each step; landmarks that
                       // two agents cannot cover without touching are pushed apart first
Team fixed_team();     // agent i to landmark i
Team greedy_team();    // each to the landmark nearest to it

// Physical Deception with two good agents.
Team goal_team();   // both to the goal
Team split_team();  // one to each landmark
Team decoy_team();  // the same, but the one at the goal stays 0.15 short of it, on the side away from the other
                    // landmark

/// Over episodes, of sums over 25 steps.
struct Score {
  double mean = 0;
  double deviation = 0;
};
struct Scores {
  Score learners;  // sum of the learners' rewards
  Score everybody;
  std::vector<Score> terms;
};
Scores play(Scenario& scenario, const Team& team, std::size_t episodes);

}  // namespace tutti::mpe

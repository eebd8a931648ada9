// A whole marl-eval file: two tasks, two algorithms, two runs, two evaluations, and what is known of its numbers.
#pragma once

#include <string>

namespace tutti::reports {

inline const std::string kExampleFile = R"({"mamujoco": {
 "Ant_2x4": {
  "OMAD":  {"seed_0": {"step_0": {"step_count": 1000, "return": [1, 3]}, "step_1": {"step_count": 2000, "return": [4, 6]}, "absolute_metrics": {"return": [5, 7]}},
            "seed_1": {"step_0": {"step_count": 1000, "return": [0, 2]}, "step_1": {"step_count": 2000, "return": [8, 8]}, "absolute_metrics": {"return": [8, 10]}}},
  "HASAC": {"seed_0": {"step_0": {"step_count": 1000, "return": [1, 1]}, "step_1": {"step_count": 2000, "return": [3, 5]}, "absolute_metrics": {"return": [4, 4]}},
            "seed_1": {"step_0": {"step_count": 1000, "return": [2, 0]}, "step_1": {"step_count": 2000, "return": [2, 4]}, "absolute_metrics": {"return": [3, 5]}}}},
 "spread_3": {
  "OMAD":  {"seed_0": {"step_0": {"step_count": 1000, "return": [-30, -20]}, "step_1": {"step_count": 2000, "return": [-12, -10]}, "absolute_metrics": {"return": [-11, -9]}},
            "seed_1": {"step_0": {"step_count": 1000, "return": [-40, -30]}, "step_1": {"step_count": 2000, "return": [-20, -16]}, "absolute_metrics": {"return": [-14, -14]}}},
  "HASAC": {"seed_0": {"step_0": {"step_count": 1000, "return": [-35, -25]}, "step_1": {"step_count": 2000, "return": [-15, -15]}, "absolute_metrics": {"return": [-13, -15]}},
            "seed_1": {"step_0": {"step_count": 1000, "return": [-32, -28]}, "step_1": {"step_count": 2000, "return": [-18, -14]}, "absolute_metrics": {"return": [-16, -12]}}}}}})";

}  // namespace tutti::reports

// What every environment has to keep to, for the tests of each family.
#pragma once

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "tutti/environment.hpp"
#include "tutti/random.hpp"

namespace tutti {

using MakeEnvironment = std::function<std::unique_ptr<Environment>()>;

/// Uniform in [-1, 1).
std::vector<float> random_action(const EnvironmentSpec& spec, RandomStream& random);

/// All that an environment shows at present, bit for bit comparable.
struct Sight {
  std::vector<float> observations;
  std::vector<float> state;
  std::vector<double> terms;
  std::vector<double> coverage;
  bool operator==(const Sight&) const = default;
};
Sight look(const Environment& environment);

/// Saves at a random step of each of several episodes, loads into a fresh instance and plays both on to the end of the
/// episode.
void expect_exact_snapshots(const MakeEnvironment& make);

/// The same seed gives the same episode, also after another one; another seed gives another.
void expect_seeded_episodes(const MakeEnvironment& make);

/// Counts calls of operator new in a few hundred steps, with everything that the harness asks for after each.
void expect_no_allocation(Environment& environment);

/// Wrong sizes and values that are not finite are refused, in a sentence that holds `prefix` and names the agent.
void expect_bad_actions_refused(Environment& environment, const std::string& prefix);

/// The low end of the declared reference range is what `episodes` of uniformly random play score, within four standard
/// errors of the difference of two means, that of the 1,000 episodes behind the declaration and this one.
void expect_random_play_at_low_end(Environment& environment, std::size_t episodes);

/// The message of the Error that `call` throws; fails the test when it throws none.
std::string message_of(const std::function<void()>& call);

/// How GoogleTest shows a task, also in the names of tests.
void PrintTo(const TaskSpec& task, std::ostream* out);

}  // namespace tutti

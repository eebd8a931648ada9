#include "scripted_teams.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tutti::mpe {
namespace {

constexpr double kTouchingDistance = 0.31;

// Proportional and derivative control towards `target`, each axis for itself.
Action steer(const World& world, std::size_t agent, Vector target) {
  const Particle& self = world.agents()[agent];
  const auto command = [](double error, double velocity) { return std::clamp(14 * error - 3 * velocity, -1.0, 1.0); };
  const double sign = world.dynamics() == Dynamics::kCurrent ? 1 : -1;
  return action_towards(sign * command(target.x - self.position.x, self.velocity.x),
                        sign * command(target.y - self.position.y, self.velocity.y));
}

double distance(Vector a, Vector b) { return std::sqrt(squared_length(a - b)); }

// Landmarks closer than two touching agents, pushed apart to that distance.
std::vector<Vector> separated_landmarks(const World& world) {
  std::vector<Vector> targets(world.landmarks().begin(), world.landmarks().end());
  for (int sweep = 0; sweep < 10; ++sweep) {
    for (std::size_t a = 0; a < targets.size(); ++a) {
      for (std::size_t b = a + 1; b < targets.size(); ++b) {
        const Vector offset = targets[a] - targets[b];
        const double length = std::sqrt(squared_length(offset));
        if (length >= kTouchingDistance || length == 0) continue;
        const double push = (kTouchingDistance - length) / 2 / length;
        targets[a] = {targets[a].x + push * offset.x, targets[a].y + push * offset.y};
        targets[b] = {targets[b].x - push * offset.x, targets[b].y - push * offset.y};
      }
    }
  }
  return targets;
}

std::vector<std::size_t> best_assignment(const World& world, std::span<const Vector> targets) {
  std::vector<std::size_t> order(targets.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> best = order;
  double smallest = std::numeric_limits<double>::infinity();
  const std::size_t first = world.agents().size() - targets.size();
  do {
    double sum = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
      sum += distance(world.agents()[first + i].position, targets[order[i]]);
    if (sum < smallest) {
      smallest = sum;
      best = order;
    }
  } while (std::ranges::next_permutation(order).found);
  return best;
}

Team deception_team(double short_of_goal) {
  return [short_of_goal](Scenario& scenario, RandomStream&, std::span<Action> actions) {
    const World& world = scenario.world();
    const std::size_t goal = dynamic_cast<PhysicalDeception&>(scenario).goal();
    std::vector<Vector> targets(world.landmarks().begin(), world.landmarks().end());
    const Vector away = targets[goal] - targets[1 - goal];
    const double length = std::sqrt(squared_length(away));
    const auto order = best_assignment(world, targets);
    targets[goal].x += short_of_goal * away.x / length;
    targets[goal].y += short_of_goal * away.y / length;
    for (std::size_t i = 0; i < 2; ++i) actions[i] = steer(world, 1 + i, targets[order[i]]);
  };
}

class Sample {
 public:
  void add(double value) {
    sum_ += value;
    squares_ += value * value;
    ++count_;
  }
  Score score() const {
    const double mean = sum_ / count_;
    return {mean, std::sqrt((squares_ - sum_ * mean) / (count_ - 1))};
  }

 private:
  double sum_ = 0;
  double squares_ = 0;
  double count_ = 0;
};

double sum_of(std::span<const double> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

Team still_team() {
  return [](Scenario&, RandomStream&, std::span<Action> actions) { std::ranges::fill(actions, Action{}); };
}

Team random_team() {
  return [](Scenario&, RandomStream& random, std::span<Action> actions) {
    for (Action& action : actions) {
      for (double& component : action) component = random.uniform();
    }
  };
}

Team assigned_team() {
  return [](Scenario& scenario, RandomStream&, std::span<Action> actions) {
    const auto targets = separated_landmarks(scenario.world());
    const auto order = best_assignment(scenario.world(), targets);
    for (std::size_t i = 0; i < actions.size(); ++i) actions[i] = steer(scenario.world(), i, targets[order[i]]);
  };
}

Team fixed_team() {
  return [](Scenario& scenario, RandomStream&, std::span<Action> actions) {
    const World& world = scenario.world();
    for (std::size_t i = 0; i < actions.size(); ++i) actions[i] = steer(world, i, world.landmarks()[i]);
  };
}

Team greedy_team() {
  return [](Scenario& scenario, RandomStream&, std::span<Action> actions) {
    const World& world = scenario.world();
    for (std::size_t i = 0; i < actions.size(); ++i) {
      const Vector own = world.agents()[i].position;
      const auto from_here = [&](Vector landmark) { return distance(own, landmark); };
      actions[i] = steer(world, i, *std::ranges::min_element(world.landmarks(), {}, from_here));
    }
  };
}

Team goal_team() {
  return [](Scenario& scenario, RandomStream&, std::span<Action> actions) {
    const World& world = scenario.world();
    const Vector goal = world.landmarks()[dynamic_cast<PhysicalDeception&>(scenario).goal()];
    for (std::size_t i = 0; i < actions.size(); ++i) actions[i] = steer(world, 1 + i, goal);
  };
}

Team split_team() { return deception_team(0); }
Team decoy_team() { return deception_team(0.15); }

Scores play(Scenario& scenario, const Team& team, std::size_t episodes) {
  Sample learners;
  Sample everybody;
  std::vector<double> terms(scenario.term_names().size());
  std::vector<Sample> term_samples(terms.size());
  std::vector<Action> actions(scenario.num_learners());
  RandomStream random(1);
  for (std::size_t episode = 0; episode < episodes; ++episode) {
    scenario.reset(derive_seed(1, "episode", episode));
    double learner_return = 0;
    double return_of_all = 0;
    std::vector<double> term_sums(terms.size());
    for (int step = 0; step < 25; ++step) {
      team(scenario, random, actions);
      scenario.step(actions);
      learner_return += sum_of(scenario.learner_rewards());
      return_of_all += sum_of(scenario.rewards());
      scenario.terms(terms);
      for (std::size_t i = 0; i < terms.size(); ++i) term_sums[i] += terms[i];
    }
    learners.add(learner_return);
    everybody.add(return_of_all);
    for (std::size_t i = 0; i < terms.size(); ++i) term_samples[i].add(term_sums[i]);
  }
  Scores scores{learners.score(), everybody.score(), {}};
  for (const Sample& sample : term_samples) scores.terms.push_back(sample.score());
  return scores;
}

}  // namespace tutti::mpe

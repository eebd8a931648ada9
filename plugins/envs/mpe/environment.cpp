#include "environment.hpp"

#include <cmath>
#include <numeric>
#include <utility>

#include "cooperative_navigation.hpp"
#include "drawing.hpp"
#include "physical_deception.hpp"
#include "reference_range.hpp"

namespace tutti::mpe {
namespace {

enum class TeamReward { kSum, kMean, kPerAgent };

TeamReward team_reward_of(const std::string& name) {
  if (name == "mean") return TeamReward::kMean;
  return name == "sum" ? TeamReward::kSum : TeamReward::kPerAgent;
}

Adversary adversary_of(const std::string& name) {
  if (name == "still") return Adversary::kStill;
  return name == "random" ? Adversary::kRandom : Adversary::kPursuer;
}

std::string reference_of(const Config& config) {
  const bool navigation = config.scenario == "cooperative_navigation";
  if (config.dynamics == "legacy")
    return navigation ? "PettingZoo 1.22.2 simple_spread_v2" : "PettingZoo 1.22.2 simple_adversary_v2";
  return navigation ? "MPE2 1.1.0 simple_spread_v3" : "MPE2 1.1.0 simple_adversary_v3";
}

EnvironmentSpec make_spec(const Config& config, const Scenario& scenario) {
  EnvironmentSpec spec;
  for (std::size_t i = 0; i < scenario.num_learners(); ++i) {
    const std::size_t size = scenario.observation_size(scenario.first_learner() + i);
    spec.agents.push_back({"agent_" + std::to_string(i), static_cast<std::int64_t>(size), 2});
    spec.reward_terms.push_back(spec.agents.back().name);
  }
  spec.reward_terms.insert(spec.reward_terms.end(), {"sum", "mean"});
  for (std::string& term : scenario.term_names()) spec.reward_terms.push_back(std::move(term));
  spec.state_size = static_cast<std::int64_t>(scenario.state_size());
  spec.state_is_joint_observation = scenario.first_learner() == 0;
  spec.episode_limit = config.episode_limit;
  spec.renders = true;
  spec.step_seconds = kTimeStep;
  spec.coverage = {{"x", -2, 2, 40}, {"y", -2, 2, 40}};
  spec.coverage_points = static_cast<std::int64_t>(scenario.num_learners());
  spec.facts = {{"reference", reference_of(config)},
                {"dynamics", config.dynamics},
                {"team_reward", config.team_reward},
                {"time_step", to_text(kTimeStep)}};
  if (config.scenario == "cooperative_navigation") {
    spec.facts.emplace_back("local_ratio", to_text(config.local_ratio));
  } else {
    spec.facts.emplace_back("adversary", config.adversary);
  }
  spec.reference = reference_range(config);
  return spec;
}

class MpeEnvironment final : public Environment {
 public:
  explicit MpeEnvironment(const Config& config)
      : name_("mpe " + config.scenario),
        team_reward_(team_reward_of(config.team_reward)),
        scenario_(make_scenario(config)),
        spec_(make_spec(config, *scenario_)),
        actions_(scenario_->num_learners()),
        scratch_(scenario_->state_size()) {
    reset(0);
  }

  const EnvironmentSpec& spec() const override { return spec_; }

  void reset(std::uint64_t seed) override {
    scenario_->reset(seed);
    drawing_.begin();
    steps_ = 0;
  }

  StepResult step(std::span<const float> joint_action) override {
    read_actions(joint_action);
    scenario_->step(actions_);
    if (drawing_.follows()) drawing_.follow(scenario_->world());
    ++steps_;
    return {.reward = team_reward(), .terminated = false, .truncated = steps_ >= spec_.episode_limit};
  }

  void observe(std::size_t agent, std::span<float> out) const override {
    const std::span<double> values = std::span(scratch_).first(out.size());
    scenario_->observe(scenario_->first_learner() + agent, values);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(values[i]);
  }

  void state(std::span<float> out) const override {
    scenario_->state(scratch_);
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(scratch_[i]);
  }

  void reward_terms(std::span<double> out) const override {
    const auto rewards = scenario_->learner_rewards();
    std::copy(rewards.begin(), rewards.end(), out.begin());
    out = out.subspan(rewards.size());
    out[0] = sum_of_rewards();
    out[1] = out[0] / static_cast<double>(rewards.size());
    scenario_->terms(out.subspan(2));
  }

  void coverage(std::span<double> out) const override {
    const auto agents = std::as_const(*scenario_).world().agents().subspan(scenario_->first_learner());
    for (std::size_t i = 0; i < agents.size(); ++i) {
      out[2 * i] = agents[i].position.x;
      out[2 * i + 1] = agents[i].position.y;
    }
  }

  Frame render(FrameSize size) override { return drawing_.draw(*scenario_, size); }

  void save(SnapshotWriter& writer) const override {
    writer.value("steps", steps_);
    scenario_->save(writer);
  }

  void load(SnapshotReader& reader) override {
    steps_ = reader.value<std::int64_t>("steps");
    scenario_->load(reader);
    drawing_.begin();
  }

 private:
  void read_actions(std::span<const float> joint_action) {
    if (joint_action.size() != 2 * actions_.size()) {
      throw Error(name_ + ": joint action has " + std::to_string(joint_action.size()) + " values; expected " +
                  std::to_string(2 * actions_.size()) + " (" + std::to_string(actions_.size()) + " agents * 2)");
    }
    for (std::size_t i = 0; i < joint_action.size(); ++i) {
      if (!std::isfinite(joint_action[i])) {
        throw Error(name_ + ": value " + std::to_string(i % 2) + " of " + spec_.agents[i / 2].name + "'s action is " +
                    std::to_string(joint_action[i]) + "; expected a number in [-1, 1]");
      }
    }
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      actions_[i] = action_towards(joint_action[2 * i], joint_action[2 * i + 1]);
    }
  }

  double sum_of_rewards() const {
    const auto rewards = scenario_->learner_rewards();
    return std::accumulate(rewards.begin(), rewards.end(), 0.0);
  }

  double team_reward() const {
    if (team_reward_ == TeamReward::kPerAgent) return scenario_->learner_rewards()[0];
    const double sum = sum_of_rewards();
    return team_reward_ == TeamReward::kSum ? sum : sum / static_cast<double>(actions_.size());
  }

  std::string name_;
  TeamReward team_reward_;
  std::unique_ptr<Scenario> scenario_;
  EnvironmentSpec spec_;
  Drawing drawing_;
  std::int64_t steps_ = 0;
  std::vector<Action> actions_;          // of the step in progress
  mutable std::vector<double> scratch_;  // observations before they are rounded to float
};

}  // namespace

void Config::declare(Parameters& parameter) {
  parameter("scenario", scenario, one_of({"cooperative_navigation", "physical_deception"}), "the task");
  parameter("agents", agents, between(1, 1000), "learning agents N; there are as many landmarks");
  parameter("dynamics", dynamics, one_of({"current", "legacy"}),
            "current: MPE2 and PettingZoo from 1.24.3; legacy: PettingZoo 1.22.2, which HARL uses");
  parameter("team_reward", team_reward, one_of({"sum", "mean", "per_agent"}),
            "sum or mean of the learners' rewards; per_agent: the reward of agent_0 alone");
  parameter("local_ratio", local_ratio, between(0, 1),
            "share of an agent's own collisions in its reward (cooperative navigation)");
  parameter("adversary", adversary, one_of({"random", "still", "pursuer"}),
            "what the adversary does (physical deception)");
  parameter("episode_limit", episode_limit, between(1, 1e9), "environment steps before truncation");
}

void Config::check() const {
  const Config defaults;
  if (scenario == "physical_deception" && local_ratio != defaults.local_ratio) {
    throw Error("mpe: \"local_ratio\" is " + to_text(local_ratio) +
                ", but physical_deception counts no collisions; it is for cooperative_navigation: leave it out");
  }
  if (scenario == "cooperative_navigation" && adversary != defaults.adversary) {
    throw Error("mpe: \"adversary\" is " + to_text(adversary) +
                ", but cooperative_navigation has none; it is for physical_deception: leave it out");
  }
}

void named_tasks(std::vector<TaskSpec>& tasks) {
  const auto navigation = [&](std::int64_t agents) {
    const std::string count = std::to_string(agents);
    tasks.push_back({"coop-nav-n" + count,
                     {{"scenario", std::string("cooperative_navigation")}, {"agents", agents}},
                     count + " agents cover " + count + " landmarks and avoid each other",
                     "MPE2 1.1.0 simple_spread_v3, continuous actions"});
  };
  navigation(3);
  navigation(4);
  tasks.push_back({"physical-deception-n2",
                   {{"scenario", std::string("physical_deception")}, {"agents", std::int64_t{2}}},
                   "2 agents reach the goal and hide from an adversary which landmark it is",
                   "MPE2 1.1.0 simple_adversary_v3, N=2, continuous actions, adversary not learning"});
}

std::unique_ptr<Scenario> make_scenario(const Config& config) {
  const auto agents = static_cast<std::size_t>(config.agents);
  const Dynamics dynamics = config.dynamics == "current" ? Dynamics::kCurrent : Dynamics::kLegacy;
  if (config.scenario == "cooperative_navigation") {
    return std::make_unique<CooperativeNavigation>(agents, config.local_ratio, dynamics);
  }
  return std::make_unique<PhysicalDeception>(agents, adversary_of(config.adversary), dynamics);
}

std::unique_ptr<Environment> make_environment(const Config& config) { return std::make_unique<MpeEnvironment>(config); }

}  // namespace tutti::mpe

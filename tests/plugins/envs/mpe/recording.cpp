#include "recording.hpp"

#include <limits>
#include <utility>

namespace tutti::mpe {
namespace {

using golden::Json;
using golden::Part;

std::string scenario_of(const Part& task) {
  const std::string name = task.text();
  if (name.starts_with("mpe_coop_nav")) return "cooperative_navigation";
  if (name.starts_with("mpe_physical_deception")) return "physical_deception";
  task.refuse("mpe_coop_nav... or mpe_physical_deception...");
}

std::string dynamics_of(const Part& recording) {
  if (!recording.has("variant")) return "current";
  const std::string variant = recording.at("variant").text();
  if (variant != "current" && variant != "legacy") recording.at("variant").refuse("legacy, or no variant");
  return variant;
}

Config config_of(const Part& recording) {
  const Part parameters = recording.at("parameters");
  Config config;
  config.scenario = scenario_of(recording.at("task"));
  config.dynamics = dynamics_of(recording);
  config.agents = parameters.at("N").integer(1, 1000);
  config.episode_limit = parameters.at("max_cycles").integer(1, std::numeric_limits<std::int64_t>::max());
  if (parameters.has("local_ratio")) config.local_ratio = parameters.at("local_ratio").numbers({})[0];
  return config;
}

// What is recorded of the world, be it much or little, must be ours.
void check_world(const Part& parameters, const Config& config) {
  const bool is_legacy = config.dynamics == "legacy";
  const std::pair<const char*, Json> ours[] = {
      {"continuous_actions", true},
      {"collide", config.scenario == "cooperative_navigation"},
      {"dt", kTimeStep},
      {"damping", kDamping},
      {"contact_force", kContactForce},
      {"contact_margin", kContactMargin},
      {"agent_size", kAgentRadius},
      {"mass", 1},
      {"sensitivity", kSensitivity},
      {"action_sign", is_legacy ? -1 : 1},
      {"self_collision_penalty", is_legacy},
  };
  for (const auto& [name, value] : ours) {
    if (parameters.has(name) && parameters.at(name).json() != value) parameters.at(name).refuse(value.dump());
  }
  if (!parameters.has("integration")) return;
  const Part integration = parameters.at("integration");
  const bool velocity_first = integration.text() == "semi_implicit";
  if (velocity_first != is_legacy)
    integration.refuse(is_legacy ? "semi_implicit" : "another one: variant is not legacy");
}

class Check {
 public:
  explicit Check(const Config& config)
      : scenario_(make_scenario(config)),
        num_agents_(scenario_->world().agents().size()),
        num_landmarks_(scenario_->world().landmarks().size()),
        is_navigation_(config.scenario == "cooperative_navigation") {}

  void episode(const Part& part) const {
    part.at("name").text();
    const Part initial = part.at("initial");
    initial.at("agent_pos").numbers({num_agents_, 2});
    initial.at("agent_vel").numbers({num_agents_, 2});
    initial.at("landmark_pos").numbers({num_landmarks_, 2});
    if (!is_navigation_) initial.at("goal").integer(0, static_cast<std::int64_t>(num_landmarks_) - 1);
    observations(part.at("initial_obs"));
    for (const Part& each : part.at("steps").items()) step(each);
  }

 private:
  void step(const Part& part) const {
    part.at("action").numbers({num_agents_, std::tuple_size_v<Action>});
    part.at("pos").numbers({num_agents_, 2});
    part.at("vel").numbers({num_agents_, 2});
    part.at("reward").numbers({num_agents_});
    part.at("terminated").flag();
    part.at("truncated").flag();
    observations(part.at("obs"));
    if (is_navigation_) part.at("collisions").numbers({num_agents_});
    for (const char* sum : is_navigation_ ? kSumsOfNavigation : kSumsOfDeception) part.at(sum).numbers({});
  }

  void observations(const Part& part) const {
    const auto agents = part.items(num_agents_);
    for (std::size_t i = 0; i < num_agents_; ++i) agents[i].numbers({scenario_->observation_size(i)});
  }

  using Names = std::vector<const char*>;
  inline static const Names kSumsOfNavigation{"coverage", "team_sum"};
  inline static const Names kSumsOfDeception{"adversary_distance", "good_min_distance", "good_sum", "all_sum"};

  std::unique_ptr<Scenario> scenario_;
  std::size_t num_agents_;  // with the adversary
  std::size_t num_landmarks_;
  bool is_navigation_;
};

}  // namespace

Recording checked_recording(Json json, const std::filesystem::path& file) {
  const Part recording(json, file);
  const Config config = config_of(recording);
  check_world(recording.at("parameters"), config);
  const Check check(config);
  for (const Part& episode : recording.at("cases").items()) check.episode(episode);
  return {std::move(json), config};
}

Recording read_recording(const std::filesystem::path& file) { return checked_recording(golden::read(file), file); }

}  // namespace tutti::mpe

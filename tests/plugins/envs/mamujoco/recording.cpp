#include "recording.hpp"

#include <algorithm>
#include <utility>

namespace tutti::mamujoco {
namespace {

using golden::Json;
using golden::Part;

const Robot& robot_of(const Part& name) {
  const auto found = std::ranges::find(robots(), name.text(), &Robot::task);
  if (found == robots().end()) name.refuse("Ant, HalfCheetah, Walker2d or Swimmer");
  return *found;
}

bool gives(const Config& config, const Json& actuators) try {
  return Json(config.resolved_factorization()) == actuators;
} catch (const Error&) {  // no known name
  return false;
}

IntegerLists actuators_of(const Part& part, const Robot& robot) {
  IntegerLists result;
  for (const Part& agent : part.items()) {
    result.emplace_back();
    for (const Part& actuator : agent.items()) {
      result.back().push_back(actuator.integer(0, static_cast<std::int64_t>(robot.joints.size()) - 1));
    }
  }
  return result;
}

// By its name if some mapping gives the recorded actuators, else by the list of them.
void set_factorization(Config& config, const Part& recording) {
  const Part actuators = recording.at("agent_actuators");
  const IntegerLists listed = actuators_of(actuators, robot(config.robot));
  if (recording.has("factorization")) {
    Config named = config;
    named.factorization = recording.at("factorization").text();
    for (const char* mapping : {"profile", "original"}) {
      named.mapping = mapping;
      if (gives(named, actuators.json())) {
        config = named;
        return;
      }
    }
  }
  config.actuators = listed;
  if (!gives(config, actuators.json())) actuators.refuse("every actuator of " + config.robot + " once");
}

// Without a depth Gymnasium-Robotics shows the whole state.
void set_neighbourhood(Config& config, const Part& depth) {
  if (!depth.json().is_null()) config.neighbourhood = depth.integer(0, 10);
}

Config config_of(const Part& recording) {
  Config config;
  config.robot = robot_of(recording.at("robot")).name;
  config.profile = recording.at("profile").text();
  if (config.profile != "gymnasium_robotics" && config.profile != "harl") {
    recording.at("profile").refuse("gymnasium_robotics or harl");
  }
  // Under HARL there is no depth of local observations.
  const bool may_lack_depth = config.profile == "harl";
  if (recording.has("agent_obsk") || !may_lack_depth) set_neighbourhood(config, recording.at("agent_obsk"));
  set_factorization(config, recording);
  return config;
}

class Check {
 public:
  explicit Check(const Config& config)
      : robot_(robot(config.robot)),
        factorization_(config.resolved_factorization()),
        may_lack_terms_(config.profile == "harl"),
        episode_limit_(config.episode_limit) {}

  void episode(const Part& part) const {
    part.at("name").text();
    position(part.at("initial"));
    position(part.at("after_reset"));
    seen(part.at("after_reset"));
    std::int64_t last = 0;
    for (const Part& each : part.at("steps").items()) {
      step(each);
      const std::int64_t now = each.at("t").integer(1, episode_limit_);
      if (now <= last) each.at("t").refuse("more than that of the step before, " + std::to_string(last));
      last = now;
    }
  }

 private:
  void position(const Part& part) const {
    part.at("qpos").numbers({size_of(robot_.positions)});
    part.at("qvel").numbers({size_of(robot_.velocities)});
  }

  void step(const Part& part) const {
    position(part);
    const auto actions = part.at("action").items(factorization_.size());
    for (std::size_t i = 0; i < actions.size(); ++i) actions[i].numbers({factorization_[i].size()});
    part.at("reward").numbers({});
    part.at("terminated").flag();
    part.at("truncated").flag();
    if (part.has("terms") || !may_lack_terms_) terms(part.at("terms"));
    seen(part);
    if (!part.json().contains("checkpoint")) return;
    part.at("checkpoint").at("qacc_warmstart").numbers({size_of(robot_.velocities)});
    part.at("checkpoint").at("torso_xpos").numbers({3});
  }

  void terms(const Part& part) const {
    if (!part.json().is_object()) part.refuse("an object");
    for (const auto& [name, value] : part.json().items()) part.at(name).numbers({});
  }

  // Observations and state, where they are recorded; their sizes are the replay's to compare.
  void seen(const Part& part) const {
    if (part.json().contains("state")) part.at("state").all_numbers();
    for (const auto& [key, value] : part.json().items()) {
      if (key == "obs" || is_other_depth(key)) {
        for (const Part& agent : part.at(key).items(factorization_.size())) agent.all_numbers();
      } else if (key.starts_with("obs")) {
        part.at(key).refuse("obs or obs_k0 to obs_k9");
      }
    }
  }

  static bool is_other_depth(const std::string& key) {
    return key.size() == 6 && key.starts_with("obs_k") && '0' <= key[5] && key[5] <= '9';
  }

  const Robot& robot_;
  Factorization factorization_;
  bool may_lack_terms_;
  std::int64_t episode_limit_;
};

}  // namespace

Recording checked_recording(Json json, const std::filesystem::path& file) {
  const Part recording(json, file);
  const Config config = config_of(recording);
  recording.at("task").text();
  recording.at("frame_skip").integer(1, 1000);
  recording.at("timestep").numbers({});
  const Check check(config);
  for (const Part& episode : recording.at("cases").items()) check.episode(episode);
  return {std::move(json), config};
}

Recording read_recording(const std::filesystem::path& file) { return checked_recording(golden::read(file), file); }

}  // namespace tutti::mamujoco

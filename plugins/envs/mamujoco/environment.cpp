#include "environment.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "observations.hpp"
#include "reference_range.hpp"
#include "renderer.hpp"

namespace tutti::mamujoco {
namespace {

// The harness has a digest, too, but a plugin is built against the SDK alone.
std::string sha256_of(const std::filesystem::path& file) {
  std::ifstream stream = open_model(file);
  const std::string content(std::istreambuf_iterator<char>(stream), {});
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(content.data(), content.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw Error("mamujoco: cannot compute the digest of " + file.string());
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    constexpr char kDigits[] = "0123456789abcdef";
    text += {kDigits[digest[i] >> 4], kDigits[digest[i] & 15]};
  }
  return text;
}

std::string reference_of(const Config& config, const Robot& robot) {
  const std::string robots = config.resolved_robot_version() == Version::kV5 ? "Gymnasium 1.4.0 " + robot.task + "-v5"
                                                                             : "Gymnasium 0.29.1 " + robot.task + "-v2";
  const std::string name =
      (config.profile == "harl" ? "HARL MujocoMulti over " : "Gymnasium-Robotics 1.4.2 MaMuJoCo over ") + robots;
  return config.is_modified() ? "as " + name + ", modified" : name;
}

std::string mapping_of(const Config& config) {
  if (!config.actuators.empty()) return "explicit";
  const Mapping mapping = config.resolved_mapping();
  if (mapping == Mapping::kHarl) return "harl";
  return mapping == Mapping::kOriginal ? "original" : "gymnasium_robotics";
}

IntegerLists widened(const Factorization& factorization) {
  IntegerLists lists;
  for (const auto& agent : factorization) lists.emplace_back(agent.begin(), agent.end());
  return lists;
}

// HARL maps [-1, 1] to the actuator's range, which is [-1, 1]: the identity up to rounding.
double harl_action(double action) { return ((action + 1) / 2) * 2 + -1; }

class MamujocoEnvironment final : public RobotEnvironment {
 public:
  MamujocoEnvironment(const Config& config, const std::filesystem::path& models)
      : config_(config),
        factorization_(config.resolved_factorization()),
        full_observations_(config.full_observations()),
        standardised_state_(config.standardised_state()),
        rescales_actions_(config.resolved_mapping() == Mapping::kHarl),
        simulation_(robot(config.robot), config.resolved_robot_version(), models),
        controls_(simulation_.robot().joints.size()),
        state_(simulation_.state_size()) {
    for (const auto& actuators : factorization_) {
      local_.emplace_back(simulation_.robot(), actuators, config.neighbourhood);
    }
    describe();
    exact_action_.resize(controls_.size());
    scratch_.resize(largest_output());
    reset(0);
  }

  const EnvironmentSpec& spec() const override { return spec_; }
  Simulation& simulation() override { return simulation_; }

  void reset(std::uint64_t seed) override {
    RandomStream random(derive_seed(seed, "start"));
    simulation_.reset(random);
    steps_ = 0;
  }

  StepResult step(std::span<const float> joint_action) override {
    require_valid(joint_action);
    std::ranges::copy(joint_action, exact_action_.begin());
    return step_exactly(exact_action_);
  }

  StepResult step_exactly(std::span<const double> joint_action) override {
    auto next = joint_action.begin();
    for (const auto& actuators : factorization_) {
      for (const int actuator : actuators) {
        const double action = *next++;
        controls_[static_cast<std::size_t>(actuator)] = rescales_actions_ ? harl_action(action) : action;
      }
    }
    const Outcome& outcome = simulation_.step(controls_);
    ++steps_;
    const bool truncated = steps_ >= spec_.episode_limit;
    // HARL flags the last step as a time limit even when the robot falls in it, so that it is bootstrapped through.
    const bool terminated = outcome.terminated && !(truncated && config_.profile == "harl");
    return {.reward = outcome.reward(), .terminated = terminated, .truncated = truncated};
  }

  void observe(std::size_t agent, std::span<float> out) const override {
    observe_exactly(agent, std::span(scratch_).first(out.size()));
    round_to(out);
  }

  void state(std::span<float> out) const override {
    state_exactly(std::span(scratch_).first(out.size()));
    round_to(out);
  }

  void observe_exactly(std::size_t agent, std::span<double> out) const override {
    if (!full_observations_) return local_[agent].write(simulation_, out);
    simulation_.state(state_);
    write_full_observation(state_, agent, factorization_.size(), out);
  }

  void state_exactly(std::span<double> out) const override {
    simulation_.state(out);
    if (standardised_state_) standardise(out);
  }

  void reward_terms(std::span<double> out) const override {
    const Outcome& outcome = simulation_.outcome();
    auto next = out.begin();
    *next++ = outcome.forward;
    *next++ = outcome.control;
    if (simulation_.robot().contact_weight != 0) *next++ = outcome.contact;
    if (simulation_.robot().survive_reward != 0) *next++ = outcome.survive;
  }

  void coverage(std::span<double> out) const override {
    if (spec_.coverage.empty()) return;
    out[0] = simulation_.qpos()[0];
    out[1] = simulation_.qpos()[1];
  }

  Frame render(FrameSize size) override {
    if (!renderer_ || renderer_->size() != size) {
      renderer_.reset();
      renderer_.emplace(simulation_.model(), factorization_, size);
    }
    return renderer_->draw(simulation_.qpos());
  }

  void save(SnapshotWriter& writer) const override {
    writer.text("robot", config_.robot);
    writer.value("steps", steps_);
    simulation_.save(writer);
  }

  void load(SnapshotReader& reader) override {
    if (const std::string robot = reader.text("robot"); robot != config_.robot) {
      throw Error("mamujoco: the snapshot is of " + robot + "; expected " + config_.robot);
    }
    steps_ = reader.value<std::int64_t>("steps");
    simulation_.load(reader);
  }

 private:
  void describe() {
    const Robot& robot = simulation_.robot();
    const std::size_t num_agents = factorization_.size();
    for (std::size_t agent = 0; agent < num_agents; ++agent) {
      const std::size_t size = full_observations_ ? state_.size() + num_agents : local_[agent].size();
      spec_.agents.push_back({"agent_" + std::to_string(agent), static_cast<std::int64_t>(size),
                              static_cast<std::int64_t>(factorization_[agent].size())});
    }
    spec_.state_size = static_cast<std::int64_t>(state_.size());
    spec_.episode_limit = config_.episode_limit;
    spec_.reference = reference_range(config_);
    spec_.renders = true;
    spec_.step_seconds = robot.time_step * robot.frame_skip;
    spec_.reward_terms = {"forward", "control"};
    if (robot.contact_weight != 0) spec_.reward_terms.emplace_back("contact");
    if (robot.survive_reward != 0) spec_.reward_terms.emplace_back("survive");
    // The paper counts 1369 = 37 * 37 bins (934 of them are 68.3 %); it does not say where they lie.
    if (robot.name == "ant") spec_.coverage = {{"torso_x", -18.5, 18.5, 37}, {"torso_y", -18.5, 18.5, 37}};
    describe_facts();
  }

  void describe_facts() {
    const Robot& robot = simulation_.robot();
    const double time_step = simulation_.model().opt.timestep;
    spec_.facts = {{"reference", reference_of(config_, robot)},
                   {"profile", config_.profile},
                   {"robot_version", config_.resolved_robot_version() == Version::kV5 ? "v5" : "v2"},
                   {"factorization", config_.actuators.empty() ? config_.factorization : "explicit"},
                   {"mapping", mapping_of(config_)},
                   {"agent_actuators", to_text(widened(factorization_))},
                   {"observations", full_observations_ ? "full" : "local"},
                   {"neighbourhood", full_observations_ ? "none" : std::to_string(config_.neighbourhood)},
                   {"state", standardised_state_ ? "standardised" : "raw"},
                   {"simulator_time_step", to_text(time_step)},
                   {"frame_skip", std::to_string(robot.frame_skip)},
                   {"model", simulation_.model_file().filename().string()},
                   {"model_sha256", sha256_of(simulation_.model_file())},
                   {"mujoco", library_version()}};
  }

  std::size_t largest_output() const {
    std::int64_t largest = spec_.state_size;
    for (const AgentSpec& agent : spec_.agents) largest = std::max(largest, agent.observation_size);
    return static_cast<std::size_t>(largest);
  }

  void require_valid(std::span<const float> joint_action) const {
    const std::string_view name = config_.robot;
    if (joint_action.size() != controls_.size()) {
      throw Error("mamujoco " + std::string(name) + ": joint action has " + std::to_string(joint_action.size()) +
                  " values; expected " + std::to_string(controls_.size()) + " (of " +
                  std::to_string(factorization_.size()) + " agents)");
    }
    auto next = joint_action.begin();
    for (const AgentSpec& agent : spec_.agents) {
      for (std::int64_t i = 0; i < agent.action_size; ++i, ++next) {
        if (std::isfinite(*next)) continue;
        throw Error("mamujoco " + std::string(name) + ": value " + std::to_string(i) + " of " + agent.name +
                    "'s action is " + std::to_string(*next) + "; expected a number in [-1, 1]");
      }
    }
  }

  void round_to(std::span<float> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(scratch_[i]);
  }

  Config config_;
  Factorization factorization_;
  bool full_observations_;
  bool standardised_state_;
  bool rescales_actions_;
  Simulation simulation_;
  std::vector<LocalObservation> local_;  // of each agent
  EnvironmentSpec spec_;
  std::optional<Renderer> renderer_;  // once something was drawn
  std::int64_t steps_ = 0;

  // Of the call in progress.
  std::vector<double> exact_action_;
  std::vector<double> controls_;
  mutable std::vector<double> state_;
  mutable std::vector<double> scratch_;
};

}  // namespace

std::unique_ptr<Environment> make_environment(const Config& config, const std::filesystem::path& models) {
  return std::make_unique<MamujocoEnvironment>(config, models);
}

}  // namespace tutti::mamujoco

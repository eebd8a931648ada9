// {{name}}: agents on a line try to meet, each seeing only itself and its neighbours. A place to begin: change what
// they see, do and are rewarded for.
#include <algorithm>
#include <cmath>

#include "tutti/environment.hpp"
#include "tutti/random.hpp"

namespace {

using namespace tutti;

// The names, defaults and ranges of the parameters: a suite's keys, `tutti describe {{name}}` and the record of every
// run come from here.
struct Config {
  std::int64_t agents = 3;
  std::int64_t episode_limit = 25;
  double speed = 0.2;

  void declare(Parameters& parameter) {
    parameter("agents", agents, between(2, 100), "agents on the line");
    parameter("episode_limit", episode_limit, between(1, 100000), "environment steps before truncation");
    parameter("speed", speed, between(0.001, 1), "how far an action of 1 moves an agent");
  }
  void check() const {}
};

class PluginNameEnvironment final : public Environment {
 public:
  explicit PluginNameEnvironment(const Config& config)
      : config_(config), positions_(static_cast<std::size_t>(config.agents)) {
    for (std::int64_t agent = 0; agent < config.agents; ++agent)
      spec_.agents.push_back({"agent_" + std::to_string(agent), 3, 1});
    spec_.state_size = config.agents;
    spec_.episode_limit = config.episode_limit;
    spec_.reward_terms = {"distance"};
    spec_.facts = {{"speed", std::to_string(config.speed)}};
  }

  const EnvironmentSpec& spec() const override { return spec_; }

  // Everything random comes from the seed.
  void reset(std::uint64_t seed) override {
    RandomStream random(seed);
    for (double& position : positions_) position = random.uniform(-1, 1);
    steps_ = 0;
  }

  StepResult step(std::span<const float> joint_action) override {
    if (joint_action.size() != positions_.size()) {
      throw Error("{{name}}: the joint action has " + std::to_string(joint_action.size()) + " values; expected " +
                  std::to_string(positions_.size()));
    }
    for (const float action : joint_action) {
      if (!std::isfinite(action)) throw Error("{{name}}: an action is not finite");
    }
    for (std::size_t agent = 0; agent < positions_.size(); ++agent) {
      const double moved = positions_[agent] + config_.speed * static_cast<double>(joint_action[agent]);
      positions_[agent] = std::clamp(moved, -1.0, 1.0);
    }
    ++steps_;
    // terminated: the task is over, nothing more can be earned. truncated: only the time is.
    return {.reward = -distance(), .terminated = false, .truncated = steps_ == spec_.episode_limit};
  }

  // An agent sees itself and how far its neighbours are.
  void observe(std::size_t agent, std::span<float> out) const override {
    const std::size_t last = positions_.size() - 1;
    out[0] = static_cast<float>(positions_[agent]);
    out[1] = static_cast<float>(positions_[agent == 0 ? last : agent - 1] - positions_[agent]);
    out[2] = static_cast<float>(positions_[agent == last ? 0 : agent + 1] - positions_[agent]);
  }

  // What a centralised critic sees.
  void state(std::span<float> out) const override {
    std::transform(positions_.begin(), positions_.end(), out.begin(), [](double x) { return static_cast<float>(x); });
  }

  void reward_terms(std::span<double> out) const override { out[0] = -distance(); }

  // Everything that the next step depends on: what is missing here is lost in a resume. `tutti verify` looks for it.
  void save(SnapshotWriter& writer) const override {
    writer.values<double>("positions", positions_);
    writer.value<std::int64_t>("steps", steps_);
  }
  void load(SnapshotReader& reader) override {
    reader.values<double>("positions", std::span<double>(positions_));
    steps_ = reader.value<std::int64_t>("steps");
  }

 private:
  // Between the outermost agents.
  double distance() const {
    const auto [low, high] = std::minmax_element(positions_.begin(), positions_.end());
    return *high - *low;
  }

  Config config_;
  EnvironmentSpec spec_;
  std::vector<double> positions_;
  std::int64_t steps_ = 0;
};

// Named tasks: what suites name and tables show.
void tasks(std::vector<TaskSpec>& tasks) {
  tasks.push_back({"three", {{"agents", std::int64_t{3}}}, "three agents meet", "none"});
  tasks.push_back({"five", {{"agents", std::int64_t{5}}}, "five agents meet", "none"});
}

// Libraries that decide numbers, such as a physics engine, with the versions that they report.
void libraries(std::vector<LibraryVersion>&) {}

std::unique_ptr<Environment> create(const EnvironmentContext& context) {
  return std::make_unique<PluginNameEnvironment>(read_parameters<Config>(context.values));
}

}  // namespace

TUTTI_PLUGIN_HEADER(
    kEnvironment, {.name = "{{name}}", .version = "0.1", .summary = "Agents on a line try to meet.", .source = "none"});

const tutti::EnvironmentPlugin tutti_environment = {
    .declare = tutti::declare_parameters<Config>, .tasks = tasks, .libraries = libraries, .create = create};

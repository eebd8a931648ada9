// Two agents on a line try to meet: an environment outside tutti's tree, built against the installed SDK.
#include <algorithm>
#include <array>
#include <cmath>

#include "tutti/environment.hpp"
#include "tutti/random.hpp"

namespace {

struct Config {
  std::int64_t episode_limit = 20;
  void declare(tutti::Parameters& parameter) {
    parameter("episode_limit", episode_limit, tutti::at_least(1), "environment steps before truncation");
  }
  void check() const {}
};

class Rendezvous final : public tutti::Environment {
 public:
  explicit Rendezvous(const Config& config) {
    spec_.agents = {{"left", 2, 1}, {"right", 2, 1}};
    spec_.state_size = 2;
    spec_.episode_limit = config.episode_limit;
  }

  const tutti::EnvironmentSpec& spec() const override { return spec_; }

  void reset(std::uint64_t seed) override {
    tutti::RandomStream random(seed);
    for (double& position : positions_) position = random.uniform(-1, 1);
    steps_ = 0;
  }

  tutti::StepResult step(std::span<const float> joint_action) override {
    if (joint_action.size() != 2) throw tutti::Error("rendezvous: expected 2 actions");
    for (std::size_t agent = 0; agent < 2; ++agent) {
      if (!std::isfinite(joint_action[agent])) throw tutti::Error("rendezvous: an action is not finite");
      positions_[agent] = std::clamp(positions_[agent] + 0.1 * static_cast<double>(joint_action[agent]), -1.0, 1.0);
    }
    const double distance = std::abs(positions_[0] - positions_[1]);
    return {.reward = -distance, .terminated = distance < 0.05, .truncated = ++steps_ == spec_.episode_limit};
  }

  void observe(std::size_t agent, std::span<float> out) const override {
    out[0] = static_cast<float>(positions_[agent]);
    out[1] = static_cast<float>(positions_[1 - agent]);
  }

  void state(std::span<float> out) const override { observe(0, out); }

  void save(tutti::SnapshotWriter& writer) const override {
    writer.values<double>("positions", positions_);
    writer.value<std::int64_t>("steps", steps_);
  }

  void load(tutti::SnapshotReader& reader) override {
    reader.values<double>("positions", positions_);
    steps_ = reader.value<std::int64_t>("steps");
  }

 private:
  tutti::EnvironmentSpec spec_;
  std::array<double, 2> positions_{};
  std::int64_t steps_ = 0;
};

void tasks(std::vector<tutti::TaskSpec>& result) {
  result.push_back({"short", {{"episode_limit", std::int64_t{10}}}, "ten steps to meet", "an example"});
}

void libraries(std::vector<tutti::LibraryVersion>&) {}

std::unique_ptr<tutti::Environment> create(const tutti::EnvironmentContext& context) {
  return std::make_unique<Rendezvous>(tutti::read_parameters<Config>(context.values));
}

}  // namespace

TUTTI_PLUGIN_HEADER(kEnvironment, {.name = "rendezvous",
                                   .version = "1.0",
                                   .summary = "Two agents try to meet.",
                                   .source = "an example"});
const tutti::EnvironmentPlugin tutti_environment = {
    .declare = tutti::declare_parameters<Config>, .tasks = tasks, .libraries = libraries, .create = create};

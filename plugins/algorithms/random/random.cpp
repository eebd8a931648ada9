// Uniform random actions: the floor that every learning algorithm has to leave, and the smallest example of a plugin.
// It never learns, so its evaluation is as random as its exploration.
#include "tutti/algorithm.hpp"

namespace tutti {
namespace {

struct RandomConfig {
  void declare(Parameters&) {}
  void check() const {}
};

class RandomActions final : public Algorithm {
 public:
  std::vector<std::string> metric_names() const override { return {}; }
  void act(Rows<const float>, ActMode, RandomStream& random, Rows<float> actions) override {
    random.fill_uniform(actions.all(), -1.0F, 1.0F);
  }
  void observe(const Transitions&) override {}
  void update(Metrics&) override {}
  std::int64_t updates() const override { return 0; }
  void save(SnapshotWriter&) override {}
  void load(SnapshotReader&) override {}
  void save_policy(SnapshotWriter&) override {}
  void load_policy(SnapshotReader&) override {}
};

std::unique_ptr<Algorithm> create(const AlgorithmContext& context) {
  if (context.environment.agents.empty()) throw Error("the environment has no agents; an algorithm needs at least one");
  return std::make_unique<RandomActions>();
}

}  // namespace
}  // namespace tutti

TUTTI_PLUGIN_HEADER(kAlgorithm, {.name = "random",
                                 .version = "1.0",
                                 .summary = "Uniform random actions, the floor of every comparison.",
                                 .source = "none"});

const tutti::AlgorithmPlugin tutti_algorithm = {
    .declare = tutti::declare_parameters<tutti::RandomConfig>,
    .presets = [](std::vector<tutti::Preset>&) {},
    .check = tutti::check_parameters<tutti::RandomConfig>,
    .libraries = [](std::vector<tutti::LibraryVersion>&) {},
    .resources = [](const tutti::AlgorithmContext&) { return tutti::Resources{}; },
    .create = tutti::create,
};

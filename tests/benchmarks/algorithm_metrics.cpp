// What the costly quantities of training.csv cost, for every algorithm that there is, with its default values on data
// of the sizes of cooperative navigation with three agents. Updates of one and the same algorithm alternate between
// wanting them and not, in processor time; `share_percent` is what they add at one row for 1000 environment steps of 10
// copies.
#include <benchmark/benchmark.h>

#include <ctime>

#include "loader/registry.hpp"
#include "run_benchmarks.hpp"
#include "tutti/algorithm.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kCopies = 10;
constexpr double kSweepsOfARow = 1000.0 / kCopies;

struct IgnoredMetrics final : Metrics {
  bool wants = false;
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return wants; }
};

EnvironmentSpec navigation_sizes() {
  EnvironmentSpec spec;
  spec.agents = {{"a", 18, 2}, {"b", 18, 2}, {"c", 18, 2}};
  spec.state_size = 54;
  spec.state_is_joint_observation = true;
  return spec;
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// All copies step with random numbers for observations and rewards.
void step(Algorithm& algorithm, RandomStream& random) {
  std::vector<float> observations(kCopies * 54), actions(kCopies * 6), rewards(kCopies);
  random.fill_normal(std::span<float>(observations));
  random.fill_normal(std::span<float>(rewards));
  const std::vector<std::uint8_t> no(kCopies, 0);
  const Rows<const float> seen{observations.data(), kCopies, 54};
  algorithm.act(seen, ActMode::kExplore, random, {actions.data(), kCopies, 6});
  algorithm.observe({seen, seen, {actions.data(), kCopies, 6}, rewards, seen, seen, no, no});
}

/// The next call of update() that updates, in processor seconds.
double update(Algorithm& algorithm, RandomStream& random, IgnoredMetrics& metrics) {
  for (;;) {
    step(algorithm, random);
    const std::int64_t before = algorithm.updates();
    const double start = processor_seconds();
    algorithm.update(metrics);
    const double seconds = processor_seconds() - start;
    if (algorithm.updates() > before) return seconds;
  }
}

void cost_of_metrics(benchmark::State& state, const AlgorithmPlugin& plugin) {
  const EnvironmentSpec spec = navigation_sizes();
  ParameterSchema schema;
  plugin.declare(schema);
  ParameterValues values;
  for (const ParameterSpec& parameter : schema) values[parameter.name] = parameter.default_value;
  if (values.contains("warm_up_steps")) values["warm_up_steps"] = std::int64_t{1000};
  const AlgorithmContext context{.environment = spec,
                                 .task = "benchmark",
                                 .values = values,
                                 .copies = kCopies,
                                 .environment_steps = 100'000,
                                 .seed = 1,
                                 .folder = {},
                                 .replayed_steps = 0};
  const auto algorithm = plugin.create(context);
  RandomStream random(1);
  IgnoredMetrics metrics;
  for (int i = 0; i < 5; ++i) update(*algorithm, random, metrics);
  double plain = 0, with_metrics = 0;
  for (auto _ : state) {
    metrics.wants = false;
    const double seconds = update(*algorithm, random, metrics);
    state.SetIterationTime(seconds);
    plain += seconds;
    metrics.wants = true;
    with_metrics += update(*algorithm, random, metrics);
  }
  state.counters["share_percent"] = 100 * (with_metrics / plain - 1) / kSweepsOfARow;
}

}  // namespace
}  // namespace tutti

int main(int count, char** arguments) {
  tutti::loader::Registry registry(tutti::loader::search_path());
  for (const std::string& name : registry.names(tutti::PluginKind::kAlgorithm)) {
    if (name == "random") continue;  // never updates
    const tutti::AlgorithmPlugin& plugin = registry.algorithm(name);
    benchmark::RegisterBenchmark(name.c_str(), tutti::cost_of_metrics, plugin)
        ->UseManualTime()
        ->Iterations(20)
        ->Unit(benchmark::kMillisecond);
  }
  return tutti::run_benchmarks(count, arguments);
}

// One HATD3 update on data of the sizes of cooperative navigation with three agents (|o| = 18, |s| = 54, d = 2): half
// of the updates move the actors. Arguments: batch, hidden width.
#include <benchmark/benchmark.h>

#include "tutti/algorithm.hpp"
#include "tutti/error.hpp"

namespace tutti {
namespace {

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return false; }
};

EnvironmentSpec navigation_sizes() {
  EnvironmentSpec spec;
  spec.agents = {{"a", 18, 2}, {"b", 18, 2}, {"c", 18, 2}};
  spec.state_size = 54;
  spec.state_is_joint_observation = true;
  return spec;
}

/// Ten copies step with random numbers for observations and rewards.
void step(Algorithm& algorithm, RandomStream& random) {
  std::vector<float> observations(10 * 54), actions(10 * 6), rewards(10);
  random.fill_normal(std::span<float>(observations));
  random.fill_uniform(actions, -1, 1);
  random.fill_normal(std::span<float>(rewards));
  const std::vector<std::uint8_t> no(10, 0);
  const Rows<const float> seen{observations.data(), 10, 54};
  algorithm.observe({seen, seen, {actions.data(), 10, 6}, rewards, seen, seen, no, no});
}

void hatd3_update(benchmark::State& state) {
  const EnvironmentSpec spec = navigation_sizes();
  ParameterSchema schema;
  tutti_algorithm.declare(schema);
  ParameterValues values;
  for (const ParameterSpec& parameter : schema) values[parameter.name] = parameter.default_value;
  values["batch_size"] = state.range(0);
  values["hidden"] = IntegerList{state.range(1), state.range(1)};
  values["warm_up_steps"] = std::int64_t{1000};
  values["updates_per_step"] = 2.0;  // twenty updates for each call of update()
  const AlgorithmContext context{.environment = spec,
                                 .task = "benchmark",
                                 .values = values,
                                 .copies = 10,
                                 .environment_steps = 100'000,
                                 .seed = 1,
                                 .folder = {},
                                 .replayed_steps = 0};
  const auto algorithm = tutti_algorithm.create(context);
  RandomStream random(1);
  IgnoredMetrics metrics;
  for (int sweep = 0; sweep < 100; ++sweep) step(*algorithm, random);
  for (auto _ : state) {
    state.PauseTiming();
    step(*algorithm, random);
    state.ResumeTiming();
    algorithm->update(metrics);
  }
  state.counters["updates/s"] =
      benchmark::Counter(static_cast<double>(algorithm->updates()), benchmark::Counter::kIsRate);
}
BENCHMARK(hatd3_update)->Args({256, 128})->Args({1000, 128})->Args({1000, 256})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tutti

// How long a report's bootstraps take at the size of a paper: 10 tasks, 8 algorithms, 10 seeds.
#include <benchmark/benchmark.h>

#include "reports/statistics/bootstrap.hpp"
#include "reports/statistics/improvement.hpp"
#include "tutti/random.hpp"

namespace tutti::reports {
namespace {

constexpr std::size_t kTasks = 10;
constexpr std::size_t kAlgorithms = 8;
constexpr std::size_t kSeeds = 10;
constexpr std::size_t kEvaluations = 100;

std::vector<Strata> scores() {
  RandomStream random(1);
  std::vector<Strata> result(kAlgorithms, Strata(kTasks, std::vector<double>(kSeeds)));
  for (Strata& strata : result) {
    for (auto& runs : strata) {
      for (double& value : runs) value = random.uniform();
    }
  }
  return result;
}

// Mean, median, interquartile mean and optimality gap of every algorithm, each with its interval. On two cores this
// has to stay below two seconds.
void Aggregates(benchmark::State& state) {
  const std::vector<Strata> algorithms = scores();
  for (auto step : state) {
    for (const Strata& strata : algorithms) {
      benchmark::DoNotOptimize(
          bootstrap_aggregates(strata, {.replicates = 50'000, .threads = static_cast<unsigned>(state.range(0))}));
    }
  }
}
BENCHMARK(Aggregates)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

void Improvements(benchmark::State& state) {
  const std::vector<Strata> algorithms = scores();
  for (auto step : state) {
    for (const Strata& x : algorithms) {
      for (const Strata& y : algorithms) benchmark::DoNotOptimize(bootstrap_improvement(x, y, {.replicates = 2000}));
    }
  }
}
BENCHMARK(Improvements)->Unit(benchmark::kMillisecond)->UseRealTime();

void EfficiencyCurve(benchmark::State& state) {
  const std::vector<Strata> curve(kEvaluations, scores()[0]);
  for (auto step : state) benchmark::DoNotOptimize(bootstrap_iqm_curve(curve, {.replicates = 5000}));
}
BENCHMARK(EfficiencyCurve)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace tutti::reports

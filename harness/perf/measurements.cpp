#include "perf/measurements.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "perf/clock.hpp"
#include "perf/products.hpp"
#include "run/copies.hpp"
#include "run/training.hpp"
#include "suite/device.hpp"
#include "tutti/snapshot.hpp"

namespace tutti::perf {
namespace {

constexpr double kPatience = 3;  // seconds until the first update

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return false; }
};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// Processor seconds of `work`.
template <class Work>
double seconds_of(const Work& work) {
  const double start = processor_seconds();
  work();
  return processor_seconds() - start;
}

run::Copies copies_of(loader::Registry& registry, const suite::Run& run, std::int64_t count) {
  std::vector<std::unique_ptr<Environment>> environments;
  for (std::int64_t i = 0; i < count; ++i) {
    environments.push_back(registry.create_environment(run.environment, suite::values_of(run.task_values)));
  }
  return {std::move(environments), run.seed};
}

/// The training loop, part by part.
class Loop {
 public:
  Loop(loader::Registry& registry, const suite::Run& run, const std::filesystem::path& folder)
      : copies_(copies_of(registry, run, run.run_settings().copies)), values_(suite::values_of(run.algorithm_values)) {
    const suite::RunSettings settings = run.run_settings();
    algorithm_ = registry.create_algorithm(run.algorithm_name, {.environment = copies_.spec(),
                                                                .task = run.task_name,
                                                                .values = values_,
                                                                .copies = settings.copies,
                                                                .environment_steps = settings.environment_steps,
                                                                .seed = run.seed,
                                                                .folder = folder,
                                                                .replayed_steps = run::replayed_steps(settings),
                                                                .device = suite::device_of_process(settings.device)});
    copies_.start();
  }

  struct Sweep {
    double act = 0, observe = 0, update = 0;  // seconds
    std::int64_t updates = 0;
    Products products;  // of the updates
  };

  /// One step of all copies.
  Sweep sweep() {
    Sweep result;
    result.act = seconds_of(
        [&] { algorithm_->act(copies_.observations(), ActMode::kExplore, policy_stream_, copies_.actions()); });
    steps_ += static_cast<std::int64_t>(copies_.count());
    copies_.step(steps_, [](const Environment&) {});
    result.observe = seconds_of([&] { algorithm_->observe(copies_.transitions()); });
    copies_.advance();
    const std::int64_t before = algorithm_->updates();
    start_counting();
    result.update = seconds_of([&] { algorithm_->update(metrics_); });
    result.products = stop_counting();
    result.updates = algorithm_->updates() - before;
    return result;
  }

  Algorithm& algorithm() { return *algorithm_; }

 private:
  run::Copies copies_;
  ParameterValues values_;  // outlive the algorithm
  std::unique_ptr<Algorithm> algorithm_;
  RandomStream policy_stream_{1};
  IgnoredMetrics metrics_;
  std::int64_t steps_ = 0;
};

void add_checkpoint(Algorithm& algorithm, Figures& figures) {
  std::size_t bytes = 0;
  figures["checkpoint ms"] = 1e3 * seconds_of([&] {
                               SnapshotWriter writer;
                               algorithm.save(writer);
                               bytes = writer.bytes().size();
                             });
  figures["checkpoint MB"] = 1e-6 * static_cast<double>(bytes);
}

}  // namespace

Figures ceilings() {
  constexpr std::size_t kCount = 16'000'000;  // 64 MB, beyond every cache that one core fills alone
  const std::vector<float> from(kCount, 1.0F);
  std::vector<float> to(kCount);
  double best = 1e9;
  for (int i = 0; i < 5; ++i)
    best = std::min(best, seconds_of([&] { std::copy(from.begin(), from.end(), to.begin()); }));
  return {{"copy GB/s", 2e-9 * static_cast<double>(kCount * sizeof(float)) / best}};
}

Figures measure_environment(loader::Registry& registry, const suite::Run& run, double seconds) {
  const auto environment = registry.create_environment(run.environment, suite::values_of(run.task_values));
  const EnvironmentSpec& spec = environment->spec();
  std::vector<float> actions(static_cast<std::size_t>(spec.joint_action_size()));
  std::vector<float> observations(static_cast<std::size_t>(spec.joint_observation_size()));
  std::vector<float> state(static_cast<std::size_t>(spec.state_size));
  RandomStream random(1);
  environment->reset(1);
  double stepping = 0, looking = 0;
  std::int64_t steps = 0;
  for (; stepping + looking < seconds; ++steps) {
    random.fill_uniform(actions, -1, 1);
    StepResult result;
    stepping += seconds_of([&] { result = environment->step(actions); });
    looking += seconds_of([&] {
      run::observe_all(*environment, observations);
      environment->state(state);
    });
    if (result.terminated || result.truncated) environment->reset(static_cast<std::uint64_t>(steps + 2));
  }
  const double scale = 1e6 / static_cast<double>(steps);
  return {{"step us", scale * stepping}, {"step and look us", scale * (stepping + looking)}};
}

Figures measure_algorithm(loader::Registry& registry, const suite::Run& run, const std::filesystem::path& folder,
                          double seconds) {
  Loop loop(registry, run, folder);
  const double created = processor_seconds();
  while (loop.sweep().updates == 0 && processor_seconds() - created < kPatience) {
  }
  const bool learns = loop.algorithm().updates() > 0;
  // Some time first, so that memory and caches are as they stay.
  const double warm = processor_seconds();
  while (processor_seconds() - warm < seconds / 4) loop.sweep();
  std::vector<double> act, observe;
  Products products;
  double taken = 0;
  std::int64_t updates = 0;
  const double start = processor_seconds();
  for (double now = start; now - start < seconds || (learns && updates == 0 && now - start < kPatience);
       now = processor_seconds()) {
    const Loop::Sweep sweep = loop.sweep();
    act.push_back(sweep.act);
    observe.push_back(sweep.observe);
    if (sweep.updates == 0) continue;
    taken += sweep.update;
    updates += sweep.updates;
    for (const auto& [product, times] : sweep.products) products[product] += times;
  }

  Figures figures{{"act us", 1e6 * median(act)}, {"observe us", 1e6 * median(observe)}};
  if (updates > 0) {
    const double each = 1 / static_cast<double>(updates), gflop = 1e-9 * each * flops_of(products);
    figures["update ms"] = 1e3 * each * taken;
    if (gflop > 0) {
      const double floor = each * seconds_alone(products);
      figures["GFLOP"] = gflop;
      figures["GFLOP/s"] = gflop / (each * taken);
      figures["floor ms"] = 1e3 * floor;
      figures["update / floor"] = each * taken / floor;
    }
  }
  add_checkpoint(loop.algorithm(), figures);
  return figures;
}

}  // namespace tutti::perf

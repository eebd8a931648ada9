// How near every update is to its matrix products. For each algorithm and size: milliseconds for one update, the floor
// (the update's matrix products alone, counted below, at the rate that oneDNN reaches on their shapes in this process),
// and their ratio. Data have the sizes of cooperative navigation with three agents; the networks have trained a little
// first, with subnormal numbers taken as zero, as in a worker. Processor time, so that other processes disturb less.
//
// `torch_nn` is a fixture of the tests that uses LibTorch's own layers and nothing of ours: a user's plugin. Its
// products are LibTorch's, by the BLAS that is installed, its floor is at oneDNN's rate: a ratio of 2 is half of that
// rate.
//
//   algorithm_update_benchmark --benchmark_filter=hasac
#include <benchmark/benchmark.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "loader/registry.hpp"
#include "nn/matrix_product.hpp"
#include "run_benchmarks.hpp"
#include "tutti/algorithm.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kCopies = 10, kAgents = 3, kObservation = 18, kAction = 2, kSteps = 8;
constexpr std::int64_t kState = kAgents * kObservation, kJoint = kAgents * kAction;

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return false; }
};

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

/// FLOP/s of a product of `rows` by a `width` x `width` matrix: the best of several runs.
double product_rate(std::int64_t rows, std::int64_t width) {
  std::vector<float> a(static_cast<std::size_t>(rows * width), 0.5F), b(static_cast<std::size_t>(width * width), 0.5F);
  std::vector<float> c(a.size());
  const double flops = 2.0 * static_cast<double>(rows * width * width);
  const int repeats = std::max(1, static_cast<int>(2e8 / flops));
  double best = 0;
  for (int trial = 0; trial < 15; ++trial) {
    const double start = processor_seconds();
    for (int i = 0; i < repeats; ++i) {
      matrix_product<float>(rows, width, width, {a.data(), width}, {b.data(), width}, c.data(), width);
    }
    best = std::max(best, repeats * flops / (processor_seconds() - start));
  }
  return best;
}

/// FLOP of one multilayer perceptron on `rows` rows.
struct Network {
  double forward, first;  // the first layer is a part of forward

  Network(std::int64_t rows, std::int64_t in, const IntegerList& hidden, std::int64_t out) {
    const auto product = [&](std::int64_t a, std::int64_t b) { return 2.0 * static_cast<double>(rows * a * b); };
    forward = first = product(in, hidden.front());
    for (std::size_t i = 1; i < hidden.size(); ++i) forward += product(hidden[i - 1], hidden[i]);
    forward += product(hidden.back(), out);
  }
  double train() const { return 3 * forward - first; }  // nobody needs the gradient of the input
};

/// Parameters of a case, and the seconds that its products need.
struct Case {
  std::string algorithm, label;
  ParameterValues values;
  std::function<double()> floor;
};

/// hatd3, matd3, maddpg, hasac, masac with actors and critics of two layers of `width`. Section by section: target or
/// next actions, target critics, training of the critics; then what moves the actors.
double actor_critic_floor(const std::string& name, std::int64_t batch, std::int64_t width) {
  const bool gaussian = name == "hasac" || name == "masac";
  const double critics = name == "maddpg" ? 1 : 2;
  const Network actor(batch, kObservation, {width, width}, gaussian ? 2 * kAction : kAction);
  const Network critic(batch, kState + kJoint, {width, width}, 1);
  double flops = kAgents * actor.forward + critics * (critic.forward + critic.train());
  if (name == "hatd3") flops += kAgents * (2 * actor.forward + actor.train() + 2 * critic.forward) / 2;
  if (name == "matd3") flops += kAgents * (actor.train() + 2 * critic.forward) / 2;
  if (name == "maddpg") flops += kAgents * (actor.train() + 2 * critic.forward);
  if (name == "hasac") flops += kAgents * (2 * actor.forward + actor.train() + 4 * critic.forward);
  if (name == "masac") flops += kAgents * actor.train() + 4 * critic.forward;
  return flops / product_rate(batch, width);
}

/// Score networks with their first layer split; two critics on both halves of a batch; actors every third update.
double omad_floor(std::int64_t critic_width) {
  constexpr std::int64_t kBatch = 256, kWidth = 128;
  const Network score(kBatch, kAction, {kWidth, kWidth, kWidth}, kAction);
  const Network critic(2 * kBatch, kState + kJoint, {critic_width, critic_width}, 100);
  const double chains = kAgents * kSteps * score.forward;
  return (chains + chains) / product_rate(kBatch, kWidth) +
         (2 * critic.train() + 4 * critic.forward / 2 / 3) / product_rate(2 * kBatch, critic_width);
}

/// The defaults of madpmd and masdac: 4 particles, 20 steps, 16 draws; the policy moves every second update.
double ddpm_floor(bool draws) {
  constexpr std::int64_t kBatch = 256, kParticles = 4, kDiffusionSteps = 20, kDraws = 16, kDenoiser = 128;
  const IntegerList denoiser_layers(3, kDenoiser), critic_layers(3, 256);
  const auto critic = [&](std::int64_t rows) { return Network(rows, kState + kJoint, critic_layers, 1); };
  const double chain =
      kAgents * kDiffusionSteps * Network(kBatch * kParticles, kAction, denoiser_layers, kAction).forward;
  const double selection = 2 * critic(kBatch * kParticles).forward;
  const Network regression(kBatch, kAction + kObservation + 16, denoiser_layers, kAction);
  double denoising = chain + kAgents * regression.train() / 2;
  double criticising = selection + 2 * critic(kBatch).forward + 2 * critic(kBatch).train();
  if (draws) {
    denoising += chain / 2;
    criticising += (selection + 2 * critic(kBatch * kDraws).forward) / 2;
  } else {
    criticising += 2 * critic(kBatch).forward;  // values of the next actions by the updated critics
  }
  return denoising / product_rate(kBatch * kParticles, kDenoiser) +
         criticising / product_rate(kBatch * kParticles, 256);
}

/// The fixture: LibTorch computes the critic's own gradients while the actor learns, too.
double torch_nn_floor() {
  constexpr std::int64_t kBatch = 256, kWidth = 256;
  const Network actor(kBatch, kState, {kWidth, kWidth}, kJoint), critic(kBatch, kState + kJoint, {kWidth, kWidth}, 1);
  return (critic.train() + actor.train() + 3 * critic.forward) / product_rate(kBatch, kWidth);
}

std::vector<Case> cases() {
  std::vector<Case> result;
  for (const auto& [name, batch, width] :
       std::initializer_list<std::tuple<std::string, std::int64_t, std::int64_t>>{{"hatd3", 256, 128},
                                                                                  {"hatd3", 1000, 128},
                                                                                  {"matd3", 256, 128},
                                                                                  {"maddpg", 256, 128},
                                                                                  {"hasac", 256, 256},
                                                                                  {"hasac", 1000, 256},
                                                                                  {"masac", 256, 256}}) {
    result.push_back({name,
                      std::to_string(batch) + "," + std::to_string(width),
                      {{"batch_size", batch}, {"hidden", IntegerList{width, width}}},
                      [=] { return actor_critic_floor(name, batch, width); }});
  }
  for (const std::int64_t width : {256, 512, 2048}) {
    result.push_back(
        {"omad", "critics " + std::to_string(width), {{"critic_hidden_sizes", IntegerList{width, width}}}, [=] {
           return omad_floor(width);
         }});
  }
  result.push_back({"madpmd", "as shipped", {}, [] { return ddpm_floor(false); }});
  result.push_back({"masdac", "as shipped", {}, [] { return ddpm_floor(true); }});
  result.push_back({"torch_nn", "256,256", {}, torch_nn_floor});
  return result;
}

EnvironmentSpec navigation_sizes() {
  EnvironmentSpec spec;
  for (const char* name : {"a", "b", "c"}) spec.agents.push_back({name, kObservation, kAction});
  spec.state_size = kState;
  spec.state_is_joint_observation = true;
  return spec;
}

/// All copies step; rewards depend on observations and actions, so that there is something to learn.
void step(Algorithm& algorithm, RandomStream& random) {
  std::vector<float> observations(kCopies * kState), next(kCopies * kState), actions(kCopies * kJoint), rewards;
  random.fill_normal(std::span<float>(observations));
  random.fill_normal(std::span<float>(next));
  const std::vector<std::uint8_t> no(kCopies, 0);
  const Rows<const float> seen{observations.data(), kCopies, kState}, later{next.data(), kCopies, kState};
  algorithm.act(seen, ActMode::kExplore, random, {actions.data(), kCopies, kJoint});
  for (std::size_t copy = 0; copy < kCopies; ++copy) {
    const float error = observations[copy * kState] / 3 - actions[copy * kJoint];
    rewards.push_back(-error * error);
  }
  algorithm.observe({seen, seen, {actions.data(), kCopies, kJoint}, rewards, later, later, no, no});
}

/// Processor seconds of one gradient step.
double update(Algorithm& algorithm, RandomStream& random) {
  IgnoredMetrics metrics;
  for (;;) {
    step(algorithm, random);
    const std::int64_t before = algorithm.updates();
    const double start = processor_seconds();
    algorithm.update(metrics);
    const double seconds = processor_seconds() - start;
    if (algorithm.updates() > before) return seconds / static_cast<double>(algorithm.updates() - before);
  }
}

void update_over_floor(benchmark::State& state, const AlgorithmPlugin& plugin, const Case& of) {
  const EnvironmentSpec spec = navigation_sizes();
  ParameterSchema schema;
  plugin.declare(schema);
  ParameterValues values;
  for (const ParameterSpec& parameter : schema) values[parameter.name] = parameter.default_value;
  if (values.contains("warm_up_steps")) values["warm_up_steps"] = std::int64_t{2000};
  // Six updates for each sweep: whole periods of all algorithms.
  if (values.contains("updates_per_step")) values["updates_per_step"] = 0.6;
  for (const auto& [name, value] : of.values) values[name] = value;
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
  const double start = processor_seconds();
  do update(*algorithm, random);
  while (algorithm->updates() < 600 && processor_seconds() - start < 3);
  double best = 1e9;
  for (auto _ : state) {
    const double seconds = update(*algorithm, random);
    state.SetIterationTime(seconds);
    best = std::min(best, seconds);
  }
  const double floor = of.floor();
  state.counters["best_ms"] = 1e3 * best;
  state.counters["floor_ms"] = 1e3 * floor;
  state.counters["ratio"] = best / floor;
}

}  // namespace
}  // namespace tutti

int main(int count, char** arguments) {
  std::vector<std::filesystem::path> folders = tutti::loader::search_path();
  folders.emplace_back(TUTTI_BINARY_DIR "/fixtures/torch");
  tutti::loader::Registry registry(folders);
  const std::vector<tutti::Case> cases = tutti::cases();
  for (const tutti::Case& of : cases) {
    benchmark::RegisterBenchmark((of.algorithm + " " + of.label).c_str(), tutti::update_over_floor,
                                 registry.algorithm(of.algorithm), of)
        ->UseManualTime()
        ->Iterations(12)
        ->Unit(benchmark::kMillisecond);
  }
  return tutti::run_benchmarks(count, arguments);
}

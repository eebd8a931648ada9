// What an environment step of a robot costs beyond its simulator steps. Both are timed on the same trajectory, in turn:
// the environment with everything that training asks for, and a twin that only makes MuJoCo's calls.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>

#include "environment.hpp"
#include "run_benchmarks.hpp"

namespace tutti::mamujoco {
namespace {

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";
constexpr int kEpisode = 50;  // environment steps before both start over together

// Of this thread on a processor, so that other processes do not count.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// MuJoCo's calls of an environment step and nothing else.
class Twin {
 public:
  Twin(const Robot& robot, Version version)
      : model_(load_model(kModels / (version == Version::kV5 ? robot.model : robot.model_v2))),
        data_(make_data(*model_)),
        frame_skip_(robot.frame_skip),
        computes_contact_forces_(robot.contact_forces && version == Version::kV5) {}

  void start_like(const Simulation& simulation) {
    const Simulation::Checkpoint start = simulation.checkpoint();
    mj_resetData(model_.get(), data_.get());
    std::ranges::copy(start.qpos, data_->qpos);
    std::ranges::copy(start.qvel, data_->qvel);
    std::ranges::copy(start.warm_start, data_->qacc_warmstart);
  }
  std::span<double> controls() { return mamujoco::controls(*model_, *data_); }
  void step() {
    for (int i = 0; i < frame_skip_; ++i) mj_step(model_.get(), data_.get());
    if (computes_contact_forces_) mj_rnePostConstraint(model_.get(), data_.get());
  }
  bool agrees_with(const Simulation& simulation) {
    return std::ranges::equal(qpos(*model_, *data_), simulation.qpos());
  }

 private:
  Model model_;
  Data data_;
  int frame_skip_;
  bool computes_contact_forces_;
};

void step_and_look(Environment& environment, std::span<const float> action, std::vector<float>& buffer) {
  benchmark::DoNotOptimize(environment.step(action));
  for (std::size_t agent = 0; agent < environment.spec().agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(environment.spec().agents[agent].observation_size);
    environment.observe(agent, std::span(buffer).first(size));
  }
  environment.state(std::span(buffer).first(static_cast<std::size_t>(environment.spec().state_size)));
  benchmark::DoNotOptimize(buffer.data());
}

void BM_RobotStep(benchmark::State& state, const TaskSpec& task, const std::string& profile) {
  ParameterValues values = task.values;
  values["profile"] = profile;
  const auto config = read_parameters<Config>(values);
  const auto environment = make_environment(config, kModels);
  Simulation& simulation = dynamic_cast<RobotEnvironment&>(*environment).simulation();
  Twin twin(simulation.robot(), config.resolved_robot_version());
  const Factorization agents = config.resolved_factorization();
  std::vector<float> buffer(1000);
  std::vector<float> action(twin.controls().size());
  RandomStream random(1);
  double environment_seconds = 0;
  double bare_seconds = 0;
  std::uint64_t steps = 0;
  for (auto _ : state) {
    if (steps++ % kEpisode == 0) {
      environment->reset(steps);
      twin.start_like(simulation);
    }
    random.fill_uniform(action, -1, 1);
    std::size_t next = 0;
    for (const auto& agent : agents) {
      for (const int actuator : agent) twin.controls()[static_cast<std::size_t>(actuator)] = action[next++];
    }
    // Whoever comes first finds colder caches, so they take turns.
    const bool bare_first = steps % 2 == 0;
    for (const bool bare : {bare_first, !bare_first}) {
      const double start = seconds();
      if (bare) {
        twin.step();
        bare_seconds += seconds() - start;
      } else {
        step_and_look(*environment, action, buffer);
        const double elapsed = seconds() - start;
        environment_seconds += elapsed;
        state.SetIterationTime(elapsed);
      }
    }
  }
  if (!twin.agrees_with(simulation)) state.SkipWithError("the twin left the environment's trajectory");
  state.SetItemsProcessed(state.iterations());
  state.counters["bare_us"] = 1e6 * bare_seconds / static_cast<double>(steps);
  state.counters["overhead_percent"] = 100 * (environment_seconds / bare_seconds - 1);
}

void register_benchmarks() {
  static std::vector<TaskSpec> tasks;
  named_tasks(tasks);
  for (const TaskSpec& task : tasks) {
    for (const char* profile : {"gymnasium_robotics", "harl"}) {
      benchmark::RegisterBenchmark(("BM_RobotStep/" + task.name + '/' + profile).c_str(), BM_RobotStep, task,
                                   std::string(profile))
          ->UseManualTime()
          ->Unit(benchmark::kMicrosecond);
    }
  }
}

}  // namespace
}  // namespace tutti::mamujoco

int main(int argc, char** argv) {
  tutti::mamujoco::register_benchmarks();
  return tutti::run_benchmarks(argc, argv);
}

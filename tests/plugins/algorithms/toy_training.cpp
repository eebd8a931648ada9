#include "toy_training.hpp"

#include <algorithm>
#include <cmath>
#include <deque>

namespace tutti {

void RecordedMetrics::add(std::string_view name, double value) {
  Series& series = series_[std::string(name)];
  series.sum += value;
  ++series.count;
  series.last = value;
}

const RecordedMetrics::Series& RecordedMetrics::series(const std::string& name) const {
  const auto found = series_.find(name);
  if (found == series_.end()) throw Error("\"" + name + "\" was never reported");
  return found->second;
}

double RecordedMetrics::last(const std::string& name) const { return series(name).last; }

double RecordedMetrics::mean(const std::string& name) const {
  return series(name).sum / static_cast<double>(series(name).count);
}

std::vector<std::string> RecordedMetrics::names() const {
  std::vector<std::string> result;
  for (const auto& [name, unused] : series_) result.push_back(name);
  return result;
}

ToyLoop::ToyLoop(const MakeEnvironment& make, std::int64_t copies, std::uint64_t seed)
    : policy_(derive_seed(seed, "policy")), episodes_(derive_seed(seed, "episodes")) {
  for (std::int64_t copy = 0; copy < copies; ++copy) environments_.push_back(make());
  const auto rows = static_cast<std::size_t>(copies);
  observations_.resize(rows * static_cast<std::size_t>(spec().joint_observation_size()));
  states_.resize(rows * static_cast<std::size_t>(spec().state_size));
  for (std::size_t copy = 0; copy < rows; ++copy) start(copy);
}

void ToyLoop::start(std::size_t copy) {
  environments_[copy]->reset(episodes_.next());
  look(observations_, states_, copy);
}

void ToyLoop::look(std::vector<float>& observations, std::vector<float>& states, std::size_t copy) const {
  const auto observation_size = static_cast<std::size_t>(spec().joint_observation_size());
  const auto state_size = static_cast<std::size_t>(spec().state_size);
  std::size_t offset = copy * observation_size;
  for (std::size_t agent = 0; agent < spec().agents.size(); ++agent) {
    const auto size = static_cast<std::size_t>(spec().agents[agent].observation_size);
    environments_[copy]->observe(agent, std::span(observations).subspan(offset, size));
    offset += size;
  }
  environments_[copy]->state(std::span(states).subspan(copy * state_size, state_size));
}

void ToyLoop::train(Algorithm& algorithm, std::int64_t environment_steps, Metrics& metrics) {
  const std::size_t copies = environments_.size();
  const auto observation_size = static_cast<std::size_t>(spec().joint_observation_size());
  const auto state_size = static_cast<std::size_t>(spec().state_size);
  const auto action_size = static_cast<std::size_t>(spec().joint_action_size());
  std::vector<float> actions(copies * action_size), rewards(copies);
  std::vector<std::uint8_t> terminated(copies), truncated(copies);
  for (std::int64_t done = 0; done < environment_steps; done += static_cast<std::int64_t>(copies)) {
    algorithm.act({observations_.data(), copies, observation_size}, ActMode::kExplore, policy_,
                  {actions.data(), copies, action_size});
    std::vector<float> next_observations(observations_.size()), next_states(states_.size());
    for (std::size_t copy = 0; copy < copies; ++copy) {
      const StepResult result = environments_[copy]->step(std::span(actions).subspan(copy * action_size, action_size));
      rewards[copy] = static_cast<float>(result.reward);
      terminated[copy] = result.terminated;
      truncated[copy] = result.truncated && !result.terminated;
      look(next_observations, next_states, copy);
    }
    algorithm.observe({{observations_.data(), copies, observation_size},
                       {states_.data(), copies, state_size},
                       {actions.data(), copies, action_size},
                       rewards,
                       {next_observations.data(), copies, observation_size},
                       {next_states.data(), copies, state_size},
                       terminated,
                       truncated});
    algorithm.update(metrics);
    observations_ = next_observations;
    states_ = next_states;
    for (std::size_t copy = 0; copy < copies; ++copy) {
      if (terminated[copy] || truncated[copy]) start(copy);
    }
  }
}

double ToyEvaluation::share_near(std::size_t agent, double value, double distance) const {
  const auto near = std::ranges::count_if(
      first_actions, [&](const std::vector<float>& action) { return std::abs(action[agent] - value) < distance; });
  return static_cast<double>(near) / static_cast<double>(first_actions.size());
}

double ToyEvaluation::mean_action(std::size_t agent) const {
  double sum = 0;
  for (const auto& action : first_actions) sum += action[agent];
  return sum / static_cast<double>(first_actions.size());
}

double ToyEvaluation::action_deviation(std::size_t agent) const {
  const double mean = mean_action(agent);
  double sum = 0;
  for (const auto& action : first_actions) sum += (action[agent] - mean) * (action[agent] - mean);
  return std::sqrt(sum / static_cast<double>(first_actions.size()));
}

ToyEvaluation evaluate_toy(const MakeEnvironment& make, Algorithm& algorithm, ActMode mode, std::int64_t episodes,
                           std::uint64_t seed) {
  const auto rows = static_cast<std::size_t>(episodes);
  std::vector<std::unique_ptr<Environment>> environments;
  for (std::size_t row = 0; row < rows; ++row) {
    environments.push_back(make());
    environments.back()->reset(derive_seed(seed, "episode", row));
  }
  const EnvironmentSpec& spec = environments.front()->spec();
  const auto observation_size = static_cast<std::size_t>(spec.joint_observation_size());
  const auto action_size = static_cast<std::size_t>(spec.joint_action_size());
  std::vector<float> observations(rows * observation_size), actions(rows * action_size);
  RandomStream random(derive_seed(seed, "policy"));
  ToyEvaluation result;
  for (bool running = true; running;) {
    for (std::size_t row = 0, offset = 0; row < rows; ++row) {
      for (std::size_t agent = 0; agent < spec.agents.size(); ++agent) {
        const auto size = static_cast<std::size_t>(spec.agents[agent].observation_size);
        environments[row]->observe(agent, std::span(observations).subspan(offset, size));
        offset += size;
      }
    }
    algorithm.act({observations.data(), rows, observation_size}, mode, random, {actions.data(), rows, action_size});
    for (std::size_t row = 0; row < rows; ++row) {
      const auto action = std::span(actions).subspan(row * action_size, action_size);
      if (result.first_actions.size() < rows) result.first_actions.emplace_back(action.begin(), action.end());
      const StepResult step = environments[row]->step(action);
      result.mean_return += step.reward / static_cast<double>(episodes);
      running = !(step.terminated || step.truncated);  // episodes of a toy task all have the same length
    }
  }
  return result;
}

std::unique_ptr<Algorithm> make_toy_algorithm(const EnvironmentSpec& spec, const ParameterValues& values,
                                              std::int64_t copies, std::int64_t environment_steps, std::uint64_t seed) {
  ParameterSchema schema;
  tutti_algorithm.declare(schema);
  static std::deque<ParameterValues> kept;  // a context's references have to live as long as the algorithm
  ParameterValues& all = kept.emplace_back();
  for (const ParameterSpec& parameter : schema) all[parameter.name] = parameter.default_value;
  for (const auto& [name, value] : values) {
    if (!all.contains(name)) throw Error("the plugin has no parameter \"" + name + "\"");
    all[name] = value;
  }
  tutti_algorithm.check(all);
  const AlgorithmContext context{.environment = spec,
                                 .task = "toy",
                                 .values = all,
                                 .copies = copies,
                                 .environment_steps = environment_steps,
                                 .seed = seed,
                                 .folder = {},
                                 .replayed_steps = 0};
  return tutti_algorithm.create(context);
}

std::vector<std::byte> state_of(Algorithm& algorithm) {
  SnapshotWriter writer;
  algorithm.save(writer);
  return writer.bytes();
}

void copy_state(Algorithm& algorithm, Algorithm& other) {
  const std::vector<std::byte> bytes = state_of(algorithm);
  SnapshotReader reader(bytes);
  other.load(reader);
  reader.finish();
}

}  // namespace tutti

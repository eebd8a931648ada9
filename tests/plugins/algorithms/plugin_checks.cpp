#include "plugin_checks.hpp"

#include <fnmatch.h>

#include <algorithm>

namespace tutti {
namespace {

std::vector<Preset> presets() {
  std::vector<Preset> result;
  tutti_algorithm.presets(result);
  return result;
}

}  // namespace

void expect_presets_fit() {
  ParameterSchema schema;
  tutti_algorithm.declare(schema);
  EXPECT_FALSE(presets().empty());
  for (const Preset& preset : presets()) {
    EXPECT_FALSE(preset.source.empty());
    for (const auto& [name, value] : preset.values) {
      if (name == "copies") continue;
      const auto spec = std::ranges::find(schema, name, &ParameterSpec::name);
      ASSERT_NE(spec, schema.end()) << preset.name << " for " << preset.tasks << " sets " << name;
      EXPECT_TRUE(fit(*spec, value)) << preset.name << " for " << preset.tasks << ": " << name;
    }
  }
}

ParameterValue preset_value(const std::string& name, const std::string& task, const std::string& parameter) {
  ParameterSchema schema;
  tutti_algorithm.declare(schema);
  ParameterValue result;
  for (const ParameterSpec& spec : schema) {
    if (spec.name == parameter) result = spec.default_value;
  }
  for (const Preset& preset : presets()) {
    const bool matches = preset.name == name && fnmatch(preset.tasks.c_str(), task.c_str(), 0) == 0;
    if (matches && preset.values.contains(parameter)) result = preset.values.at(parameter);
  }
  return result;
}

void expect_resumes_exactly(const ParameterValues& values) {
  Training whole(make_line_spread, values), interrupted(make_line_spread, values);
  whole.steps(1'300);
  interrupted.steps(1'200);
  const auto fresh = make_toy_algorithm(whole.loop.spec(), values, 10, 100'000, /*seed=*/99);
  copy_state(*interrupted.algorithm, *fresh);
  interrupted.algorithm = nullptr;
  interrupted.loop.train(*fresh, 100, interrupted.metrics);
  EXPECT_GT(whole.algorithm->updates(), 0);
  EXPECT_EQ(state_of(*whole.algorithm), state_of(*fresh));
}

void expect_keeps_the_contract(const ParameterValues& values) {
  Training training(make_line_spread, values);
  training.steps(1'100);
  EXPECT_EQ(training.algorithm->updates(), 100);
  std::vector<std::string> declared = training.algorithm->metric_names();
  std::ranges::sort(declared);
  EXPECT_EQ(training.metrics.names(), declared);
  const auto before = state_of(*training.algorithm);
  training.evaluate(ActMode::kDeterministic);
  training.evaluate(ActMode::kSampled);
  EXPECT_EQ(state_of(*training.algorithm), before);
  Training other(make_line_spread, values, 2);
  SnapshotWriter writer;
  training.algorithm->save_policy(writer);
  SnapshotReader reader(writer.bytes());
  other.algorithm->load_policy(reader);
  reader.finish();
  EXPECT_EQ(other.evaluate().mean_return, training.evaluate().mean_return);
}

void expect_refusal(const ParameterValues& values, const std::string& sentence) {
  const auto spec = make_line_spread()->spec();
  try {
    make_toy_algorithm(spec, values, 10, 1000, 1);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.what(), sentence);
  }
}

}  // namespace tutti

// Values that nobody means, for every parameter that a plugin declares, one at a time: a suite with such a value is
// refused in words, or what it asks for can be made without memory that no machine has.
#include <gtest/gtest.h>

#include <limits>

#include "conformance/plugins.hpp"
#include "fixtures/line_environment.hpp"

namespace tutti::conformance {
namespace {

/// Too large, too small, no numbers, and far too long. Most do not fit a given parameter.
std::vector<ParameterValue> hostile_values() {
  std::vector<ParameterValue> values = {true, false};
  std::vector<std::int64_t> integers = {-1, 0, 1, std::int64_t{1} << 31, std::int64_t{1} << 53};
  integers.push_back(std::numeric_limits<std::int64_t>::max());
  integers.push_back(std::numeric_limits<std::int64_t>::min());
  for (const std::int64_t integer : integers) {
    values.insert(values.end(), {integer, IntegerList{integer}, IntegerList(3, integer), IntegerLists{{integer}},
                                 IntegerLists{{}, {integer, integer}, {}}});
  }
  for (const std::int64_t width : {1, 16384}) {
    values.insert(values.end(), {IntegerList(100, width), IntegerList(100'000, width), IntegerLists(10'000, {width}),
                                 IntegerLists{IntegerList(100'000, width)}});
  }
  values.insert(values.end(), {IntegerList{}, IntegerLists{}, IntegerLists(10'000)});
  for (const double real : {-1e308, -1.0, -0.0, 0.0, 5e-324, 1e-9, 1e9, 1e308}) values.emplace_back(real);
  values.emplace_back(std::numeric_limits<double>::infinity());
  values.emplace_back(-std::numeric_limits<double>::infinity());
  values.emplace_back(std::numeric_limits<double>::quiet_NaN());
  for (const char* text : {"", "..", "../../etc/passwd", "/dev/zero", "%s%n", "\x1b[2J", "\xff", "a\nb"})
    values.emplace_back(std::string(text));
  values.emplace_back(std::string(100'000, 'x'));
  return values;
}

/// Calls use(values, what) for each hostile value that its parameter does not refuse by itself; what() names both.
template <class Use>
void for_each_hostile(const ParameterSchema& schema, const ParameterValues& defaults, Use use) {
  for (const ParameterSpec& spec : schema) {
    for (const ParameterValue& value : hostile_values()) {
      const auto fitted = fit(spec, value);
      if (!fitted) continue;
      ParameterValues values = defaults;
      values[spec.name] = *fitted;
      use(values, [&] { return spec.name + " = " + to_text(*fitted).substr(0, 100); });
    }
  }
}

using HostileValues = testing::TestWithParam<std::string>;
class HostileValuesOfAnAlgorithm : public HostileValues {};
class HostileValuesOfAnEnvironment : public HostileValues {};

TEST_P(HostileValuesOfAnAlgorithm, AreRefusedInWordsOrCanBeRun) {
  const AlgorithmPlugin& plugin = registry().algorithm(GetParam());
  ParameterSchema schema;
  plugin.declare(schema);
  const EnvironmentSpec environment = fixtures::LineEnvironment(20).spec();
  for_each_hostile(schema, with_defaults(plugin.declare, {}), [&](const ParameterValues& values, const auto& what) {
    try {
      plugin.check(values);
    } catch (const Error& error) {
      EXPECT_NE(error.what(), std::string()) << what();
      return;
    }
    const AlgorithmContext context{.environment = environment,
                                   .task = "line/short",
                                   .values = values,
                                   .copies = 4,
                                   .environment_steps = 100'000,
                                   .seed = 1,
                                   .folder = {},
                                   .replayed_steps = 0};
    EXPECT_LT(plugin.resources(context).memory_bytes, std::int64_t{1} << 34) << what();
    EXPECT_NO_THROW((void)registry().create_algorithm(GetParam(), context)) << what();
  });
}

// A suite makes each of its tasks once while it is checked.
TEST_P(HostileValuesOfAnEnvironment, AreRefusedInWordsOrCanBeRun) {
  const EnvironmentPlugin& plugin = registry().environment(GetParam());
  ParameterSchema schema;
  plugin.declare(schema);
  std::vector<TaskSpec> tasks;
  plugin.tasks(tasks);
  for_each_hostile(schema, with_defaults(plugin.declare, tasks.front().values),
                   [&](const ParameterValues& values, const auto& what) {
                     try {
                       registry().create_environment(GetParam(), values)->reset(1);
                     } catch (const Error& error) {
                       EXPECT_NE(error.what(), std::string()) << what();
                     } catch (const std::exception& error) {
                       ADD_FAILURE() << what() << ": " << error.what();
                     }
                   });
}

std::string name_of(const testing::TestParamInfo<std::string>& plugin) { return test_name(plugin.param); }

INSTANTIATE_TEST_SUITE_P(EveryPlugin, HostileValuesOfAnAlgorithm,
                         testing::ValuesIn(registry().names(PluginKind::kAlgorithm)), name_of);
INSTANTIATE_TEST_SUITE_P(EveryPlugin, HostileValuesOfAnEnvironment,
                         testing::ValuesIn(registry().names(PluginKind::kEnvironment)), name_of);

}  // namespace
}  // namespace tutti::conformance

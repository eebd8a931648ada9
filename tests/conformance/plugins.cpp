#include "conformance/plugins.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace tutti::conformance {

loader::Registry& registry() {
  static loader::Registry instance(loader::search_path());
  return instance;
}

ParameterValues with_defaults(void (*declare)(ParameterSchema&), const ParameterValues& values) {
  ParameterSchema schema;
  declare(schema);
  ParameterValues result = values;
  for (const ParameterSpec& spec : schema) result.emplace(spec.name, spec.default_value);
  return result;
}

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
    values.insert(values.end(), {IntegerList(100, width), IntegerList(1'000'000, width), IntegerLists(100'000, {width}),
                                 IntegerLists{IntegerList(1'000'000, width)}});
  }
  values.insert(values.end(), {IntegerList{}, IntegerLists{}, IntegerLists(100'000)});
  for (const double real : {-1e308, -1.0, -0.0, 0.0, 5e-324, 1e-9, 1e9, 1e308}) values.emplace_back(real);
  values.emplace_back(std::numeric_limits<double>::infinity());
  values.emplace_back(-std::numeric_limits<double>::infinity());
  values.emplace_back(std::numeric_limits<double>::quiet_NaN());
  for (const char* text : {"", "..", "../../etc/passwd", "/dev/zero", "%s%n", "\x1b[2J", "\xff", "a\nb"})
    values.emplace_back(std::string(text));
  values.emplace_back(std::string(1'000'000, 'x'));
  return values;
}

std::string test_name(std::string name) {
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

TEST(Plugins, AreAllAccepted) {
  for (const loader::Refusal& refusal : registry().refusals()) ADD_FAILURE() << refusal.reason;
  EXPECT_FALSE(registry().names(PluginKind::kEnvironment).empty());
  EXPECT_FALSE(registry().names(PluginKind::kAlgorithm).empty());
}

}  // namespace tutti::conformance

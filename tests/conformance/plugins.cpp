#include "conformance/plugins.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

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

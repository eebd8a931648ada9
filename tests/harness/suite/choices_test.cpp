#include "suite/choices.hpp"

#include <gtest/gtest.h>

#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

std::string problem(const ParameterSchema& schema) {
  try {
    check_schema("x", schema);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

ParameterSpec parameter(const std::string& name, const ParameterValue& value = 1.0, Constraint constraint = {}) {
  return {name, value, std::move(constraint), ""};
}

TEST(CheckSchema, NamesOfParametersAreKeysOfToml) {
  EXPECT_EQ(problem({parameter("scale"), parameter("scale-2"), parameter("Scale_3")}), "");
  for (const char* name : {"reward.scale", "with space", "", "caf\xe9", "a\"b", "a#"}) {
    EXPECT_EQ(problem({parameter(name)}), "plugin \"x\" declares a parameter \"" + std::string(name) +
                                              "\"; names of parameters are letters, digits, _ and -");
  }
}

TEST(CheckSchema, ParametersAreDeclaredOnceAndAreNoWordsOfSuites) {
  EXPECT_EQ(problem({parameter("twice"), parameter("twice")}), "plugin \"x\" declares its parameter \"twice\" twice");
  EXPECT_EQ(problem({parameter("label")}),
            "plugin \"x\" declares a parameter \"label\", a word that suites use themselves");
}

TEST(CheckSchema, DefaultsHaveToFit) {
  EXPECT_EQ(problem({parameter("scale", -1.0, at_least(0))}),
            "plugin \"x\": the default of its parameter \"scale\" is -1.0; expected number, at least 0");
  for (const char* text : {"caf\xe9", "a\tb", "two\nlines"}) {
    EXPECT_EQ(problem({parameter("word", std::string(text))}),
              "plugin \"x\": the default of its parameter \"word\" is not UTF-8, or has control characters");
  }
}

}  // namespace
}  // namespace tutti::suite

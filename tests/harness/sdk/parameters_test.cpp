#include "tutti/parameters.hpp"

#include <gtest/gtest.h>

#include "tutti/error.hpp"

namespace tutti {
namespace {

struct Config {
  double discount = 0.99;
  std::int64_t batch_size = 256;
  std::string mode = "fast";
  bool shared = false;
  IntegerList sizes = {64, 64};
  IntegerLists groups;
  void declare(Parameters& parameter) {
    parameter("discount", discount, between(0, 1), "gamma");
    parameter("batch_size", batch_size, at_least(1), "transitions");
    parameter("mode", mode, one_of({"fast", "exact"}), "how");
    parameter("shared", shared, any_value(), "one network for all");
    parameter("sizes", sizes, at_least(1), "hidden layers");
    parameter("groups", groups, at_least(0), "who is with whom");
  }
  void check() const {
    if (shared && batch_size < 2) throw Error("shared needs a batch of two");
  }
};

ParameterSpec spec_of(const std::string& name) {
  ParameterSchema schema;
  declare_parameters<Config>(schema);
  for (const ParameterSpec& spec : schema) {
    if (spec.name == name) return spec;
  }
  throw std::logic_error("no parameter " + name);
}

TEST(Parameters, OneDeclarationGivesTheSchemaInOrder) {
  ParameterSchema schema;
  declare_parameters<Config>(schema);
  ASSERT_EQ(schema.size(), 6U);
  EXPECT_EQ(schema[0].name, "discount");
  EXPECT_EQ(schema[0].default_value, ParameterValue(0.99));
  EXPECT_EQ(schema[0].description, "gamma");
}

TEST(Parameters, TheSameDeclarationAssignsValuesAndKeepsDefaults) {
  const auto config = read_parameters<Config>({{"batch_size", std::int64_t{8}}, {"sizes", IntegerList{4}}});
  EXPECT_EQ(config.batch_size, 8);
  EXPECT_EQ(config.sizes, IntegerList{4});
  EXPECT_EQ(config.discount, 0.99);
}

TEST(Parameters, AnIntegerFitsWhereARealIsExpectedAndNotTheOtherWayRound) {
  EXPECT_EQ(read_parameters<Config>({{"discount", std::int64_t{1}}}).discount, 1.0);
  EXPECT_FALSE(fit(spec_of("batch_size"), 8.0));
}

TEST(Parameters, ValuesOutOfRangeDoNotFit) {
  EXPECT_FALSE(fit(spec_of("discount"), 1.5));
  EXPECT_FALSE(fit(spec_of("discount"), std::numeric_limits<double>::quiet_NaN()));
  EXPECT_FALSE(fit(spec_of("batch_size"), std::int64_t{0}));
  EXPECT_FALSE(fit(spec_of("mode"), std::string("slow")));
  EXPECT_FALSE(fit(spec_of("sizes"), IntegerList{64, 0}));
  EXPECT_TRUE(fit(spec_of("discount"), 1.0));
}

TEST(Parameters, AnEmptyListFitsWhereListsAreExpected) {
  const auto fitted = fit(spec_of("groups"), IntegerList{});
  ASSERT_TRUE(fitted);
  EXPECT_EQ(*fitted, ParameterValue(IntegerLists{}));
}

TEST(Parameters, AnOpenBoundIsNotItselfValid) {
  const ParameterSpec spec{"rate", 0.1, more_than(0), ""};
  EXPECT_FALSE(fit(spec, 0.0));
  EXPECT_TRUE(fit(spec, 1e-300));
  EXPECT_EQ(expectation(spec), "number, more than 0");
}

TEST(Parameters, ExpectationsReadAsText) {
  EXPECT_EQ(expectation(spec_of("discount")), "number in [0, 1]");
  EXPECT_EQ(expectation(spec_of("batch_size")), "integer, at least 1");
  ParameterSpec steps{"steps", std::int64_t{5}, between(-1e15, 1e6), ""};
  EXPECT_EQ(expectation(steps), "integer in [-1_000_000_000_000_000, 1_000_000]");
  steps.constraint = between(-100, 999999);
  EXPECT_EQ(expectation(steps), "integer in [-100, 999999]");
  EXPECT_EQ(expectation(spec_of("mode")), "one of fast, exact");
  EXPECT_EQ(expectation(spec_of("shared")), "true or false");
  EXPECT_EQ(expectation(spec_of("groups")), "list of lists of integers, at least 0");
}

TEST(Parameters, ContradictionsAreSentences) {
  try {
    check_parameters<Config>({{"shared", true}, {"batch_size", std::int64_t{1}}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "shared needs a batch of two");
  }
}

TEST(Parameters, AValueThatDoesNotFitIsNamedWithItsExpectation) {
  try {
    read_parameters<Config>({{"discount", 2.0}});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "parameter \"discount\" is 2.0; expected number in [0, 1]");
  }
}

TEST(Parameters, TextOfAValueIsToml) {
  EXPECT_EQ(to_text(true), "true");
  EXPECT_EQ(to_text(std::int64_t{-3}), "-3");
  EXPECT_EQ(to_text(3.0), "3.0");
  EXPECT_EQ(to_text(1e-7), "1e-07");
  EXPECT_EQ(to_text(0.1), "0.1");
  EXPECT_EQ(to_text(std::string("a \"b\" \\")), R"("a \"b\" \\")");
  EXPECT_EQ(to_text(IntegerLists{{1, 2}, {}}), "[[1, 2], []]");
}

}  // namespace
}  // namespace tutti

// Parameters, each declared once. From that declaration come parsing, validation, `tutti describe`, the reference
// pages and the stored configuration.
//
//   struct Config {
//     double discount = 0.99;
//     std::int64_t batch_size = 256;
//     void declare(tutti::Parameters& parameter) {
//       parameter("discount", discount, tutti::between(0, 1), "gamma, per environment step");
//       parameter("batch_size", batch_size, tutti::at_least(1), "transitions per update");
//     }
//     void check() const {}  // conditions between parameters; throws Error
//   };
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tutti/export.hpp"

namespace tutti {

using IntegerList = std::vector<std::int64_t>;
using IntegerLists = std::vector<IntegerList>;

/// The types a parameter can have: true/false, integer, real, text, list of integers, list of lists of integers.
using ParameterValue = std::variant<bool, std::int64_t, double, std::string, IntegerList, IntegerLists>;

/// Resolved values by name. A plugin receives one for every declared parameter.
using ParameterValues = std::map<std::string, ParameterValue, std::less<>>;

/// Which values are valid. Bounds apply to numbers and to the elements of lists, choices to text.
struct Constraint {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;   // low itself is not valid
  bool high_open = false;  // high itself is not valid
  std::vector<std::string> choices;
};

inline Constraint any_value() { return {}; }
inline Constraint at_least(double low) { return {.low = low, .choices = {}}; }
inline Constraint more_than(double low) { return {.low = low, .low_open = true, .choices = {}}; }
inline Constraint between(double low, double high) { return {.low = low, .high = high, .choices = {}}; }
inline Constraint one_of(std::vector<std::string> choices) { return {.choices = std::move(choices)}; }

/// One declared parameter, as the host sees it.
struct ParameterSpec {
  std::string name;              // letters, digits, _ and -: a key of a suite
  ParameterValue default_value;  // within the constraint
  Constraint constraint;
  std::string description;  // one line
};

using ParameterSchema = std::vector<ParameterSpec>;

/// "true or false", "integer, at least 1", "one of current, legacy": what a value has to be.
TUTTI_API std::string expectation(const ParameterSpec& spec);

/// Converts `value` to the declared type (integers become reals where a real is expected) and checks its range.
/// Returns nothing if it does not fit.
TUTTI_API std::optional<ParameterValue> fit(const ParameterSpec& spec, const ParameterValue& value);

/// TOML spelling of a value; reals in the shortest form that reads back exactly.
TUTTI_API std::string to_text(const ParameterValue& value);

/// Visits the declarations of a config: collects them, or assigns values to the fields.
class TUTTI_API Parameters {
 public:
  /// Collects declarations into `schema`; the fields' present values are the defaults.
  explicit Parameters(ParameterSchema& schema) : schema_(&schema) {}

  /// Assigns `values` to the declared fields. Throws Error on a value that does not fit.
  explicit Parameters(const ParameterValues& values) : values_(&values) {}

  template <class T>
  void operator()(const char* name, T& field, Constraint constraint, const char* description) {
    const ParameterValue value = visit({name, ParameterValue(field), std::move(constraint), description});
    field = std::get<T>(value);
  }

 private:
  ParameterValue visit(ParameterSpec spec);

  ParameterSchema* schema_ = nullptr;
  const ParameterValues* values_ = nullptr;
};

/// For a plugin's descriptor: the schema of a config type.
template <class Config>
void declare_parameters(ParameterSchema& schema) {
  Config config;
  Parameters parameters(schema);
  config.declare(parameters);
}

/// A config with `values` assigned and its cross conditions checked. Missing values keep their defaults.
template <class Config>
Config read_parameters(const ParameterValues& values) {
  Config config;
  Parameters parameters(values);
  config.declare(parameters);
  config.check();
  return config;
}

/// For a plugin's descriptor: throws Error if `values` contradict each other.
template <class Config>
void check_parameters(const ParameterValues& values) {
  (void)read_parameters<Config>(values);
}

}  // namespace tutti

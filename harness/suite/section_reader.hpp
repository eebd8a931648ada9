// Takes declared values out of one section and says what is wrong with the rest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "suite/document.hpp"
#include "suite/plan.hpp"

namespace tutti::suite {

/// Every parameter at its default.
ResolvedValues defaults(const ParameterSchema& schema);

/// Adds a problem for each parameter that has no valid default and was given no value.
void require_all(const ParameterSchema& schema, const ResolvedValues& values, const Section& section,
                 Problems& problems);

/// Whether `text` can name a folder of results: what is wrong with it, or nothing. At most `slashes` slashes.
std::optional<std::string> label_problem(const std::string& text, int slashes);

class SectionReader;

/// The text of the key "title", which stands in tables and figures: one line that is not too long for them. Empty if it
/// is absent or, with a problem added, unfit.
std::string read_title(SectionReader& read);

class SectionReader {
 public:
  SectionReader(const Section& section, Problems& problems) : section_(section), problems_(problems) {}

  /// The value of a key, nothing if it is absent or (with a problem added) does not fit.
  template <class T>
  std::optional<T> take(const std::string& key, Constraint constraint = {}) {
    const auto value = take(ParameterSpec{key, ParameterValue(T{}), std::move(constraint), ""});
    return value ? std::optional<T>(std::get<T>(*value)) : std::nullopt;
  }

  /// Replaces the values of those parameters that the section sets.
  void assign(const ParameterSchema& schema, const std::string& origin, ResolvedValues& values);

  /// The table [key], or nothing.
  const Section* table(const std::string& key);

  /// The tables [[key]]; none if there are none.
  const std::vector<Section>& list(const std::string& key);

  /// Adds a problem for each key that nobody asked for; `owner` says whose keys are known, where the section does not.
  void finish(const std::string& owner = "");

  /// Adds a problem about `key`: at its value, or at the section if it is absent.
  void problem(const std::string& key, const std::string& what);

 private:
  std::optional<ParameterValue> take(const ParameterSpec& spec);

  const Section& section_;
  Problems& problems_;
  std::vector<std::string> known_;
};

}  // namespace tutti::suite

#include "suite/choices.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "text/clean.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {

bool matches(const std::string& pattern, const std::string& text) {
  return fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

Position position_of(const Section& section, const std::string& key) {
  const auto found = section.settings.find(key);
  return found == section.settings.end() ? section.where : found->second.where;
}

void check_schema(const std::string& plugin, const ParameterSchema& schema) {
  // Keys of a suite.
  static const std::vector<std::string> kReserved = {"name",    "label",      "environment", "task",   "algorithm",
                                                     "preset",  "proposed",   "copies",      "device", "title",
                                                     kOwnSteps, kOwnInterval, kOwnEpisodes};
  // Any other name needs quotes: TOML takes "a.b" for the key "b" of a table "a".
  const auto is_bare_key = [](const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
  };
  for (const ParameterSpec& spec : schema) {
    if (!is_bare_key(spec.name)) {
      throw Error("plugin \"" + plugin + "\" declares a parameter \"" + spec.name +
                  "\"; names of parameters are letters, digits, _ and -");
    }
    if (std::ranges::count(kReserved, spec.name) > 0) {
      throw Error("plugin \"" + plugin + "\" declares a parameter \"" + spec.name +
                  "\", a word that suites use themselves");
    }
    if (std::ranges::count(schema, spec.name, &ParameterSpec::name) > 1) {
      throw Error("plugin \"" + plugin + "\" declares its parameter \"" + spec.name + "\" twice");
    }
    const auto* words = std::get_if<std::string>(&spec.default_value);
    if (words != nullptr && text::clean_text(*words) != *words) {
      throw Error("plugin \"" + plugin + "\": the default of its parameter \"" + spec.name +
                  "\" is not UTF-8, or has control characters");
    }
    if (!fit(spec, spec.default_value)) {
      throw Error("plugin \"" + plugin + "\": the default of its parameter \"" + spec.name + "\" is " +
                  to_text(spec.default_value) + "; expected " + expectation(spec));
    }
  }
}

}  // namespace tutti::suite

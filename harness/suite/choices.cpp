#include "suite/choices.hpp"

#include <fnmatch.h>

#include <algorithm>

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
  for (const ParameterSpec& spec : schema) {
    if (std::ranges::count(kReserved, spec.name) > 0) {
      throw Error("plugin \"" + plugin + "\" declares a parameter \"" + spec.name +
                  "\", a word that suites use themselves");
    }
    if (std::ranges::count(schema, spec.name, &ParameterSpec::name) > 1) {
      throw Error("plugin \"" + plugin + "\" declares its parameter \"" + spec.name + "\" twice");
    }
  }
}

}  // namespace tutti::suite

// What a plugin says of itself, checked before anything relies on it. Each throws Error that starts with the plugin's
// file and says what to change.
#pragma once

#include "loader/registry.hpp"

namespace tutti::loader {

/// Named tasks: each name once, every value for a declared parameter and within its range. Neither they nor the
/// libraries throw.
void check_declarations(const Plugin& plugin, const EnvironmentPlugin& table);

/// Presets: every value for a declared parameter, or "copies", and within its range. Neither they nor the libraries
/// throw.
void check_declarations(const Plugin& plugin, const AlgorithmPlugin& table);

/// Sizes, the episode limit, and names that become columns of tables.
void check_spec(const Plugin& plugin, const EnvironmentSpec& spec);

/// Names of metrics, which become columns of training.csv.
void check_metrics(const Plugin& plugin, const std::vector<std::string>& names);

}  // namespace tutti::loader

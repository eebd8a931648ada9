// What a plugin says of itself, checked before anything relies on it. Each throws Error that starts with the plugin's
// file and says what to change.
#pragma once

#include <string_view>

#include "loader/registry.hpp"

namespace tutti::loader {

/// Named tasks: each name once, every value for a declared parameter and within its range. Neither they nor the
/// libraries throw.
void check_declarations(const Plugin& plugin, const EnvironmentPlugin& table);

/// Presets: every value for a declared parameter, or "copies", and within its range. Neither they nor the libraries
/// throw.
void check_declarations(const Plugin& plugin, const AlgorithmPlugin& table);

/// Names of facts that the host records of every task, and the start of those that name a library.
inline constexpr std::string_view kOwnFacts[] = {"agents",     "observation_sizes", "action_sizes",
                                                 "state_size", "episode_limit",     "reward_terms"};
inline constexpr std::string_view kLibraryFact = "library ";

/// Sizes, the episode limit, names that become columns of tables, and facts: each name once, none of the host's own.
void check_spec(const Plugin& plugin, const EnvironmentSpec& spec);

/// Whether two copies have the same sizes, limit, reward terms, facts and coverage.
bool is_alike(const EnvironmentSpec& one, const EnvironmentSpec& other);

/// Throws Error if the environment's spec() is another than `made`, that of the time when it was made.
void check_same_spec(const EnvironmentSpec& made, const Environment& environment);

/// Names of metrics, which become columns of training.csv.
void check_metrics(const Plugin& plugin, const std::vector<std::string>& names);

}  // namespace tutti::loader

// Proofs that what a plugin saves is what it needs. A run makes them before its first step, where they cost next to
// nothing, because a value forgotten in `save` or `load` would otherwise show at a resume, or as a wrong number.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tutti/algorithm.hpp"
#include "tutti/environment.hpp"

namespace tutti::run {

/// What an algorithm does in both evaluation modes for some observations, with the same random numbers each time; they
/// are repeated to as many rows as an evaluation may have, more than the run's copies. Throws NotFiniteError and Error
/// as check_actions() does.
std::vector<float> evaluation_actions(Algorithm& algorithm, Rows<const float> observations, std::size_t action_size);

/// Throws Error unless both did the same, bit for bit: what a policy restored from save_policy() does is what the saved
/// one did.
void check_restored_policy(const std::vector<float>& saved, const std::vector<float>& restored);

/// Steps a new copy of the task into an episode and saves it; looking at it has to change nothing. Then loads that into
/// another copy, which has to save the same bytes, show the same and step alike to the end of the episode, or for a
/// hundred steps. Throws Error that says what differs.
void check_environment(const std::function<std::unique_ptr<Environment>()>& make);

/// Saves a new algorithm and loads that into one made with another seed, which has to save the same bytes, or, where
/// bytes have no fixed order, act alike in every mode; and the same for the policy alone. There is never more than one
/// of them at a time. Throws Error that says what differs, and what the plugin throws.
void check_algorithm(const std::function<std::unique_ptr<Algorithm>(std::uint64_t seed)>& make,
                     Rows<const float> observations, std::size_t action_size);

}  // namespace tutti::run

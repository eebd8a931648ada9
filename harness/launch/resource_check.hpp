// Whether disk and memory suffice for what is about to run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>

#include "loader/registry.hpp"
#include "suite/plan.hpp"

namespace tutti::launch {

/// What the plugin says that `run` needs in its environment. Throws Error for less than nothing, and what
/// the plugins throw.
Resources resources_of(const suite::Run& run, const EnvironmentSpec& spec, loader::Registry& registry);

/// Says on standard error what the runs need. Throws Error if `jobs` of the runs `to_do` (indices into the plan) at
/// once do not fit on the disk of `folder`; memory that is short is a warning.
void check_resources(const suite::Plan& plan, const std::deque<std::size_t>& to_do, std::int64_t jobs,
                     const std::filesystem::path& folder, loader::Registry& registry);

}  // namespace tutti::launch

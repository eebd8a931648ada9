// Where and with what a run was made: facts read from the running system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/run_record.hpp"
#include "tutti/plugin.hpp"

namespace tutti::run {

/// `jobs`: runs that share the machine.
results::MachineRecord this_machine(std::int64_t jobs);

/// Versions of the C and C++ libraries in use and of what the plugins name; file and build of those that compute.
results::Facts libraries_in_use(const std::vector<LibraryVersion>& of_plugins);

/// The environment variables that change numbers or speed, and how the processor treats subnormal numbers.
results::Facts numerics_in_use();

/// One line for each difference between what decides numbers here, the widest vector instructions and environment
/// variables, and what a record says of them. A record without numerics says nothing.
std::vector<std::string> changed_arithmetic(const results::MachineRecord& machine, const results::Facts& numerics);

/// Threads of this process now.
std::int64_t thread_count();

/// Since the process came into being, which is before its program was loaded.
double seconds_since_process_start();

/// "2026-01-01T00:00:00Z", now.
std::string utc_now();

/// Cores that this process may use.
std::int64_t available_cores();

std::int64_t installed_memory_bytes();

}  // namespace tutti::run

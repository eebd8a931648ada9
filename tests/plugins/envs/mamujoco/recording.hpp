// A recorded MAMuJoCo file whose every key and count was checked, so that its replay need not look again.
#pragma once

#include <filesystem>

#include "config.hpp"
#include "recordings.hpp"

namespace tutti::mamujoco {

struct Recording {
  golden::Json json;  // HARL's may lack "agent_obsk" and "terms"
  Config config;      // of the environment that was recorded
};

/// Throws Error naming the file and the key when something is missing, of the wrong size or out of order.
Recording checked_recording(golden::Json json, const std::filesystem::path& file);

Recording read_recording(const std::filesystem::path& file);

}  // namespace tutti::mamujoco

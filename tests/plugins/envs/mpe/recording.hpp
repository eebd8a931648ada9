// A recorded MPE file whose every key and count was checked, so that its replay need not look again.
#pragma once

#include <filesystem>

#include "environment.hpp"
#include "recordings.hpp"

namespace tutti::mpe {

struct Recording {
  golden::Json json;
  Config config;  // of the environment that was recorded
};

/// Throws Error naming the file and the key when something is missing, of the wrong size, or of another world than
/// ours.
Recording checked_recording(golden::Json json, const std::filesystem::path& file);

Recording read_recording(const std::filesystem::path& file);

}  // namespace tutti::mpe

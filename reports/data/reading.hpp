// Reads whole suites: the planned runs of every folder, each from its own folder.
#pragma once

#include <filesystem>
#include <span>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Every planned run of `folders`, in plan order, read or named as missing. A run that two folders hold is taken from
/// the first where it finished; without one, from the first where it began. Throws Error if a folder has no readable
/// plan.json.
Dataset read_suites(std::span<const std::filesystem::path> folders);

}  // namespace tutti::reports

// Reads one run's folder. Whatever is damaged is named and left out; nothing here throws for what a file holds.
#pragma once

#include <filesystem>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Fills everything but task, algorithm, seed and name of `run` from `folder`, and judges whether it is complete by
/// `protocol`. Damage is named by run.name and the file.
void read_run_folder(const std::filesystem::path& folder, const Protocol& protocol, Run& run,
                     std::vector<Damage>& damage);

/// Evaluations of evaluations.csv or absolute.csv, ascending; one that is not whole is left out.
std::vector<Evaluation> read_evaluations(const std::filesystem::path& file, std::size_t episodes,
                                         const std::string& name, std::vector<Damage>& damage);

}  // namespace tutti::reports

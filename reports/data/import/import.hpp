// Reads results of other harnesses, so that they appear beside ours. Each format has a reader in a file of its own;
// the content of a file decides which one reads it.
//
//   marl_eval.cpp    the JSON format of marl-eval 0.0.4, as marl-eval, BenchMARL and Mava write it
//   tidy_csv.cpp     exp_name,env_name,seed,metric,env_step,value: a row for each value
//   seed_csv.cpp     step,avg_return or step,reward: a file for each seed, below folders named by task and algorithm
//   sacred.cpp       info.json of Sacred, as EPyMARL fills it, with config.json beside it
//   return_json.cpp  {"steps": [...], "returns": [[...]]}
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// Adds the runs of `paths` to `data`: files, and folders whose .json and .csv files are read, compressed ones (.gz)
/// and those of subfolders included. A file counts once, however often and by whatever path it is given. A task is
/// called "<environment>/<task>", or as one of ours that has the same name apart from case; where a format has no
/// environments, the name after the "/" of the only one of ours that has it is enough. An algorithm that several
/// harnesses have gets its harness after it, "ippo (Mava)"; one that only we have too gets " (imported)". Evaluations a
/// few steps beside those of other runs of the task count at the same nominal step. Runs that cannot be understood are
/// named as damage, and so are files of a folder that hold none. Notes name runs whose returns are the same, settings
/// in which runs of one algorithm or task differ, and runs that got another seed than their name says. `unit` is "sum",
/// "mean-over-agents" or empty. Throws Error if a file that is given, or every file of a folder, cannot be read or
/// holds no usable run, with the reason of each, and if a format without a unit is read and `unit` is empty.
void import_results(std::span<const std::filesystem::path> paths, const std::string& unit, Dataset& data);

}  // namespace tutti::reports

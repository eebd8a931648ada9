// What every reader of another format gives.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

struct ImportedRun {
  std::string environment, task;  // "mpe", "coop-nav-n3"
  std::string algorithm;
  std::string writer;                // "Mava", "BenchMARL", "CSV", ...
  std::string name;                  // of the run in its file
  std::optional<std::int64_t> seed;  // nothing: its name says none
  std::vector<Evaluation> evaluations;
  std::optional<Evaluation> absolute;
  std::optional<double> best_single_episode;
  std::map<std::string, std::string> configuration = {};  // what else its file says, but seeds and bookkeeping
  bool guessed = false;  // BenchMARL's only by its absolute entry, the largest episode; it has both of the above
};

struct ImportedFile {
  std::vector<ImportedRun> runs;
  std::vector<std::string> left_out;  // a sentence for each run that cannot be used
  std::vector<std::string> notes;     // what the page has to say about the file
  bool has_unit = false;              // the format says what its returns are
};

/// Readers: each throws Error if the content is not what its format allows.
ImportedFile read_marl_eval(const nlohmann::json& root);
ImportedFile read_return_json(const std::filesystem::path& file, const nlohmann::json& root);
ImportedFile read_sacred(const std::filesystem::path& file, const nlohmann::json& root);
ImportedFile read_tidy_csv(const std::vector<std::vector<std::string>>& rows);
ImportedFile read_seed_csv(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& rows);

bool is_return_json(const nlohmann::json& root);
bool is_sacred(const std::filesystem::path& file, const nlohmann::json& root);
bool is_tidy_csv(const std::vector<std::string>& header);
bool is_seed_csv(const std::vector<std::string>& header);

/// Parses JSON as Python writes it: NaN, Infinity and -Infinity become null. Throws Error, also if an object
/// has a key twice.
nlohmann::json parse_python_json(std::string text);

/// A value of JSON for messages: its first forty characters.
std::string shown(const nlohmann::json& value);

/// A list of episodes, or one number that is already a mean. Throws Error on anything else and on numbers that cannot
/// be averaged.
std::vector<double> episode_returns(const nlohmann::json& value);

/// An evaluation of these episodes; its index is set by order_steps().
Evaluation evaluation_at(double step, std::vector<double> returns);

/// Throws Error if a step is smaller than the one before it, as where the rows of several runs, or those of a run and
/// of what it was resumed with, are one list. The evaluations are in the order of their file.
void refuse_steps_back(const std::vector<Evaluation>& evaluations);

/// Sorts by step and numbers the evaluations. Throws Error if there is none or two have the same step.
void order_steps(std::vector<Evaluation>& evaluations);

/// The seed that a run's name says: all of "3", "3.0" or "s3", what follows "seed" in "ppo_seed=3" or "run" in "run_3".
/// Digits of anything else ("2024-05-12", "ppo_v2") are none.
std::optional<std::int64_t> seed_in(std::string_view name);

/// Splits a label at its first slash: "mpe/coop-nav-n3" is {"mpe", "coop-nav-n3"}; without one both are the label.
std::pair<std::string, std::string> split_task(const std::string& label);

/// Names of the folders that a file lies in, the innermost first; "" where there are no more.
std::string folder_above(const std::filesystem::path& file, std::size_t levels);

}  // namespace tutti::reports

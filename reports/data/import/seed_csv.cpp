// step,avg_return or step,reward: a file for each seed. Its folders say the rest: <task>/<algorithm>/<seed>.csv.
#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/data/csv.hpp"
#include "reports/data/import/imported_run.hpp"
#include "reports/data/names.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using Fields = std::vector<std::string>;

// The surest first: a plain "step" beside another one often counts training iterations.
constexpr std::array kStepColumns = {
    "environment_steps", "env_steps",       "env_step",  "t_env",    "num_env_steps_sampled",
    "total_timesteps",   "timesteps_total", "timesteps", "timestep", "total_steps",
    "global_step",       "steps",           "step"};
constexpr std::array kReturnColumns = {"avg_return", "return",     "mean_return", "episode_return",
                                       "reward",     "avg_reward", "mean_reward", "episode_reward"};
// What a column of one run has one value of.
constexpr std::array kSeedColumns = {"seed", "run", "run_id", "trial"};
constexpr std::array kNameColumns = {"algorithm", "algo",     "alg",         "exp_name", "experiment", "task",
                                     "env",       "env_name", "environment", "map_name", "scenario"};

template <class Names>
std::size_t column_among(const Fields& header, const Names& names) {
  for (const char* name : names) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (lower_case(header[i]) == name) return i;
    }
  }
  return header.size();
}

// The value of the column in every row. Throws Error if it has several: rows of several runs would become one.
std::string only_value(const std::vector<Fields>& rows, std::size_t column) {
  std::set<std::string> values;
  for (std::size_t i = 1; i < rows.size(); ++i) values.insert(rows[i][column]);
  if (values.size() > 1) {
    throw Error("its column \"" + rows[0][column] + "\" has several values (" + *values.begin() + ", " +
                *std::next(values.begin()) + (values.size() > 2 ? ", ...)" : ")") +
                ", but a file holds one run; write a file for each run, or the columns "
                "exp_name,env_name,seed,metric,env_step,value");
  }
  return values.empty() ? "" : *values.begin();
}

// Takes from the columns what they say of the run: its seed, and names, which other runs of its folder have to share.
// Folders name the run, so a name that is none of theirs is noted.
void read_identity(const std::vector<Fields>& rows, ImportedRun& run, std::vector<std::string>& notes) {
  for (std::size_t i = 0; i < rows[0].size(); ++i) {
    const std::string name = lower_case(rows[0][i]);
    const bool is_seed = std::ranges::find(kSeedColumns, name) != kSeedColumns.end();
    if (!is_seed && std::ranges::find(kNameColumns, name) == kNameColumns.end()) continue;
    const std::string value = only_value(rows, i);
    if (is_seed) {
      const auto seed = seed_in(value);
      if (seed && (name == "seed" || !run.seed)) run.seed = seed;
      continue;
    }
    run.configuration[name] = value;
    if (value != run.algorithm && value != run.task && value != run.environment) {
      notes.push_back("the column \"" + rows[0][i] + "\" says \"" + value +
                      "\", but the folders name the run: the task is \"" + run.task + "\", the algorithm \"" +
                      run.algorithm + "\"");
    }
  }
}

// Which columns are read, and which other one could count the steps.
std::string columns_text(const Fields& header, std::size_t step, std::size_t value) {
  std::string others;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const bool counts = std::ranges::find(kStepColumns, lower_case(header[i])) != kStepColumns.end();
    if (counts && i != step) others += (others.empty() ? ", not \"" : " or \"") + header[i] + "\"";
  }
  return "the column \"" + header[step] + "\" is read as environment steps" + others + ", and \"" + header[value] +
         "\" as the return";
}

}  // namespace

bool is_seed_csv(const Fields& header) {
  return column_among(header, kStepColumns) < header.size() && column_among(header, kReturnColumns) < header.size();
}

ImportedFile read_seed_csv(const std::filesystem::path& file, const std::vector<Fields>& rows) {
  ImportedFile result;
  const std::size_t step = column_among(rows[0], kStepColumns), value = column_among(rows[0], kReturnColumns);
  ImportedRun run;
  // Either the file is named after the seed, or its folder is.
  const bool by_folder = !seed_in(file.stem().string()) && seed_in(folder_above(file, 1));
  run.seed = seed_in(by_folder ? folder_above(file, 1) : file.stem().string());
  run.algorithm = folder_above(file, by_folder ? 2 : 1);
  std::tie(run.environment, run.task) = split_task(folder_above(file, by_folder ? 3 : 2));
  run.writer = "CSV";
  run.name = file.stem().string();
  try {
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].size() != rows[0].size()) throw Error("line " + std::to_string(i + 1) + " is not whole");
    }
    read_identity(rows, run, result.notes);
    for (std::size_t i = 1; i < rows.size(); ++i) {
      const double number = to_double(rows[i][step]).value_or(kMissing);
      if (std::isnan(number)) throw Error("line " + std::to_string(i + 1) + ": the step is not a number");
      if (number != std::floor(number))
        throw Error("line " + std::to_string(i + 1) + ": the step is not a whole number");
      run.evaluations.push_back(
          evaluation_at(number, episode_returns(nlohmann::json(to_double(rows[i][value]).value_or(kMissing)))));
    }
    refuse_steps_back(run.evaluations);
    order_steps(run.evaluations);
    result.runs.push_back(std::move(run));
  } catch (const std::exception& error) {
    result.left_out.push_back(std::string(error.what()) + "; the run is left out");
  }
  result.notes.push_back(columns_text(rows[0], step, value));
  return result;
}

}  // namespace tutti::reports

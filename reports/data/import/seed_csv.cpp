// step,avg_return or step,reward: a file for each seed. Its folders say the rest: <task>/<algorithm>/<seed>.csv.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "reports/data/csv.hpp"
#include "reports/data/import/imported_run.hpp"
#include "reports/data/names.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array kStepColumns = {"step", "steps", "env_step", "timestep", "timesteps"};
constexpr std::array kReturnColumns = {"avg_return", "return",     "mean_return", "episode_return",
                                       "reward",     "avg_reward", "mean_reward", "episode_reward"};

template <class Names>
std::size_t column_among(const Fields& header, const Names& names) {
  for (const char* name : names) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (lower_case(header[i]) == name) return i;
    }
  }
  return header.size();
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
      const double number = to_double(rows[i][step]).value_or(kMissing);
      if (std::isnan(number)) throw Error("line " + std::to_string(i + 1) + ": the step is not a number");
      if (number != std::floor(number))
        throw Error("line " + std::to_string(i + 1) + ": the step is not a whole number");
      run.evaluations.push_back(
          evaluation_at(number, episode_returns(nlohmann::json(to_double(rows[i][value]).value_or(kMissing)))));
    }
    order_steps(run.evaluations);
    result.runs.push_back(std::move(run));
  } catch (const std::exception& error) {
    result.left_out.push_back(std::string(error.what()) + "; the run is left out");
  }
  result.notes.push_back("the column \"" + rows[0][value] + "\" is read as the return");
  return result;
}

}  // namespace tutti::reports

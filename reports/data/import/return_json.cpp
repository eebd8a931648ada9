// {"steps": [1000, 2000], "returns": [[1.0, 2.0], [3.0, 4.0]]}: one list for each evaluation, of its episodes; or one
// list for each run, of its evaluations, where the lengths leave no other reading.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/data/import/imported_run.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

using nlohmann::json;

ImportedRun empty_run(const std::filesystem::path& file, std::string name) {
  ImportedRun run;
  // results/<task>/<algorithm>/<run>/return.json, or without a folder for the run.
  const std::string innermost = folder_above(file, 1);
  const auto seed = seed_in(innermost);
  run.algorithm = folder_above(file, seed ? 2 : 1);
  std::tie(run.environment, run.task) = split_task(folder_above(file, seed ? 3 : 2));
  run.writer = "return.json";
  run.seed = seed ? seed : seed_in(file.stem().string());
  run.name = std::move(name);
  return run;
}

double step_of(const json& step) {
  if (!step.is_number()) throw Error("a step is not a number");
  return step.get<double>();
}

}  // namespace

bool is_return_json(const json& root) {
  return root.is_object() && root.contains("steps") && root.contains("returns") && root["steps"].is_array() &&
         root["returns"].is_array();
}

ImportedFile read_return_json(const std::filesystem::path& file, const json& root) {
  const json& steps = root["steps"];
  const json& returns = root["returns"];
  if (steps.empty()) throw Error("\"steps\" is empty");
  const bool fits_runs =
      std::ranges::all_of(returns, [&](const json& list) { return list.is_array() && list.size() == steps.size(); });
  const bool by_run = fits_runs && returns.size() != steps.size();
  if (!by_run && returns.size() != steps.size()) {
    throw Error("\"returns\" has " + std::to_string(returns.size()) + " lists for " + std::to_string(steps.size()) +
                " steps; expected one for each step, or lists that have a return for each step");
  }
  ImportedFile result;
  for (std::size_t n = 0; n < (by_run ? returns.size() : 1); ++n) {
    ImportedRun run = empty_run(file, by_run ? "run " + std::to_string(n) : "the run");
    if (by_run) run.seed = static_cast<std::int64_t>(n);
    try {
      for (std::size_t k = 0; k < steps.size(); ++k)
        run.evaluations.push_back(
            evaluation_at(step_of(steps[k]), episode_returns(by_run ? returns[n][k] : returns[k])));
      refuse_steps_back(run.evaluations);
      order_steps(run.evaluations);
      result.runs.push_back(std::move(run));
    } catch (const std::exception& error) {
      result.left_out.push_back(run.name + ": " + error.what() + "; it is left out");
    }
  }
  const bool one_run = steps.size() == 1 || empty_run(file, "").seed;
  const std::string count = std::to_string(steps.size());
  if (by_run) {
    result.notes.push_back("each list of \"returns\" is read as a run");
  } else if (fits_runs && !one_run) {
    result.notes.push_back(count + " lists of " + count + " returns for " + count +
                           " steps: each list is read as the episodes of one evaluation, so this is one run; if each "
                           "list is a run of its own, write a file for each run");
  } else {
    result.notes.push_back("each list of \"returns\" is read as the episodes of one evaluation");
  }
  return result;
}

}  // namespace tutti::reports

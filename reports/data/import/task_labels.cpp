#include "reports/data/import/task_labels.hpp"

#include <algorithm>
#include <vector>

#include "reports/data/names.hpp"

namespace tutti::reports {
namespace {

std::string label_of_task(const ImportedRun& run) {
  return run.environment == run.task ? run.task : run.environment + "/" + run.task;
}

}  // namespace

TaskLabels::TaskLabels(Dataset& data) : data_(data) {
  for (const Run& run : data.runs) {
    if (!run.imported) own_tasks_.insert(run.task);
  }
}

// Index of the first task that matches; the number of tasks if none does.
template <class Matches>
std::size_t TaskLabels::first_task(const Matches& matches) const {
  std::size_t m = 0;
  while (m < data_.tasks.size() && !matches(m)) ++m;
  return m;
}

bool TaskLabels::is_task_of(std::size_t task, const std::string& file) const {
  return std::ranges::any_of(
      spellings_, [&](const auto& spelling) { return spelling.first.first == file && spelling.second == task; });
}

// A format without environments says "coop-nav-n3": ours is "mpe/coop-nav-n3", if no other ends so.
std::size_t TaskLabels::own_task_of_any_family(const std::string& name, const std::string& file) const {
  std::vector<std::size_t> found;
  for (const std::size_t m : own_tasks_) {
    const std::string& label = data_.tasks[m].label;
    const std::size_t slash = label.find('/');
    if (slash != std::string::npos && lower_case(label.substr(slash + 1)) == lower_case(name)) found.push_back(m);
  }
  return found.size() == 1 && !is_task_of(found[0], file) ? found[0] : data_.tasks.size();
}

std::string TaskLabels::clash(const ImportedRun& run) {
  const std::string label = label_of_task(run);
  const std::pair parts(run.environment, run.task);
  const auto [known, is_new] = parts_.emplace(lower_case(label), parts);
  const auto& [environment, task] = known->second;
  if (is_new || lower_case(environment) == lower_case(run.environment)) return "";
  return run.algorithm + ", " + run.name + ": the environment \"" + run.environment + "\" with the task \"" + run.task +
         "\" has the label " + label + ", as the environment \"" + environment + "\" with the task \"" + task +
         "\" has";
}

std::size_t TaskLabels::task_of(const ImportedRun& run, const std::string& file) {
  const std::string label = label_of_task(run);
  const auto known = spellings_.find({file, label});
  if (known != spellings_.end()) return known->second;
  std::size_t task = first_task([&](std::size_t m) { return data_.tasks[m].label == label; });
  if (task == data_.tasks.size()) {
    task = first_task([&](std::size_t m) {
      const std::string other = lower_case(data_.tasks[m].label);
      const bool same = other == lower_case(label) || (own_tasks_.contains(m) && other == lower_case(run.task));
      return same && !is_task_of(m, file);
    });
  }
  if (task == data_.tasks.size() && run.environment == run.task) task = own_task_of_any_family(run.task, file);
  if (task == data_.tasks.size()) {
    const bool shown = std::ranges::any_of(
        data_.tasks, [&](const TaskInfo& other) { return lower_case(other.shown()) == lower_case(label); });
    task = data_.task_index(label, run.environment == run.task ? "" : run.environment);
    if (shown) data_.tasks[task].title = label + " (imported)";
  }
  spellings_[{file, label}] = task;
  return task;
}

}  // namespace tutti::reports

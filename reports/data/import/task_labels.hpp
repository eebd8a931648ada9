// Which task of the dataset an imported run belongs to.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "reports/data/dataset.hpp"
#include "reports/data/import/imported_run.hpp"

namespace tutti::reports {

/// Ours may be spelt in another case by a file, or have no environment there; within a file each spelling is a task.
class TaskLabels {
 public:
  /// What is in `data` now are our own tasks. It has to outlive this.
  explicit TaskLabels(Dataset& data);

  /// Why the run can belong to no task: "a/b" with task "c" and "a" with task "b/c" would be one. Empty if it can.
  std::string clash(const ImportedRun& run);

  /// Index of the run's task, added to the dataset if it is new. `file` is the file's name among the sources.
  std::size_t task_of(const ImportedRun& run, const std::string& file);

 private:
  template <class Matches>
  std::size_t first_task(const Matches& matches) const;
  bool is_task_of(std::size_t task, const std::string& file) const;
  std::size_t own_task_of_any_family(const std::string& name, const std::string& file) const;

  Dataset& data_;
  std::map<std::pair<std::string, std::string>, std::size_t> spellings_;  // task of a label in a file
  std::map<std::string, std::pair<std::string, std::string>> parts_;      // environment and task, by label
  std::set<std::size_t> own_tasks_;
};

}  // namespace tutti::reports

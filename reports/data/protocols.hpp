// What the tasks of a report were run by: usually one protocol, but a suite may give each task a budget of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "reports/data/dataset.hpp"

namespace tutti::reports {

/// The protocols of the tasks, each once and in their order; `common` where no task has one. Empty where that is
/// unknown, too, as of imported runs.
std::vector<Protocol> distinct_protocols(const std::vector<TaskInfo>& tasks, const Protocol& common);

/// A number of every protocol, such as "50000", or "50000 or 100000" where they differ; the smallest first.
std::string each_number(const std::vector<Protocol>& protocols,
                        const std::function<std::int64_t(const Protocol&)>& number,
                        const std::function<std::string(std::int64_t)>& text = {});

/// Whether budget, interval or episodes are not the same for all tasks.
bool budgets_differ(const std::vector<Protocol>& protocols);

/// What a task's environment steps are divided by on an axis that the `compared` tasks share: 1 where their budgets are
/// the same, so that it counts environment steps, else each task's budget, which of a task that was only imported is
/// the step of most runs' last evaluation. One for every task.
std::vector<double> axis_units(const std::vector<TaskInfo>& tasks, const std::vector<std::size_t>& compared);

/// Whether such an axis is the share of each task's budget.
bool is_share(const std::vector<double>& units);

}  // namespace tutti::reports

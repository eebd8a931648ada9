#include "reports/data/protocols.hpp"

#include <algorithm>
#include <set>

namespace tutti::reports {

std::vector<Protocol> distinct_protocols(const std::vector<TaskInfo>& tasks, const Protocol& common) {
  std::vector<Protocol> result;
  for (const TaskInfo& task : tasks) {
    if (task.protocol.is_known() && std::ranges::find(result, task.protocol) == result.end())
      result.push_back(task.protocol);
  }
  if (result.empty() && common.is_known()) result.push_back(common);
  return result;
}

std::string each_number(const std::vector<Protocol>& protocols,
                        const std::function<std::int64_t(const Protocol&)>& number,
                        const std::function<std::string(std::int64_t)>& text) {
  std::set<std::int64_t> numbers;
  for (const Protocol& protocol : protocols) numbers.insert(number(protocol));
  std::string result;
  for (auto at = numbers.begin(); at != numbers.end(); ++at) {
    if (at != numbers.begin()) result += std::next(at) == numbers.end() ? " or " : ", ";
    result += text ? text(*at) : std::to_string(*at);
  }
  return result;
}

bool budgets_differ(const std::vector<Protocol>& protocols) {
  return std::ranges::any_of(protocols, [&](const Protocol& protocol) {
    const Protocol& first = protocols.front();
    return protocol.environment_steps != first.environment_steps || protocol.interval != first.interval ||
           protocol.episodes != first.episodes;
  });
}

std::vector<double> axis_units(const std::vector<TaskInfo>& tasks, const std::vector<std::size_t>& compared) {
  const auto budget_of = [](const TaskInfo& task) {
    return task.protocol.is_known() ? task.protocol.environment_steps : task.imported_budget;
  };
  std::set<std::int64_t> budgets;
  bool planned = true;
  for (const std::size_t task : compared) {
    budgets.insert(budget_of(tasks[task]));
    planned = planned && tasks[task].protocol.is_known();
  }
  // Imported runs of equal budgets may end a few steps beside each other.
  const double alike = planned ? 1 : 1.05;
  const bool differ =
      !budgets.empty() && static_cast<double>(*budgets.rbegin()) > alike * static_cast<double>(*budgets.begin());
  std::vector<double> units;
  for (const TaskInfo& task : tasks)
    units.push_back(differ && budget_of(task) > 0 ? static_cast<double>(budget_of(task)) : 1);
  return units;
}

bool is_share(const std::vector<double>& units) {
  return std::ranges::any_of(units, [](double unit) { return unit != 1; });
}

}  // namespace tutti::reports

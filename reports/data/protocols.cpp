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
  std::set<std::int64_t> budgets;
  for (const std::size_t task : compared) budgets.insert(tasks[task].protocol.environment_steps);
  std::vector<double> units;
  for (const TaskInfo& task : tasks) {
    const bool share = budgets.size() > 1 && task.protocol.is_known();
    units.push_back(share ? static_cast<double>(task.protocol.environment_steps) : 1);
  }
  return units;
}

bool is_share(const std::vector<double>& units) {
  return std::ranges::any_of(units, [](double unit) { return unit != 1; });
}

}  // namespace tutti::reports

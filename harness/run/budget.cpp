#include "run/budget.hpp"

#include <fmt/format.h>

#include <optional>
#include <variant>

#include "text/quantities.hpp"

namespace tutti::run {
namespace {

using text::grouped;

// A parameter of one of these names means the same in every algorithm: those of UpdateSchedule, and rollout_length, the
// steps of every copy that one update learns from.
template <class Number>
std::optional<Number> number_of(const suite::Run& run, const char* parameter) {
  const auto found = run.algorithm_values.find(parameter);
  if (found == run.algorithm_values.end()) return std::nullopt;
  const auto* value = std::get_if<Number>(&found->second.value);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

std::int64_t sweeps_of(std::int64_t steps, std::int64_t copies) { return (steps + copies - 1) / copies; }

// The first of UpdateSchedule's conditions that is never met; empty if an update follows.
std::string reason_in_schedule(const suite::Run& run, const suite::RunSettings& settings) {
  const std::int64_t copies = settings.copies;
  const std::int64_t warm_up = number_of<std::int64_t>(run, "warm_up_steps").value_or(0);
  const std::int64_t sweeps = sweeps_of(settings.environment_steps, copies) - sweeps_of(warm_up, copies);
  if (sweeps <= 0) return fmt::format("warm_up_steps = {}", grouped(warm_up));
  const std::int64_t interval = number_of<std::int64_t>(run, "update_interval").value_or(1);
  const std::string beside = warm_up > 0 ? fmt::format("warm_up_steps = {}, ", grouped(warm_up)) : "";
  if (sweeps < interval)
    return fmt::format("{}update_interval = {}, copies = {}", beside, grouped(interval), grouped(copies));
  const double rate = number_of<double>(run, "updates_per_step").value_or(1);
  const double steps = static_cast<double>(sweeps / interval * interval) * static_cast<double>(copies);
  return rate * steps < 1 - 1e-9 ? fmt::format("{}updates_per_step = {}", beside, rate) : "";
}

}  // namespace

std::string reason_without_update(const suite::Run& run) {
  const suite::RunSettings settings = run.run_settings();
  if (std::string reason = reason_in_schedule(run, settings); !reason.empty()) return reason;
  const auto rollout = number_of<std::int64_t>(run, "rollout_length");
  if (rollout && *rollout * settings.copies > settings.environment_steps) {
    return fmt::format("rollout_length = {}, copies = {}", grouped(*rollout), grouped(settings.copies));
  }
  return "";
}

std::int64_t unevaluated_steps(const suite::RunSettings& run, const suite::EvaluationSettings& evaluation) {
  return run.environment_steps % evaluation.interval;
}

std::vector<std::string> budget_warnings(const suite::Run& run) {
  std::vector<std::string> warnings;
  const suite::RunSettings settings = run.run_settings();
  if (const std::string reason = reason_without_update(run); !reason.empty()) {
    warnings.push_back(fmt::format("makes no update within its {} environment steps ({}): it never learns",
                                   grouped(settings.environment_steps), reason));
  }
  if (const std::int64_t rest = unevaluated_steps(settings, run.evaluation_settings()); rest > 0)
    warnings.push_back(fmt::format("its last {} environment steps are not evaluated", grouped(rest)));
  return warnings;
}

}  // namespace tutti::run

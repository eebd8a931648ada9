#include "run/budget.hpp"

#include <fmt/format.h>

#include <optional>
#include <variant>

#include "text/quantities.hpp"

namespace tutti::run {
namespace {

using text::grouped;

// A parameter of these names means the same in every algorithm: steps at random before the first update, and steps of
// every copy that one update learns from.
std::optional<std::int64_t> integer_of(const suite::Run& run, const char* parameter) {
  const auto found = run.algorithm_values.find(parameter);
  if (found == run.algorithm_values.end()) return std::nullopt;
  const auto* value = std::get_if<std::int64_t>(&found->second.value);
  return value == nullptr ? std::nullopt : std::optional(*value);
}

}  // namespace

std::string reason_without_update(const suite::Run& run) {
  const suite::RunSettings settings = run.run_settings();
  const auto warm_up = integer_of(run, "warm_up_steps");
  // All copies step before an update: the last ones begin here, and learn only if they do not begin at random.
  const std::int64_t last_start = (settings.environment_steps - 1) / settings.copies * settings.copies;
  if (warm_up && *warm_up > last_start) return fmt::format("warm_up_steps = {}", grouped(*warm_up));
  const auto rollout = integer_of(run, "rollout_length");
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

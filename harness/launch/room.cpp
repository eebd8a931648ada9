#include "launch/room.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "run/training.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

/// Needs of the runs, most first. A plugin that cannot say fails in its own run, not here.
std::pair<std::vector<std::int64_t>, std::vector<std::int64_t>> needs_of(const suite::Plan& plan,
                                                                         const std::deque<std::size_t>& to_do,
                                                                         loader::Registry& registry) {
  std::map<std::pair<std::string, std::string>, Resources> known;  // seeds do not differ in what they need
  std::vector<std::int64_t> disk;
  std::vector<std::int64_t> memory;
  for (const std::size_t index : to_do) {
    const suite::Run& run = plan.runs[index];
    const auto key = std::pair(run.task, run.algorithm);
    if (!known.contains(key)) {
      try {
        known[key] = resources_of(run, registry);
      } catch (const std::exception&) {
        known[key] = {};
      }
    }
    disk.push_back(known[key].disk_bytes);
    memory.push_back(known[key].memory_bytes);
  }
  std::sort(disk.rbegin(), disk.rend());
  std::sort(memory.rbegin(), memory.rend());
  return {disk, memory};
}

/// Of the `count` largest.
std::int64_t sum_of_first(const std::vector<std::int64_t>& values, std::int64_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size() && static_cast<std::int64_t>(i) < count; ++i) sum += values[i];
  return sum;
}

}  // namespace

Resources resources_of(const suite::Run& run, loader::Registry& registry) {
  const ParameterValues task_values = suite::values_of(run.task_values);
  const ParameterValues algorithm_values = suite::values_of(run.algorithm_values);
  const suite::RunSettings settings = run.run_settings();
  const auto environment = registry.create_environment(run.environment, task_values);
  return registry.algorithm(run.algorithm_name)
      .resources({.environment = environment->spec(),
                  .task = run.task_name,
                  .values = algorithm_values,
                  .copies = settings.copies,
                  .environment_steps = settings.environment_steps,
                  .seed = run.seed,
                  .folder = run.folder(),
                  .replayed_steps = run::replayed_steps(settings)});
}

std::string bytes_text(std::int64_t bytes) {
  constexpr double kUnit = 1024;
  auto value = static_cast<double>(bytes);
  const char* const names[] = {"B", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; value >= kUnit && unit + 1 < std::size(names); ++unit) value /= kUnit;
  return fmt::format("{:.{}f} {}", value, unit == 0 || value >= 100 ? 0 : 1, names[unit]);
}

void check_room(const suite::Plan& plan, const std::deque<std::size_t>& to_do, std::int64_t jobs,
                const std::filesystem::path& folder, loader::Registry& registry) {
  const auto [disk, memory] = needs_of(plan, to_do, registry);
  const std::int64_t disk_needed = sum_of_first(disk, jobs);
  const std::int64_t memory_needed = sum_of_first(memory, jobs);
  if (disk_needed == 0 && memory_needed == 0) return;
  fmt::print(stderr, "{} run(s), {} at once: their buffers take up to {} of memory and {} of disk\n", to_do.size(),
             std::min(jobs, static_cast<std::int64_t>(to_do.size())), bytes_text(memory_needed),
             bytes_text(disk_needed));

  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(folder, error);
  if (!error && static_cast<std::uint64_t>(disk_needed) > space.available) {
    throw Error(fmt::format(
        "{}: {} free, but {} runs at once need up to {}; fewer --jobs or a smaller replay buffer would fit",
        folder.string(), bytes_text(static_cast<std::int64_t>(space.available)), jobs, bytes_text(disk_needed)));
  }
  const std::int64_t installed = std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE);
  if (memory_needed > installed) {
    fmt::print(stderr, "warning: this machine has {} of memory\n", bytes_text(installed));
  }
}

}  // namespace tutti::launch

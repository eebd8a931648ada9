#include "launch/resource_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "launch/say.hpp"
#include "loader/child.hpp"
#include "loader/trial.hpp"
#include "run/machine.hpp"
#include "run/training.hpp"
#include "suite/device.hpp"
#include "text/quantities.hpp"
#include "tutti/error.hpp"

namespace tutti::launch {
namespace {

/// Bytes of each run, most first.
struct Needs {
  std::vector<std::int64_t> memory;
  std::vector<std::int64_t> disk;
  std::vector<std::int64_t> more_disk;  // than it occupies already
  std::vector<std::int64_t> device;     // of GPUs
};

/// What the buffers of an earlier start of the run occupy.
std::int64_t occupied_bytes(const std::filesystem::path& run_folder) {
  std::int64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(run_folder / "checkpoint" / "work", ignored)) {
    const std::uintmax_t size = entry.file_size(ignored);
    if (!ignored) bytes += static_cast<std::int64_t>(size);
  }
  return bytes;
}

/// What a run needs, asked in a process of its own: a plugin that cannot say it fails in its own run, not here.
Resources resources_in_child(const suite::Run& run, loader::Registry& registry) {
  (void)registry.algorithm(run.algorithm_name);  // opened once, not in every child
  const loader::ChildReport child = loader::call_in_child(
      [&](int pipe) {
        const auto environment = registry.create_environment(run.environment, suite::values_of(run.task_values));
        const Resources needed = resources_of(run, environment->spec(), registry);
        loader::write_line(pipe, fmt::format("{} {} {}", needed.memory_bytes, needed.disk_bytes, needed.device_bytes));
      },
      loader::kTrialTime);
  std::istringstream numbers(child.text);
  Resources needed;
  numbers >> needed.memory_bytes >> needed.disk_bytes >> needed.device_bytes;
  return child.done && numbers ? needed : Resources{};
}

Needs needs_of(const suite::Plan& plan, const std::deque<std::size_t>& to_do, const std::filesystem::path& suite_folder,
               loader::Registry& registry) {
  std::map<std::pair<std::string, std::string>, Resources> known;  // seeds do not differ in what they need
  Needs needs;
  for (const std::size_t index : to_do) {
    const suite::Run& run = plan.runs[index];
    const auto key = std::pair(run.task, run.algorithm);
    if (!known.contains(key)) known[key] = resources_in_child(run, registry);
    const std::int64_t disk = known[key].disk_bytes;
    needs.memory.push_back(known[key].memory_bytes);
    needs.disk.push_back(disk);
    if (known[key].device_bytes > 0) needs.device.push_back(known[key].device_bytes);
    needs.more_disk.push_back(std::max<std::int64_t>(disk - occupied_bytes(suite_folder / run.folder()), 0));
  }
  for (auto* bytes : {&needs.memory, &needs.disk, &needs.more_disk, &needs.device})
    std::sort(bytes->rbegin(), bytes->rend());
  return needs;
}

template <class Bytes>
std::string bytes_of(Bytes bytes) {
  return text::bytes_text(static_cast<double>(bytes));
}

/// Of the `count` largest.
std::int64_t sum_of_first(const std::vector<std::int64_t>& values, std::int64_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < values.size() && static_cast<std::int64_t>(i) < count; ++i) sum += values[i];
  return sum;
}

}  // namespace

Resources resources_of(const suite::Run& run, const EnvironmentSpec& spec, loader::Registry& registry) {
  const ParameterValues algorithm_values = suite::values_of(run.algorithm_values);
  const suite::RunSettings settings = run.run_settings();
  const Resources needed = registry.algorithm(run.algorithm_name)
                               .resources({.environment = spec,
                                           .task = run.task_name,
                                           .values = algorithm_values,
                                           .copies = settings.copies,
                                           .environment_steps = settings.environment_steps,
                                           .seed = run.seed,
                                           .folder = run.folder(),
                                           .replayed_steps = run::replayed_steps(settings),
                                           .device = suite::device_of_process(settings.device)});
  // In a sum it would hide what others need.
  for (const std::int64_t bytes : {needed.memory_bytes, needed.disk_bytes, needed.device_bytes}) {
    if (bytes < 0) throw Error(fmt::format("{} says that it needs {} bytes", run.algorithm_name, bytes));
  }
  return needed;
}

void check_resources(const suite::Plan& plan, const std::deque<std::size_t>& to_do, std::int64_t jobs,
                     const std::filesystem::path& folder, loader::Registry& registry) {
  const Needs needs = needs_of(plan, to_do, folder, registry);
  const std::int64_t at_once = std::min(jobs, static_cast<std::int64_t>(to_do.size()));
  const std::int64_t disk = sum_of_first(needs.disk, at_once);
  const std::int64_t more_disk = sum_of_first(needs.more_disk, at_once);
  const std::int64_t memory = sum_of_first(needs.memory, at_once);
  if (!needs.device.empty()) {
    say(stderr, fmt::format("on GPUs, networks and optimizers take up to {} of {} run(s) at once, beside what CUDA "
                            "itself takes for each\n",
                            bytes_of(sum_of_first(needs.device, at_once)),
                            std::min(at_once, static_cast<std::int64_t>(needs.device.size()))));
  }
  if (disk == 0 && memory == 0) return;
  say(stderr, fmt::format("{} run(s), {} at once: their buffers take up to {} of memory and {} of disk\n", to_do.size(),
                          at_once, bytes_of(memory), bytes_of(disk)));

  std::error_code error;
  std::filesystem::path present = folder;  // a dry run makes no folder
  while (!present.empty() && present != present.parent_path() && !std::filesystem::exists(present, error))
    present = present.parent_path();
  const std::filesystem::space_info space = std::filesystem::space(present, error);
  if (!error && static_cast<std::uint64_t>(more_disk) > space.available) {
    throw Error(fmt::format(
        "{}: {} free, but {} run(s) at once need up to {} more; fewer --jobs or a smaller replay buffer would fit",
        folder.string(), bytes_of(space.available), at_once, bytes_of(more_disk)));
  }
  const std::int64_t installed = run::installed_memory_bytes();
  if (memory > installed) say(stderr, fmt::format("warning: this machine has {} of memory\n", bytes_of(installed)));
}

}  // namespace tutti::launch

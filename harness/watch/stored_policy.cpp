#include "watch/stored_policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "digest/digest.hpp"
#include "results/run_record.hpp"
#include "run/checkpoint.hpp"
#include "run/protocol.hpp"
#include "run/provenance.hpp"
#include "tutti/random.hpp"

namespace tutti::watch {
namespace {

namespace fs = std::filesystem;

const char* file_of(Which which) { return which == Which::kBest ? run::kBestPolicyFile : run::kLastPolicyFile; }

run::BestPolicy read_policy(const fs::path& folder, Which which) {
  const fs::path file = folder / file_of(which);
  if (!fs::exists(file)) {
    if (which == Which::kLast) {
      throw Error(fmt::format("{}: no policy of its last checkpoint is kept (no {}); --policy best shows the best one",
                              folder.string(), run::kLastPolicyFile));
    }
    throw Error(
        fmt::format("{}: no policy is kept (no {}): it has not been evaluated yet, or its checkpoints were removed",
                    folder.string(), run::kBestPolicyFile));
  }
  const std::vector<std::byte> bytes = run::read_sealed(file);
  SnapshotReader reader(bytes);
  run::BestPolicy policy;
  policy.load(reader);
  reader.finish();
  return policy;
}

/// Throws Error if the run's record has the digest of another policy. It has none while the run is executed, and
/// earlier versions recorded none.
void check_policy(const fs::path& folder, Which which) {
  const auto record = results::read_run_record(folder);
  if (!record) return;
  const auto recorded = record->table_digests.find(file_of(which));
  if (recorded == record->table_digests.end()) return;
  if (sha256_of_file(folder / file_of(which)) == recorded->second) return;
  throw Error((folder / file_of(which)).string() +
              ": is not the policy that run.json has the digest of; put back the run's own");
}

std::vector<std::string> differences_since(const fs::path& folder, const suite::Run& run, loader::Registry& registry) {
  const auto record = results::read_run_record(folder);
  if (!record) return {"run.json is missing: not recorded which builds of the plugins made the run"};
  std::vector<std::string> differences =
      run::differences(run::provenance_of(run, registry), {record->plugins, record->libraries}, true);
  const bool has_ended = record->status == results::RunState::kFinished;
  if (has_ended && sha256_of_file(folder / "config.toml") != record->config_digest) {
    differences.emplace_back("config.toml is not the one that run.json has the digest of");
  }
  return differences;
}

bool is_run(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.toml", ignored);
}

// An algorithm may have the label "report".
std::vector<fs::path> runs_below(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error, ignored;
  for (fs::recursive_directory_iterator entry(folder, error), end; entry != end; entry.increment(error)) {
    if (entry->is_symlink(ignored)) continue;
    if (is_run(entry->path())) {
      found.push_back(entry->path());
      entry.disable_recursion_pending();
    } else if (entry.depth() == 0 && entry->path().filename() == "report") {
      entry.disable_recursion_pending();
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

StoredPolicy::StoredPolicy(const fs::path& run_folder, Which which, loader::Registry& registry)
    : run_(suite::read_config(run_folder / "config.toml")), algorithm_values_(suite::values_of(run_.algorithm_values)) {
  const run::BestPolicy policy = read_policy(run_folder, which);
  check_policy(run_folder, which);
  step_ = policy.point.step;
  differences_ = differences_since(run_folder, run_, registry);
  const suite::RunSettings settings = run_.run_settings();
  try {
    environment_ = registry.create_environment(run_.environment, suite::values_of(run_.task_values));
    algorithm_ = registry.create_algorithm(run_.algorithm_name, {.environment = environment_->spec(),
                                                                 .task = run_.task_name,
                                                                 .values = algorithm_values_,
                                                                 .copies = settings.copies,
                                                                 .environment_steps = settings.environment_steps,
                                                                 .seed = derive_seed(run_.seed, run::kAlgorithmStream),
                                                                 .folder = {},
                                                                 .replayed_steps = 0});
    SnapshotReader reader(policy.policy);
    algorithm_->load_policy(reader);
    reader.finish();
  } catch (const std::exception& error) {
    const std::string problem =
        fmt::format("{}: this build cannot show its policy: {}", run_folder.string(), error.what());
    if (differences_.empty()) throw Error(problem);
    throw Error(fmt::format("{}; it was made with something else: {}", problem, fmt::join(differences_, "; ")));
  }
}

fs::path find_run(const fs::path& folder, const std::string& task, const std::string& algorithm,
                  const std::string& seed) {
  if (is_run(folder) && task.empty() && algorithm.empty() && seed.empty()) return folder;
  const std::vector<fs::path> all = is_run(folder) ? std::vector<fs::path>{folder} : runs_below(folder);
  if (all.empty()) throw Error(folder.string() + ": there is no run here (no config.toml below it)");
  std::vector<fs::path> matching;
  for (const fs::path& run_folder : all) {
    const suite::Run run = suite::read_config(run_folder / "config.toml");
    if ((task.empty() || run.task == task) && (algorithm.empty() || run.algorithm == algorithm) &&
        (seed.empty() || std::to_string(run.seed) == seed)) {
      matching.push_back(run_folder);
    }
  }
  if (matching.size() == 1) return matching.front();
  const std::vector<fs::path>& shown = matching.empty() ? all : matching;
  std::string names;
  for (const fs::path& one : shown) names += "\n  " + one.string();
  throw Error(fmt::format("{}: {} of its runs match; --task, --algorithm and --seed choose one of:{}", folder.string(),
                          matching.empty() ? "none" : std::to_string(matching.size()), names));
}

}  // namespace tutti::watch

#include "run/journal.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

#include "digest/digest.hpp"
#include "loader/checks.hpp"
#include "results/files.hpp"
#include "results/host.hpp"
#include "run/blas.hpp"
#include "run/build_info.hpp"
#include "run/guard.hpp"
#include "run/machine.hpp"
#include "run/protocol.hpp"
#include "run/subnormal_numbers.hpp"
#include "suite/device.hpp"
#include "tutti/random.hpp"

namespace tutti::run {
namespace {

constexpr std::size_t kLogLines = 20;
constexpr std::size_t kTraceLines = 80;  // all frames of a stack trace, and what comes before them
constexpr std::uintmax_t kTailBytes = 256 << 10;
constexpr std::size_t kMostLineBytes = 2000;
// A record and the last lines of the log.
constexpr std::uint64_t kReserveBytes = 64 << 10;

std::filesystem::path reserve_file(const std::filesystem::path& folder) { return folder / "reserve"; }

std::string digest_if_any(const std::filesystem::path& file) {
  return std::filesystem::exists(file) ? sha256_of_file(file) : "";
}

std::string new_run_id(const suite::Run& run) {
  const auto now = std::chrono::system_clock::now().time_since_epoch().count();
  return sha256(fmt::format("{} {} {} {}", run.folder().string(), results::host_name(), ::getpid(), now)).substr(0, 16);
}

std::map<std::string, std::uint64_t> stream_seeds(std::uint64_t seed) {
  std::map<std::string, std::uint64_t> seeds;
  for (const char* name : kStreams) seeds[name] = derive_seed(seed, name);
  return seeds;
}

results::Facts task_facts(const EnvironmentSpec& spec) {
  results::Facts facts(spec.facts.begin(), spec.facts.end());
  facts["agents"] = std::to_string(spec.agents.size());
  facts["observation_sizes"] = joined_sizes(spec, &AgentSpec::observation_size);
  facts["action_sizes"] = joined_sizes(spec, &AgentSpec::action_size);
  facts["state_size"] = std::to_string(spec.state_size);
  facts["episode_limit"] = std::to_string(spec.episode_limit);
  facts["reward_terms"] = fmt::format("{}", fmt::join(spec.reward_terms, ", "));
  return facts;
}

/// Takes over the record of an earlier attempt. Assumes that the checkpoint was written by the same plugins at the same
/// step until it has read it.
void carry_over(const std::filesystem::path& folder, results::RunRecord& record) {
  try {
    if (const auto earlier = results::read_run_record(folder)) {
      record.run_id = earlier->run_id;
      record.segments = earlier->segments;
      record.plugins = earlier->plugins;
      record.libraries = earlier->libraries;
      record.task_facts = earlier->task_facts;
      record.machine = earlier->machine;
      record.numerics = earlier->numerics;
      record.progress = earlier->progress;
      record.time = earlier->time;
    }
  } catch (const Error&) {
    // A damaged record says nothing; the run starts a new one.
  }
}

}  // namespace

std::filesystem::path suite_folder(const std::filesystem::path& run_folder, const std::filesystem::path& relative) {
  std::filesystem::path folder = std::filesystem::absolute(run_folder).lexically_normal();
  if (!folder.has_filename()) folder = folder.parent_path();
  for (auto part = relative.begin(); part != relative.end(); ++part) folder = folder.parent_path();
  return folder;
}

results::Protocol protocol_of(const suite::Run& run) {
  const suite::RunSettings settings = run.run_settings();
  const suite::EvaluationSettings evaluation = run.evaluation_settings();
  return {.environment_steps = settings.environment_steps,
          .interval = evaluation.interval,
          .episodes = evaluation.episodes,
          .mode = evaluation.mode,
          .seeds = evaluation.seeds,
          .absolute = evaluation.absolute,
          .copies = settings.copies};
}

std::string joined_sizes(const EnvironmentSpec& spec, std::int64_t AgentSpec::*size) {
  std::vector<std::int64_t> sizes;
  for (const AgentSpec& agent : spec.agents) sizes.push_back(agent.*size);
  if (std::equal(sizes.begin() + 1, sizes.end(), sizes.begin())) return std::to_string(sizes.front());
  return fmt::format("{}", fmt::join(sizes, ", "));
}

std::uintmax_t log_size(const std::filesystem::path& folder) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(folder / "log.txt", error);
  return error ? 0 : size;
}

namespace {

/// The end of what was written to the log after `start`: no more than a record needs, however long the log is.
std::string end_of_log(const std::filesystem::path& file, std::uintmax_t start) {
  const std::uintmax_t size = std::filesystem::file_size(file);
  if (start > size) start = 0;  // the log was cut since
  const std::uintmax_t from = std::max(start, size - std::min(size, kTailBytes));
  std::ifstream stream(file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(from));
  std::string text(static_cast<std::size_t>(size - from), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return text;
}

}  // namespace

std::vector<std::string> last_log_lines(const std::filesystem::path& folder, std::uintmax_t start) {
  std::vector<std::string> lines;
  try {
    std::istringstream log(end_of_log(folder / "log.txt", start));
    for (std::string line; std::getline(log, line);) lines.push_back(line.substr(0, kMostLineBytes));
  } catch (const std::exception&) {
    return {};
  }
  const auto is_fatal = [](const std::string& line) { return line.starts_with(kFatalSignalLine); };
  if (const auto fatal = std::find_if(lines.begin(), lines.end(), is_fatal); fatal != lines.end()) {
    lines.erase(lines.begin(), fatal);
    lines.resize(std::min(lines.size(), kTraceLines));
  } else if (lines.size() > kLogLines) {
    lines.erase(lines.begin(), lines.end() - kLogLines);
  }
  return lines;
}

Journal::Journal(const suite::Run& run, std::filesystem::path folder, std::int64_t jobs)
    : run_(run), folder_(std::move(folder)), jobs_(jobs) {
  record_.suite = run_.suite;
  record_.suite_digest = digest_if_any(suite_folder(folder_, run_.folder()) / "suite.toml");
  record_.run_id = new_run_id(run_);
  record_.task = run_.task;
  record_.environment = run_.environment;
  record_.algorithm = run_.algorithm;
  record_.algorithm_name = run_.algorithm_name;
  record_.seed = run_.seed;
  record_.protocol = protocol_of(run_);
  record_.config_digest = digest_if_any(folder_ / "config.toml");
  record_.code = build_info();
  record_.machine = this_machine(jobs);
  record_.numerics = numerics_in_use();
  record_.device = suite::device_of_process(run_.run_settings().device);
  record_.generator = "xoshiro256++";
  record_.streams = stream_seeds(run_.seed);
  carry_over(folder_, record_);
  results::Segment segment;
  segment.start = utc_now();
  segment.host = results::host_name();
  segment.process = ::getpid();
  record_.segments.push_back(segment);
  results::write_run_record(folder_, record_);
}

std::vector<std::string> Journal::changed_arithmetic() const {
  return run::changed_arithmetic(record_.machine, record_.numerics);
}

std::vector<std::string> Journal::changed_facts(const EnvironmentSpec& spec) const {
  const results::Facts now = task_facts(spec);
  std::set<std::string> names;
  for (const auto& [name, value] : now) names.insert(name);
  for (const auto& [name, value] : record_.task_facts) {
    if (!name.starts_with(loader::kLibraryFact))
      names.insert(name);  // libraries are compared with the others of the run
  }
  const auto text = [](const results::Facts& facts, const std::string& name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::string("absent") : found->second;
  };
  std::vector<std::string> changes;
  for (const std::string& name : names) {
    const std::string value = text(now, name);
    const std::string before = text(record_.task_facts, name);
    if (value != before) changes.push_back(fmt::format("fact {}: {}, was {}", name, value, before));
  }
  return changes;
}

void Journal::keep_reserve() { results::make_reserve(reserve_file(folder_), kReserveBytes); }

void Journal::release_reserve() {
  std::error_code ignored;
  std::filesystem::remove(reserve_file(folder_), ignored);
}

void Journal::describe(loader::Registry& registry, const Training& training) {
  record_.plugins = plugins_of(run_, registry);
  record_.libraries = libraries_of(run_, registry);
  record_.machine = this_machine(jobs_);
  record_.numerics = numerics_in_use();
  if (const std::optional<Blas> blas = blas_in_use()) record_.numerics["BLAS"] = blas->name;
  // What computes the products of our algorithms, with the instructions that it uses.
  for (const char* name : {"oneDNN", "BLAS of LibTorch"}) {
    if (const auto found = record_.libraries.find(name); found != record_.libraries.end()) {
      record_.numerics[name] = found->second;
    }
  }
  record_.task_facts = task_facts(training.environment_spec());
  std::vector<LibraryVersion> libraries;
  registry.environment(run_.environment).libraries(libraries);
  for (const LibraryVersion& library : libraries)
    record_.task_facts[std::string(loader::kLibraryFact) + library.name] = library.version;
  record_.segments.back().from_step = training.first_step();
  take_figures(training);
  results::write_run_record(folder_, record_);
}

void Journal::take_figures(const Training& training) {
  record_.progress = training.progress();
  record_.time = training.time();
  // Plugins might have changed it since the start.
  record_.numerics["subnormal_numbers"] = subnormal_numbers();
  record_.numerics["threads"] = std::to_string(thread_count());
}

// Those of the policies too: no report reads them, but whoever plays one wants to know that it is the run's.
void Journal::take_digests(const Training& training) {
  record_.table_digests = training.table_digests();
  for (const char* policy : {kBestPolicyFile, kLastPolicyFile}) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(folder_ / policy, ignored)) continue;
    record_.table_digests[policy] = sha256_of_file(folder_ / policy);
  }
}

void Journal::refresh(const Training& training) {
  take_figures(training);
  results::write_file(folder_ / "run.json", results::to_json(record_), results::Durability::kProcess);
}

void Journal::finish(const Training& training) {
  take_figures(training);
  take_digests(training);
  record_.evaluations_digest = record_.table_digests.at("evaluations.csv");
  end(results::RunState::kFinished);
}

void Journal::interrupt(const Training& training) {
  take_figures(training);
  take_digests(training);
  end(results::RunState::kInterrupted);
}

void Journal::fail(const results::Failure& failure, const Training* training) {
  if (training != nullptr) {
    take_figures(*training);
    take_digests(*training);
  }
  record_.failure = failure;
  end(results::RunState::kFailed);
}

void Journal::end(results::RunState status) {
  release_reserve();
  record_.status = status;
  record_.segments.back().stop = utc_now();
  record_.segments.back().reason = results::to_text(status);
  results::write_run_record(folder_, record_);
}

void record_end(const suite::Run& run, const std::filesystem::path& folder, std::int64_t jobs,
                const std::optional<results::Failure>& failure, const Progress& reported) {
  std::error_code ignored;
  std::filesystem::remove(reserve_file(folder), ignored);
  std::optional<results::RunRecord> record;
  try {
    record = results::read_run_record(folder);
  } catch (const Error&) {
    record.reset();  // damaged: replaced below
  }
  if (!record) {
    if (failure) Journal(run, folder, jobs).fail(*failure, nullptr);
    return;
  }
  record->status = failure ? results::RunState::kFailed : results::RunState::kInterrupted;
  record->failure = failure;
  record->progress.environment_steps = std::max(record->progress.environment_steps, reported.step);
  if (reported.last_evaluation) record->progress.last_evaluation = reported.last_evaluation;
  if (!record->segments.empty() && record->segments.back().stop.empty()) {
    record->segments.back().stop = utc_now();
    record->segments.back().reason = results::to_text(record->status);
  }
  results::write_run_record(folder, *record);
}

}  // namespace tutti::run

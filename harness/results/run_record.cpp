#include "results/run_record.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "results/files.hpp"
#include "results/json.hpp"

namespace tutti::results {

// Member by member, in both directions: the names in the file are the members' names.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MachineRecord, processor, instruction_set, cores, memory_bytes, kernel, distribution,
                                   container, host, jobs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Segment, start, stop, from_step, reason, host, process)
// With defaults: earlier records do not have every member.
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CodeRecord, version, revision, modified, changes, build_type, compiler,
                                                flags)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(PluginRecord, kind, name, version, build_tag, sha256, file, compiler,
                                                build_type, flags, revision)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TimeRecord, environment_seconds, act_seconds, update_seconds,
                                                evaluate_seconds, checkpoint_seconds, train_seconds, train_cpu_seconds,
                                                wall_seconds, cpu_seconds, steps_per_second, peak_memory_bytes,
                                                startup_seconds)

namespace {

using nlohmann::json;

constexpr int kSchema = 1;
constexpr std::array kStatuses = {RunState::kRunning, RunState::kFinished, RunState::kFailed, RunState::kInterrupted};

RunState status_from_text(const std::string& text) {
  for (const RunState status : kStatuses) {
    if (to_text(status) == text) return status;
  }
  throw Error("unknown status \"" + text + '"');
}

json progress_to_json(const ProgressRecord& progress) {
  json object = {{"environment_steps", progress.environment_steps},
                 {"updates", progress.updates},
                 {"episodes", progress.episodes},
                 {"evaluations", progress.evaluations}};
  if (progress.last_evaluation) object["last_evaluation"] = *progress.last_evaluation;
  return object;
}

ProgressRecord progress_from_json(const json& object) {
  ProgressRecord progress;
  object.at("environment_steps").get_to(progress.environment_steps);
  object.at("updates").get_to(progress.updates);
  object.at("episodes").get_to(progress.episodes);
  object.at("evaluations").get_to(progress.evaluations);
  if (object.contains("last_evaluation")) progress.last_evaluation = object.at("last_evaluation").get<double>();
  return progress;
}

RunRecord from_object(const json& object) {
  if (object.at("schema").get<int>() != kSchema) throw Error("written by another version of tutti");
  RunRecord record;
  object.at("suite").get_to(record.suite);
  object.at("suite_digest").get_to(record.suite_digest);
  object.at("run_id").get_to(record.run_id);
  object.at("task").get_to(record.task);
  object.at("environment").get_to(record.environment);
  object.at("algorithm").get_to(record.algorithm);
  object.at("algorithm_name").get_to(record.algorithm_name);
  object.at("seed").get_to(record.seed);
  record.status = status_from_text(object.at("status").get<std::string>());
  if (object.contains("failure")) record.failure = object.at("failure").get<Failure>();
  record.protocol = protocol_from_json(object.at("protocol"));
  object.at("config_digest").get_to(record.config_digest);
  record.evaluations_digest = object.value("evaluations_digest", "");
  record.table_digests = object.value("table_digests", Facts{});  // earlier records have none
  object.at("code").get_to(record.code);
  object.at("plugins").get_to(record.plugins);
  object.at("libraries").get_to(record.libraries);
  record.device = object.value("device", "cpu");  // earlier records have none
  object.at("task_facts").get_to(record.task_facts);
  object.at("machine").get_to(record.machine);
  object.at("numerics").get_to(record.numerics);
  object.at("randomness").at("generator").get_to(record.generator);
  object.at("randomness").at("streams").get_to(record.streams);
  object.at("segments").get_to(record.segments);
  object.at("time").get_to(record.time);
  record.progress = progress_from_json(object.at("progress"));
  return record;
}

}  // namespace

std::string_view to_text(RunState state) {
  switch (state) {
    case RunState::kWaiting:
      return "waiting";
    case RunState::kRunning:
      return "running";
    case RunState::kInterrupted:
      return "interrupted";
    case RunState::kFailed:
      return "failed";
    case RunState::kFinished:
      return "finished";
    case RunState::kDamaged:
      return "damaged";
  }
  return "unknown";
}

std::string to_json(const RunRecord& record) {
  nlohmann::ordered_json object = {{"schema", kSchema},
                                   {"suite", record.suite},
                                   {"suite_digest", record.suite_digest},
                                   {"run_id", record.run_id},
                                   {"task", record.task},
                                   {"environment", record.environment},
                                   {"algorithm", record.algorithm},
                                   {"algorithm_name", record.algorithm_name},
                                   {"seed", record.seed},
                                   {"status", to_text(record.status)}};
  if (record.failure) object["failure"] = json(*record.failure);
  object["protocol"] = protocol_to_json(record.protocol);
  object["config_digest"] = record.config_digest;
  if (!record.evaluations_digest.empty()) object["evaluations_digest"] = record.evaluations_digest;
  if (!record.table_digests.empty()) object["table_digests"] = record.table_digests;
  object["code"] = json(record.code);
  object["plugins"] = json(record.plugins);
  object["libraries"] = record.libraries;
  object["device"] = record.device;
  object["task_facts"] = record.task_facts;
  object["machine"] = json(record.machine);
  object["numerics"] = record.numerics;
  object["randomness"] = {{"generator", record.generator}, {"streams", record.streams}};
  object["segments"] = json(record.segments);
  object["time"] = json(record.time);
  object["progress"] = progress_to_json(record.progress);
  // Log lines may hold any bytes; what is not UTF-8 is replaced.
  return object.dump(2, ' ', false, json::error_handler_t::replace) + '\n';
}

RunRecord run_record_from_json(std::string_view text) {
  try {
    return from_object(json::parse(text));
  } catch (const json::exception& error) {
    throw Error(reason(error, text));
  }
}

void write_run_record(const std::filesystem::path& folder, const RunRecord& record) {
  write_file(folder / "run.json", to_json(record), Durability::kPower);
}

std::optional<RunRecord> read_run_record(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.json";
  const std::optional<std::string> text = read_file_if_any(file, kMostRecordBytes);
  if (!text) return std::nullopt;
  try {
    return run_record_from_json(*text);
  } catch (const Error& error) {
    throw Error(file.string() + ": " + error.what());
  }
}

}  // namespace tutti::results

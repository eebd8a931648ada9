#include "results/plan_record.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "results/files.hpp"
#include "results/json.hpp"

namespace tutti::results {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlannedBounds, low, high)

namespace {

using nlohmann::json;

constexpr int kPlanSchema = 1;

json task_to_json(const PlannedTask& task) {
  json object = {{"label", task.label}, {"family", task.family}};
  if (!task.title.empty()) object["title"] = task.title;
  if (task.protocol) object["protocol"] = protocol_to_json(*task.protocol);
  if (!task.reference) return object;
  object["reference"] = {{"low", task.reference->low},
                         {"low_source", task.reference->low_source},
                         {"high", task.reference->high},
                         {"high_source", task.reference->high_source}};
  return object;
}

PlannedTask task_from_json(const json& object) {
  PlannedTask task{.label = object.at("label").get<std::string>(),
                   .family = object.at("family").get<std::string>(),
                   .title = object.value("title", "")};
  if (const auto protocol = object.find("protocol"); protocol != object.end())
    task.protocol = protocol_from_json(*protocol);
  const auto reference = object.find("reference");  // tasks without a range have none, and so have earlier plans
  if (reference == object.end()) return task;
  task.reference = ReferenceRange{.low = reference->at("low").get<double>(),
                                  .low_source = reference->at("low_source").get<std::string>(),
                                  .high = reference->at("high").get<double>(),
                                  .high_source = reference->at("high_source").get<std::string>()};
  if (!(task.reference->low < task.reference->high)) throw Error("the reference range of " + task.label + " is empty");
  return task;
}

json algorithms_to_json(const std::vector<PlannedAlgorithm>& algorithms) {
  json list = json::array();
  for (const PlannedAlgorithm& algorithm : algorithms) {
    list.push_back({{"label", algorithm.label}, {"name", algorithm.name}, {"proposed", algorithm.proposed}});
    if (!algorithm.title.empty()) list.back()["title"] = algorithm.title;
  }
  return list;
}

PlannedAlgorithm algorithm_from_json(const json& object) {
  return {.label = object.at("label").get<std::string>(),
          .name = object.at("name").get<std::string>(),
          .proposed = object.at("proposed").get<bool>(),
          .title = object.value("title", "")};
}

json runs_to_json(const std::vector<PlannedRun>& runs) {
  json list = json::array();
  for (const PlannedRun& run : runs) {
    list.push_back({{"task", run.task}, {"algorithm", run.algorithm}, {"seed", run.seed}, {"folder", run.folder}});
    if (!run.kept.empty()) list.back()["kept"] = run.kept;
  }
  return list;
}

PlannedRun run_from_json(const json& object) {
  return {.task = object.at("task").get<std::string>(),
          .algorithm = object.at("algorithm").get<std::string>(),
          .seed = object.at("seed").get<std::uint64_t>(),
          .folder = object.at("folder").get<std::string>(),
          .kept = object.value("kept", std::vector<std::string>{})};
}

json tasks_to_json(const std::vector<PlannedTask>& tasks) {
  json list = json::array();
  for (const PlannedTask& task : tasks) list.push_back(task_to_json(task));
  return list;
}

// Options, and beside them what belongs to tasks.
json report_to_json(const PlanRecord& plan) {
  json object = json::object();
  if (!plan.bounds.empty()) object["bounds"] = plan.bounds;
  if (!plan.thresholds.empty()) object["thresholds"] = plan.thresholds;
  for (const auto& [name, value] : plan.report_options) {
    std::visit([&, &key = name](const auto& option) { object[key] = option; }, value);
  }
  return object;
}

ReportOption option_from_json(const std::string& name, const json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) return value.get<std::string>();
  throw Error("report option \"" + name + "\" is neither text, number, true nor false");
}

void read_report(const json& object, PlanRecord& plan) {
  for (const auto& [name, value] : object.items()) {
    if (name == "bounds") {
      value.get_to(plan.bounds);
    } else if (name == "thresholds") {
      value.get_to(plan.thresholds);
    } else {
      plan.report_options.emplace(name, option_from_json(name, value));
    }
  }
}

PlanRecord plan_from_object(const json& object) {
  if (object.at("schema").get<int>() != kPlanSchema) throw Error("written by another version of tutti");
  PlanRecord plan;
  object.at("suite").get_to(plan.suite);
  plan.file = object.value("file", "");
  plan.command = object.value("command", std::vector<std::string>{});  // earlier plans have none
  object.at("digest").get_to(plan.digest);
  plan.protocol = protocol_from_json(object.at("protocol"));
  for (const json& task : object.at("tasks")) plan.tasks.push_back(task_from_json(task));
  for (const json& algorithm : object.at("algorithms")) plan.algorithms.push_back(algorithm_from_json(algorithm));
  object.at("seeds").get_to(plan.seeds);
  read_report(object.at("report"), plan);
  for (const json& run : object.at("runs")) plan.runs.push_back(run_from_json(run));
  for (const PlannedRun& run : plan.runs) {
    if (!lies_inside(run.folder)) throw Error("run folder \"" + run.folder + "\" does not lie inside of the suite's");
  }
  return plan;
}

}  // namespace

const Protocol& PlanRecord::protocol_of(std::string_view task) const {
  const auto found = std::ranges::find(tasks, task, &PlannedTask::label);
  return found != tasks.end() && found->protocol ? *found->protocol : protocol;
}

void write_plan(const std::filesystem::path& folder, const PlanRecord& plan) {
  const nlohmann::ordered_json object = {{"schema", kPlanSchema},
                                         {"suite", plan.suite},
                                         {"file", plan.file},
                                         {"command", plan.command},
                                         {"digest", plan.digest},
                                         {"protocol", protocol_to_json(plan.protocol)},
                                         {"tasks", tasks_to_json(plan.tasks)},
                                         {"algorithms", algorithms_to_json(plan.algorithms)},
                                         {"seeds", plan.seeds},
                                         {"report", report_to_json(plan)},
                                         {"runs", runs_to_json(plan.runs)}};
  write_file(folder / "plan.json", object.dump(1, ' ', false, json::error_handler_t::replace) + '\n',
             Durability::kPower);
}

std::vector<std::string> unplanned_runs(const std::filesystem::path& folder, const PlanRecord& plan) {
  constexpr int kDeepest = 3;  // <part of task>/<task>/<algorithm>/seed-<k>
  std::set<std::string> planned;
  for (const PlannedRun& run : plan.runs) planned.insert(run.folder);
  std::vector<std::string> found;
  std::error_code error, ignored;
  std::filesystem::recursive_directory_iterator walk(folder, std::filesystem::directory_options::skip_permission_denied,
                                                     error);
  for (; !error && walk != std::filesystem::recursive_directory_iterator(); walk.increment(error)) {
    if (walk->is_symlink(ignored) || !walk->is_directory(ignored)) continue;
    const bool holds_run = is_regular_file(walk->path() / "run.json", ignored);
    if (holds_run || walk.depth() >= kDeepest) walk.disable_recursion_pending();
    const std::string name = walk->path().lexically_relative(folder).generic_string();
    if (!holds_run || planned.contains(name)) continue;
    try {
      const std::optional<RunRecord> record = read_run_record(walk->path());
      if (record && record->status == RunState::kFinished) found.push_back(name);
    } catch (const Error&) {
      // A record that cannot be read is nobody's finished run.
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string unplanned_text(const std::vector<std::string>& folders) {
  constexpr std::size_t kShown = 4;
  if (folders.empty()) return "";
  const std::size_t shown = std::min(folders.size(), kShown);
  std::string names;
  for (std::size_t i = 0; i < shown; ++i) names += (i > 0 ? ", " : "") + folders[i];
  if (folders.size() > shown) names += " and " + std::to_string(folders.size() - shown) + " more";
  return folders.size() == 1
             ? "one finished run is in the folder but not in its plan: " + names
             : std::to_string(folders.size()) + " finished runs are in the folder but not in its plan: " + names;
}

PlanRecord read_plan_record(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "plan.json";
  const std::optional<std::string> text = read_file_if_any(file, kMostRecordBytes);
  if (!text) throw Error(file.string() + ": no such file; give the folder of a suite, results/<suite>");
  try {
    return plan_from_object(json::parse(*text));
  } catch (const json::exception& error) {
    throw Error(file.string() + ": " + reason(error, *text));
  } catch (const Error& error) {
    throw Error(file.string() + ": " + error.what());
  }
}

}  // namespace tutti::results

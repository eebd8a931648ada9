#include <algorithm>
#include <fstream>
#include <set>

#include "digest/digest.hpp"
#include "suite/document.hpp"
#include "suite/expand.hpp"
#include "suite/nearest.hpp"
#include "suite/section_reader.hpp"
#include "suite/suite.hpp"
#include "tutti/error.hpp"

namespace tutti::suite {
namespace {

// Far more than any suite; a device would never end.
constexpr std::size_t kMostBytes = 16 << 20;
// More are a slip of the pen, and would take all memory before they are counted.
constexpr std::size_t kMostRuns = 1'000'000;

std::string text_of(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) throw Error(file.string() + ": a folder; expected a suite file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(file.string() + ": cannot be read; expected a suite file");
  std::string text;
  char block[1 << 14];
  while (text.size() <= kMostBytes && (stream.read(block, sizeof block) || stream.gcount() > 0))
    text.append(block, static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kMostBytes)
    throw Error(file.string() + ": more than " + std::to_string(kMostBytes >> 20) + " MB; expected a suite file");
  return text;
}

using SectionsByName = std::map<std::string, Section>;

Section& command_line_section(SectionsByName& sections, const std::string& name) {
  Section& section = sections[name];
  section.path = name;
  return section;
}

void add_setting(Section& section, const std::string& key, Setting setting, Problems& problems) {
  if (section.settings.emplace(key, std::move(setting)).second) return;
  problems.add({}, "", section.path_of(key) + " is given twice; give it once");
}

// "run.copies=4" as a setting of the section "run".
SectionsByName command_line_sections(const CommandLine& command_line, Problems& problems) {
  SectionsByName sections;
  for (const std::string& setting : command_line.settings) {
    const std::size_t equals = setting.find('=');
    const std::size_t dot = setting.rfind('.', equals);
    if (equals == std::string::npos || dot == std::string::npos || dot == 0 || dot + 1 >= equals) {
      problems.add({}, "--set " + setting, "expected run.KEY=VALUE, evaluation.KEY=VALUE or ALGORITHM.KEY=VALUE");
      continue;
    }
    Section& section = command_line_section(sections, setting.substr(0, dot));
    const std::string value = setting.substr(equals + 1);
    add_setting(section, setting.substr(dot + 1, equals - dot - 1), {parse_value(value), {}, {}, value}, problems);
  }
  if (command_line.environment_steps) {
    add_setting(command_line_section(sections, "run"), "environment_steps",
                {*command_line.environment_steps, {}, {}, ""}, problems);
  }
  return sections;
}

void check_command_line(const SectionsByName& sections, const Plan& plan, Problems& problems) {
  std::vector<std::string> known = {"run", "evaluation"};
  for (const AlgorithmEntry& algorithm : plan.algorithms) known.push_back(algorithm.label);
  for (const auto& [name, section] : sections) {
    if (std::ranges::count(known, name) == 0) problems.add({}, name, "unknown; " + suggestion(name, known));
  }
}

// A section whose keys are those of `Settings`: file values, then those of the command line.
template <class Settings>
ResolvedValues read_settings(const Section* section, const Section& document, const std::string& name,
                             const SectionsByName& command_line, Problems& problems) {
  ParameterSchema schema;
  declare_parameters<Settings>(schema);
  ResolvedValues values = defaults(schema);
  const Section absent{.path = name, .where = document.where, .settings = {}, .tables = {}, .lists = {}};
  const Section& present = section != nullptr ? *section : absent;
  SectionReader read(present, problems);
  read.assign(schema, "suite", values);
  read.finish();
  if (const auto found = command_line.find(name); found != command_line.end()) {
    SectionReader more(found->second, problems);
    more.assign(schema, "command line", values);
    more.finish();
  }
  require_all(schema, values, present, problems);
  return values;
}

// Typed settings, or their defaults where a problem has been reported.
template <class Settings>
Settings typed(const ResolvedValues& values, const Section* section, Problems& problems) {
  try {
    if (problems.empty()) return read_parameters<Settings>(values_of(values));
  } catch (const Error& error) {
    problems.add(section == nullptr ? Position{} : section->where, section == nullptr ? "" : section->path,
                 error.what());
  }
  return {};
}

SlurmSettings read_slurm(const Section* section, const Section& document, Problems& problems) {
  const ResolvedValues values = read_settings<SlurmSettings>(section, document, "slurm", {}, problems);
  const auto settings = read_parameters<SlurmSettings>(values_of(values));
  for (const auto& [key, expected] : settings.problems()) {
    SectionReader(*section, problems)
        .problem(key, "expected " + expected + " (is " + to_text(values.at(key).value) + ")");
  }
  return settings;
}

std::vector<std::uint64_t> read_seeds(SectionReader& read, const CommandLine& command_line, Problems& problems) {
  const auto listed = read.take<IntegerList>("seeds", at_least(0));
  const IntegerList seeds = command_line.seeds.value_or(listed.value_or(IntegerList{}));
  const auto problem = [&](const std::string& what) {
    command_line.seeds ? problems.add({}, "--seeds", what) : read.problem("seeds", what);
  };
  if (seeds.empty() && (command_line.seeds || listed)) problem("empty; expected at least one seed");
  if (std::set(seeds.begin(), seeds.end()).size() != seeds.size()) problem("a seed is listed twice");
  if (std::ranges::any_of(seeds, [](std::int64_t seed) { return seed < 0; })) problem("expected seeds of at least 0");
  return {seeds.begin(), seeds.end()};
}

// [report]: options, and figures by task label.
class ReportReader {
 public:
  ReportReader(const Section& section, const ParameterSchema& schema, const Plan& plan, Problems& problems)
      : plan_(plan), problems_(problems), read_(section, problems) {
    ResolvedValues values;
    read_.assign(schema, "suite", values);
    settings_.options = values_of(values);
    if (const Section* bounds = read_.table("bounds")) read_bounds(*bounds);
    if (const Section* thresholds = read_.table("thresholds")) read_thresholds(*thresholds);
    read_.finish();
  }

  ReportSettings take() { return std::move(settings_); }

 private:
  bool is_task(const std::string& label, Position where, const Section& parent) {
    std::vector<std::string> labels;
    for (const TaskEntry& task : plan_.tasks) labels.push_back(task.label);
    if (std::ranges::count(labels, label) > 0) return true;
    problems_.add(where, parent.path_of(label), "unknown task \"" + label + "\"; " + suggestion(label, labels));
    return false;
  }

  void read_bounds(const Section& bounds) {
    const char* const expected = "expected one table with lo and hi";
    for (const auto& [label, setting] : bounds.settings) problems_.add(setting.where, bounds.path_of(label), expected);
    for (const auto& [label, list] : bounds.lists) problems_.add(list.front().where, bounds.path_of(label), expected);
    for (const auto& [label, section] : bounds.tables) {
      if (!is_task(label, section.where, bounds)) continue;
      SectionReader read(section, problems_);
      const auto low = read.take<double>("lo");
      const auto high = read.take<double>("hi");
      read.finish();
      if (!low || !high || *low >= *high) {
        problems_.add(section.where, section.path, "expected numbers lo and hi, lo less than hi");
        continue;
      }
      settings_.bounds[label] = {*low, *high};
    }
  }

  void read_thresholds(const Section& thresholds) {
    for (const auto& [label, setting] : thresholds.settings) read_threshold(thresholds, label, setting.key);
    for (const auto& [label, table] : thresholds.tables) read_threshold(thresholds, label, table.where);
    for (const auto& [label, list] : thresholds.lists) read_threshold(thresholds, label, list.front().where);
  }

  void read_threshold(const Section& thresholds, const std::string& label, Position where) {
    if (!is_task(label, where, thresholds)) return;
    if (const auto value = SectionReader(thresholds, problems_).take<double>(label)) {
      settings_.thresholds[label] = *value;
    }
  }

  const Plan& plan_;
  Problems& problems_;
  SectionReader read_;
  ReportSettings settings_;
};

}  // namespace

Plan read_suite(const std::filesystem::path& file, const Catalogue& catalogue, const CommandLine& command_line) {
  Plan plan;
  plan.file = file;
  plan.text = text_of(file);
  plan.digest = sha256(plan.text);
  const Section document = parse_document(plan.text, file);
  Problems problems(file);
  const SectionsByName overrides = command_line_sections(command_line, problems);

  SectionReader read(document, problems);
  plan.name = read.take<std::string>("name").value_or(file.stem().string());
  if (const auto problem = label_problem(plan.name, 0)) {
    read.problem(
        "name",
        *problem + (document.has("name") ? "" : "; it is the file's name, and name = \"...\" gives another one"));
  }
  plan.seeds = read_seeds(read, command_line, problems);
  if (!document.has("seeds") && !command_line.seeds)
    read.problem("seeds", "missing; expected list of integers, at least 0");
  const Section* run = read.table("run");
  const Section* evaluation = read.table("evaluation");
  const Section* slurm = read.table("slurm");
  const Section* report = read.table("report");
  for (const char* const list : {"task", "algorithm", "override"}) (void)read.list(list);
  read.finish();

  const ResolvedValues run_values = read_settings<RunSettings>(run, document, "run", overrides, problems);
  const ResolvedValues evaluation_values =
      read_settings<EvaluationSettings>(evaluation, document, "evaluation", overrides, problems);
  plan.slurm = read_slurm(slurm, document, problems);
  const std::size_t pairs = std::max<std::size_t>(read.list("task").size() * read.list("algorithm").size(), 1);
  if (plan.seeds.size() > kMostRuns / pairs) {
    read.problem("seeds", "tasks x algorithms x seeds are more than " + std::to_string(kMostRuns) + " runs");
    problems.throw_if_any();
  }
  const Machines of_cluster = plan.slurm.gpus > 0 ? Machines::kGpuNodes : Machines::kNodes;
  const Machines machines = command_line.on_cluster ? of_cluster : Machines::kThis;
  expand(document, {catalogue, problems, overrides, run_values, evaluation_values, machines}, plan);
  check_command_line(overrides, plan, problems);
  if (report != nullptr) plan.report = ReportReader(*report, catalogue.report_options, plan, problems).take();

  plan.run = typed<RunSettings>(run_values, run, problems);
  plan.evaluation = typed<EvaluationSettings>(evaluation_values, evaluation, problems);
  if (problems.empty() && report != nullptr && catalogue.report_problems) {
    for (const auto& [option, what] : catalogue.report_problems(plan))
      SectionReader(*report, problems).problem(option, what);
  }
  problems.throw_if_any();
  return plan;
}

}  // namespace tutti::suite

#include "cli/report_options.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

#include "cli/behaviour.hpp"
#include "launch/say.hpp"
#include "reports/analysis/options.hpp"
#include "reports/report.hpp"
#include "results/files.hpp"
#include "suite/document.hpp"
#include "tutti/error.hpp"

namespace tutti::cli {
namespace {

std::string option_of(std::string name) {
  std::ranges::replace(name, '_', '-');
  return "--" + name;
}

ParameterSchema report_schema() {
  ParameterSchema schema;
  reports::declare_options(schema);
  return schema;
}

}  // namespace

std::shared_ptr<ReportChoices> add_report_options(CLI::App& command, const std::set<std::string>& names) {
  auto choices = std::make_shared<ReportChoices>();
  for (const ParameterSpec& spec : report_schema()) {
    if (!names.empty() && !names.contains(spec.name)) continue;
    const std::string name = option_of(spec.name);
    std::string& chosen = choices->texts[spec.name];
    if (const bool* on = std::get_if<bool>(&spec.default_value)) {
      const std::string note = *on ? " (on unless " + name + "=false)" : "";
      command.add_flag(name, chosen, spec.description + note);
    } else {
      command.add_option(
          name, chosen, spec.description + " (" + expectation(spec) + "; default " + to_text(spec.default_value) + ")");
    }
  }
  return choices;
}

void add_options_by_task(CLI::App& command, ReportChoices& choices) {
  command.add_option("--bounds", choices.bounds, "returns of a task that map to 0 and 1; once for each task")
      ->type_name("TASK LOW HIGH")
      ->allow_extra_args(false);
  command.add_option("--thresholds", choices.thresholds, "return of a task to be reached, for --threshold value")
      ->type_name("TASK VALUE")
      ->allow_extra_args(false);
}

reports::OptionOverrides overrides_of(const ReportChoices& choices) {
  reports::OptionOverrides overrides;
  const auto add = [](const char* option, auto& of_tasks, const std::string& task, const auto& value) {
    if (!of_tasks.emplace(task, value).second)
      throw Error(fmt::format("{} is given twice for {}; give it once for each task", option, task));
  };
  using Bounds = decltype(overrides.bounds)::mapped_type;
  for (const auto& [task, low, high] : choices.bounds) add("--bounds", overrides.bounds, task, Bounds{low, high});
  for (const auto& [task, value] : choices.thresholds) add("--thresholds", overrides.thresholds, task, value);
  for (const ParameterSpec& spec : report_schema()) {
    const auto found = choices.texts.find(spec.name);
    if (found == choices.texts.end() || found->second.empty()) continue;
    const auto parsed = std::holds_alternative<std::string>(spec.default_value) ? ParameterValue(found->second)
                                                                                : suite::parse_value(found->second);
    const auto value = parsed ? fit(spec, *parsed) : std::nullopt;
    if (!value) throw Error(option_of(spec.name) + " is \"" + found->second + "\"; expected " + expectation(spec));
    overrides.values.emplace(spec.name, *value);
  }
  return overrides;
}

std::filesystem::path make_report(std::span<const std::filesystem::path> folders, const ReportChoices& choices,
                                  const std::filesystem::path& out) {
  // The folder of the report may be a link where the user names it, not where it lies in a folder of results.
  if (!folders.empty() && out == folders.front() / "report") results::path_below(folders.front(), "report");
  reports::ReportOptions options = reports::resolve_options(folders, overrides_of(choices));
  options.imports = choices.imports;
  options.unit = choices.unit;
  const reports::Analysis analysis = reports::analyse(folders, options);
  for (const reports::Damage& damage : analysis.damage) fmt::print(stderr, "{}: {}\n", damage.file, damage.what);
  std::vector<reports::Strip> strips;
  if (options.behaviour && analysis.data) strips = film_strips(reports::runs_to_show(*analysis.data));
  const reports::WrittenReport written = reports::write_report(analysis, options, out, strips);
  for (const std::string& remark : written.remarks) launch::say(stderr, fmt::format("{}\n", remark));
  return written.page;
}

}  // namespace tutti::cli

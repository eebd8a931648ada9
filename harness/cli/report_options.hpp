// The options of reports as command-line options, from their one declaration.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/analysis/options.hpp"

namespace tutti::cli {

/// What was typed.
struct ReportChoices {
  std::map<std::string, std::string> texts;  // by option name
  std::vector<std::tuple<std::string, double, double>> bounds;
  std::vector<std::pair<std::string, double>> thresholds;
  std::vector<std::filesystem::path> imports;
  std::string unit;  // of imports that say none
};

/// Declares an option --like-this for every parameter like_this of a report, or for those of `names` alone. What is
/// true or false is a flag, which takes no argument apart from --like-this=false.
std::shared_ptr<ReportChoices> add_report_options(CLI::App& command, const std::set<std::string>& names = {});

/// Declares --bounds TASK LOW HIGH and --thresholds TASK VALUE.
void add_options_by_task(CLI::App& command, ReportChoices& choices);

/// The choices as values. Throws Error naming the option and what was expected.
reports::OptionOverrides overrides_of(const ReportChoices& choices);

/// Writes the report into `out`, prints its remarks to stderr, and returns the page.
std::filesystem::path make_report(std::span<const std::filesystem::path> folders, const ReportChoices& choices,
                                  const std::filesystem::path& out);

}  // namespace tutti::cli

// tutti report, tutti compare: numbers, tables and figures from folders of results.
#include "reports/report.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/not_empty.hpp"
#include "cli/report_options.hpp"
#include "launch/say.hpp"
#include "reports/analysis/options.hpp"

namespace tutti::cli {

using Folders = std::vector<std::filesystem::path>;

namespace {

// --import takes every word up to the next option: a folder of a suite among them is one to report, not to import.
void take_suites(ReportChoices& choices, Folders& folders) {
  const auto is_suite = [](const std::filesystem::path& path) { return std::filesystem::exists(path / "plan.json"); };
  std::ranges::copy_if(choices.imports, std::back_inserter(folders), is_suite);
  std::erase_if(choices.imports, is_suite);
}

}  // namespace

void add_report(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("report", "Write tables, figures and a page from the results of suites");
  auto folders = std::make_shared<Folders>();
  auto out = std::make_shared<std::filesystem::path>();
  command->add_option("DIR", *folders, "folders of suites, such as results/quick; none is needed with --import");
  command
      ->add_option("--out", *out,
                   "where to write; DIR/report of the first folder if left out, or ./report where there is none")
      ->check(not_empty());
  auto choices = add_report_options(*command);
  add_options_by_task(*command, *choices);
  command
      ->add_option("--import", choices->imports,
                   "results of other harnesses to show beside ours: files or folders of marl-eval's, BenchMARL's or "
                   "Mava's JSON, of Sacred, or of CSV; reports/README.md lists the formats")
      ->check(CLI::ExistingPath);
  command
      ->add_option("--unit", choices->unit,
                   "what a return is in imports whose format does not say it: sum or mean-over-agents")
      ->check(CLI::IsMember({"sum", "mean-over-agents"}));
  command->callback([=, &status] {
    take_suites(*choices, *folders);
    if (folders->empty() && choices->imports.empty()) throw CLI::RequiredError("DIR");
    const std::filesystem::path beside = folders->empty() ? std::filesystem::path() : folders->front();
    const auto page = make_report(*folders, *choices, out->empty() ? beside / "report" : *out);
    launch::say(stdout, fmt::format("report: {}\n", page.string()));
    status = 0;
  });
}

void add_compare(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("compare", "Compare two results of the same suite, such as before and after a change");
  auto before = std::make_shared<std::filesystem::path>();
  auto after = std::make_shared<std::filesystem::path>();
  auto out = std::make_shared<std::filesystem::path>();
  command->add_option("A", *before, "folder of the suite's results")->required();
  command->add_option("B", *after, "folder of the same suite's other results")->required();
  command->add_option("--out", *out, "also write a page and tables here")->check(not_empty());
  auto choices = add_report_options(*command, {"score", "failed", "level", "latex", "mixed"});
  command->get_option("--mixed")->description("compare results of different protocols or task facts all the same");
  command->callback([=, &status] {
    const Folders first = {*before};
    const reports::ReportOptions options = reports::resolve_options(first, overrides_of(*choices));
    const reports::Comparison comparison = reports::compare(*before, *after, options);
    launch::say(stdout, reports::comparison_markdown(comparison));
    if (!out->empty()) reports::write_comparison(comparison, options, *out);
    status = 0;
  });
}

}  // namespace tutti::cli

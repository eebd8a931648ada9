#include "reports/analysis/published.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "omad_text.hpp"
#include "reports/data/names.hpp"

namespace tutti::reports {
namespace {

std::vector<std::string> texts(const toml::table& table, const char* key) {
  std::vector<std::string> result;
  for (const toml::node& node : *table[key].as_array()) result.push_back(node.value<std::string>().value());
  return result;
}

double number(const std::string& text) { return text.empty() ? kMissing : std::stod(text); }

PublishedFigure figure_of(const toml::table& entry, std::size_t task) {
  const std::string mean = entry["mean"].value<std::string>().value();
  const std::string spread = entry["spread"].value_or(std::string());
  return {.task = task,
          .algorithm = entry["algorithm"].value<std::string>().value(),
          .mean_text = mean,
          .spread_text = spread,
          .note = entry["note"].value_or(std::string()),
          .mean = number(mean),
          .spread = number(spread)};
}

PublishedCoverage coverage_of(const toml::table& entry, std::size_t task) {
  return {.task = task,
          .algorithm = entry["algorithm"].value<std::string>().value(),
          .fraction = entry["fraction"].value<double>().value(),
          .bins = entry["bins"].value<std::int64_t>().value(),
          .step = entry["step"].value<std::int64_t>().value(),
          .note = entry["note"].value<std::string>().value(),
          .measured = {}};
}

// The entries for the report's tasks, made by `make(entry, task index)`.
template <class Make>
auto entries_of(const toml::table& table, const char* key, const std::vector<TaskInfo>& tasks, const Make& make) {
  std::vector<decltype(make(table, 0))> result;
  for (const toml::node& node : *table[key].as_array()) {
    const toml::table& entry = *node.as_table();
    const auto found = std::ranges::find(tasks, entry["task"].value<std::string>().value(), &TaskInfo::label);
    if (found != tasks.end()) result.push_back(make(entry, static_cast<std::size_t>(found - tasks.begin())));
  }
  return result;
}

}  // namespace

std::optional<Published> published_figures(const std::string& name, const std::vector<TaskInfo>& tasks) {
  if (name != "omad") return std::nullopt;
  const toml::table table = toml::parse(kOmadText);
  Published published;
  published.figures = entries_of(table, "figure", tasks, figure_of);
  published.coverage = entries_of(table, "coverage", tasks, coverage_of);
  if (published.figures.empty()) return std::nullopt;
  published.title = table["title"].value<std::string>().value();
  published.source = table["source"].value<std::string>().value();
  published.caveats = texts(table, "caveats");
  for (const std::string& algorithm : texts(table, "algorithms")) {
    const auto has = [&](const auto& figures) {
      return std::ranges::any_of(figures, [&](const auto& figure) { return figure.algorithm == algorithm; });
    };
    if (has(published.figures) || has(published.coverage)) published.algorithms.push_back(algorithm);
  }
  return published;
}

std::vector<std::size_t> measured_algorithms(const std::string& published,
                                             const std::vector<AlgorithmInfo>& algorithms) {
  std::vector<std::size_t> variants;
  for (std::size_t a = 0; a < algorithms.size(); ++a) {
    if (algorithms[a].imported) continue;
    if (lower_case(algorithms[a].label) == lower_case(published)) return {a};
    if (lower_case(algorithms[a].name) == lower_case(published)) variants.push_back(a);
  }
  return variants;
}

}  // namespace tutti::reports

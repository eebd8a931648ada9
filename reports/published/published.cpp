#include "reports/published/published.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "omad_text.hpp"

namespace tutti::reports {
namespace {

std::vector<std::string> texts(const toml::table& table, const char* key) {
  std::vector<std::string> result;
  for (const toml::node& node : *table[key].as_array()) result.push_back(node.value<std::string>().value());
  return result;
}

// One entry for one of the report's tasks; `mean` and `spread` name the keys that hold them.
std::optional<PublishedFigure> figure_of(const toml::table& entry, const std::vector<TaskInfo>& tasks, const char* mean,
                                         const char* spread) {
  const auto found = std::ranges::find(tasks, entry["task"].value<std::string>().value(), &TaskInfo::label);
  if (found == tasks.end()) return std::nullopt;
  return PublishedFigure{.task = static_cast<std::size_t>(found - tasks.begin()),
                         .algorithm = entry["algorithm"].value<std::string>().value(),
                         .mean = entry[mean].value<double>().value(),
                         .spread = entry[spread].value_or(kMissing),
                         .note = entry["note"].value_or(std::string())};
}

std::vector<PublishedFigure> figures_of(const toml::table& table, const char* key, const std::vector<TaskInfo>& tasks,
                                        const char* mean, const char* spread) {
  std::vector<PublishedFigure> result;
  for (const toml::node& node : *table[key].as_array()) {
    if (auto figure = figure_of(*node.as_table(), tasks, mean, spread)) result.push_back(std::move(*figure));
  }
  return result;
}

}  // namespace

std::optional<Published> published_figures(const std::string& name, const std::vector<TaskInfo>& tasks) {
  if (name != "omad") return std::nullopt;
  const toml::table table = toml::parse(kOmadText);
  Published published;
  published.figures = figures_of(table, "figure", tasks, "mean", "spread");
  published.coverage = figures_of(table, "coverage", tasks, "fraction", "bins");
  if (published.figures.empty()) return std::nullopt;
  published.title = table["title"].value<std::string>().value();
  published.source = table["source"].value<std::string>().value();
  published.caveats = texts(table, "caveats");
  for (const std::string& algorithm : texts(table, "algorithms")) {
    const auto has = [&](const auto& figures) {
      return std::ranges::count(figures, algorithm, &PublishedFigure::algorithm) > 0;
    };
    if (has(published.figures) || has(published.coverage)) published.algorithms.push_back(algorithm);
  }
  return published;
}

}  // namespace tutti::reports

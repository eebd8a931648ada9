#include "reports/analysis/published.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <set>

#include "omad_text.hpp"
#include "reports/data/csv.hpp"
#include "reports/data/names.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// Reads one file of published figures; what is wrong is said with file and line.
class Reader {
 public:
  Reader(const toml::table& root, std::string file, const std::vector<TaskInfo>& tasks, bool comparable)
      : root_(root), file_(std::move(file)), tasks_(tasks), comparable_(comparable) {}

  Published read() {
    refuse_unknown(root_, {"title", "source", "environment_steps", "caveats", "algorithms", "figure", "coverage"});
    Published published;
    published.title = text(root_, "title");
    published.source = text(root_, "source");
    published.environment_steps = budget();
    published.caveats = texts("caveats");
    std::set<std::pair<std::string, std::string>> known;
    for (const toml::table* entry : entries("figure")) {
      refuse_unknown(*entry, {"task", "algorithm", "mean", "spread", "note"});
      if (!known.emplace(text(*entry, "task"), text(*entry, "algorithm")).second)
        fail(*entry, "there is an earlier figure of " + text(*entry, "algorithm") + " on " + text(*entry, "task"));
      if (const auto task = task_of(*entry)) published.figures.push_back(figure_of(*entry, *task));
    }
    for (const toml::table* entry : entries("coverage")) {
      refuse_unknown(*entry, {"task", "algorithm", "fraction", "bins", "step", "note"});
      if (const auto task = task_of(*entry)) published.coverage.push_back(coverage_of(*entry, *task));
    }
    add_algorithms(published);
    return published;
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw Error(file_ + ":" + std::to_string(node.source().begin.line) + ": " + what);
  }

  // A misspelt key would be left out in silence.
  void refuse_unknown(const toml::table& table, const std::vector<std::string_view>& keys) const {
    for (const auto& [key, node] : table) {
      if (std::ranges::find(keys, key.str()) == keys.end())
        fail(node, fmt::format("unknown key \"{}\"; known: {}", key.str(), fmt::join(keys, ", ")));
    }
  }

  std::string text_if_given(const toml::table& table, const char* key) const {
    return table.contains(key) ? text(table, key) : "";
  }

  std::string text(const toml::table& table, const char* key) const {
    if (const auto value = table[key].value<std::string>()) return *value;
    fail(table.contains(key) ? *table.get(key) : static_cast<const toml::node&>(table),
         std::string("expected ") + key + " = \"...\"");
  }

  std::vector<std::string> texts(const char* key) const {
    std::vector<std::string> result;
    if (!root_.contains(key)) return result;
    const toml::array* list = root_[key].as_array();
    if (list == nullptr) fail(*root_.get(key), std::string(key) + ": expected a list of texts");
    for (const toml::node& node : *list) {
      const auto value = node.value<std::string>();
      if (!value) fail(node, std::string(key) + ": expected a list of texts");
      result.push_back(*value);
    }
    return result;
  }

  std::vector<const toml::table*> entries(const char* key) const {
    std::vector<const toml::table*> result;
    if (!root_.contains(key)) return result;
    const toml::array* list = root_[key].as_array();
    if (list == nullptr) fail(*root_.get(key), std::string("expected tables [[") + key + "]]");
    for (const toml::node& node : *list) {
      if (!node.is_table()) fail(node, std::string("expected tables [[") + key + "]]");
      result.push_back(node.as_table());
    }
    return result;
  }

  std::int64_t budget() const {
    if (!root_.contains("environment_steps")) return 0;
    const auto steps = root_["environment_steps"].value_exact<std::int64_t>();
    if (!steps || *steps < 0) fail(*root_.get("environment_steps"), "environment_steps: expected a whole number");
    return *steps;
  }

  // Nothing for tasks that the report does not have, and where asked for also for those of much smaller budgets: a
  // comparison says something where they are within a factor of ten.
  std::optional<std::size_t> task_of(const toml::table& entry) const {
    const auto found = std::ranges::find(tasks_, text(entry, "task"), &TaskInfo::label);
    constexpr std::int64_t kFactor = 10;
    if (found == tasks_.end()) return std::nullopt;
    if (comparable_ && found->protocol.environment_steps < budget() / kFactor) return std::nullopt;
    return static_cast<std::size_t>(found - tasks_.begin());
  }

  // A return as it was published, digit by digit; a plain number is taken, too.
  std::string digits(const toml::table& entry, const char* key) const {
    if (!entry.contains(key)) return "";
    std::string digits = entry[key].value_or(std::string());
    if (const auto value = entry[key].value<double>(); value && digits.empty()) digits = fmt::format("{}", *value);
    if (!to_double(digits)) fail(*entry.get(key), std::string(key) + ": expected a number, such as \"12.50\"");
    return digits;
  }

  PublishedFigure figure_of(const toml::table& entry, std::size_t task) const {
    const std::string mean = digits(entry, "mean");
    const std::string spread = digits(entry, "spread");
    if (mean.empty()) fail(entry, "expected mean = \"...\"");
    if (to_double(spread).value_or(0) < 0) fail(*entry.get("spread"), "spread: expected a number that is not negative");
    return {.task = task,
            .algorithm = text(entry, "algorithm"),
            .mean_text = mean,
            .spread_text = spread,
            .note = text_if_given(entry, "note"),
            .mean = to_double(mean).value_or(kMissing),
            .spread = to_double(spread).value_or(kMissing)};
  }

  PublishedCoverage coverage_of(const toml::table& entry, std::size_t task) const {
    const auto fraction = entry["fraction"].value<double>();
    const auto bins = entry["bins"].value<std::int64_t>();
    const auto step = entry["step"].value<std::int64_t>();
    if (!fraction || !bins || !step) fail(entry, "expected fraction, bins and step, all numbers");
    if (!(*fraction >= 0 && *fraction <= 1)) fail(*entry.get("fraction"), "fraction: expected a number from 0 to 1");
    if (*bins < 0) fail(*entry.get("bins"), "bins: expected a number that is not negative");
    if (*step < 0) fail(*entry.get("step"), "step: expected a number that is not negative");
    return {.task = task,
            .algorithm = text(entry, "algorithm"),
            .fraction = *fraction,
            .bins = *bins,
            .step = *step,
            .note = text_if_given(entry, "note"),
            .measured = {}};
  }

  // In the order of the file's list; without one, in that of the figures.
  void add_algorithms(Published& published) const {
    std::vector<std::string> found;
    for (const PublishedFigure& figure : published.figures) found.push_back(figure.algorithm);
    for (const PublishedCoverage& figure : published.coverage) found.push_back(figure.algorithm);
    std::vector<std::string> order = texts("algorithms");
    order.insert(order.end(), found.begin(), found.end());
    for (const std::string& algorithm : order) {
      if (std::ranges::count(found, algorithm) > 0 && std::ranges::count(published.algorithms, algorithm) == 0)
        published.algorithms.push_back(algorithm);
    }
  }

  const toml::table& root_;
  std::string file_;
  const std::vector<TaskInfo>& tasks_;
  bool comparable_;  // only figures of comparable budgets
};

Published read_figures(std::string_view content, const std::string& file, const std::vector<TaskInfo>& tasks,
                       bool comparable = false) {
  try {
    const toml::table root = toml::parse(content, file);
    return Reader(root, file, tasks, comparable).read();
  } catch (const toml::parse_error& error) {
    throw Error(file + ":" + std::to_string(error.source().begin.line) + ": " + std::string(error.description()));
  }
}

// The report has one of the algorithms.
bool has_algorithm(const Published& published, const std::vector<AlgorithmInfo>& algorithms) {
  return std::ranges::any_of(published.algorithms,
                             [&](const std::string& name) { return !measured_algorithms(name, algorithms).empty(); });
}

}  // namespace

std::optional<Published> published_figures(const std::string& choice, const std::vector<TaskInfo>& tasks,
                                           const std::vector<AlgorithmInfo>& algorithms) {
  if (choice == "none") return std::nullopt;
  const bool shipped = choice == "auto" || choice == "omad";
  Published published = shipped ? read_figures(kOmadText, "omad.toml", tasks, choice == "auto")
                                : read_figures(results::read_file(choice), choice, tasks);
  if (published.figures.empty() && published.coverage.empty()) return std::nullopt;
  if (choice == "auto" && !has_algorithm(published, algorithms)) return std::nullopt;
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

#include "reports/analysis/options.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

#include "results/plan_record.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// "a b; c d" as words of each item.
std::vector<std::vector<std::string>> items_of(std::string_view text) {
  std::vector<std::vector<std::string>> items;
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  const auto end_item = [&] {
    end_word();
    if (!words.empty()) items.push_back(std::exchange(words, {}));
  };
  for (const char c : text) {
    if (c == ';') {
      end_item();
    } else if (c == ' ') {
      end_word();
    } else {
      word += c;
    }
  }
  end_item();
  return items;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

double finite_number(const char* option, const std::string& text) {
  const auto value = number<double>(text);
  if (!value || !std::isfinite(*value)) {
    throw Error(std::string("report option \"") + option + "\": \"" + text + "\" is not a number");
  }
  return *value;
}

[[noreturn]] void refuse_second(const std::string& option, const std::string& task) {
  throw Error("report option \"" + option + "\" has two different values for " + task);
}

ParameterValues to_values(const std::map<std::string, results::ReportOption>& options) {
  ParameterValues values;
  for (const auto& [name, option] : options) {
    std::visit([&, &key = name](const auto& value) { values[key] = value; }, option);
  }
  return values;
}

// A suite gives them for its own tasks only.
bool is_by_task(const std::string& option) { return option == "bounds" || option == "thresholds"; }

// Adds what `later` says of its own tasks.
void add_by_task(const ParameterValues& later, ParameterValues& values) {
  for (const auto& [name, value] : later) {
    const auto* text = std::get_if<std::string>(&value);
    if (!is_by_task(name) || text == nullptr || text->empty()) continue;
    const auto place = values.emplace(name, std::string()).first;
    if (auto* before = std::get_if<std::string>(&place->second)) *before += (before->empty() ? "" : "; ") + *text;
  }
}

void refuse_unknown(const ParameterValues& values) {
  ParameterSchema schema;
  declare_options(schema);
  for (const auto& [name, value] : values) {
    bool known = false;
    for (const ParameterSpec& spec : schema) known = known || spec.name == name;
    if (!known) throw Error("unknown report option \"" + name + "\"");
  }
}

}  // namespace

void ReportOptions::declare(Parameters& parameter) {
  parameter("score", score, any_value(), "score of the tables: final, absolute, best or last-<evaluations>");
  parameter("aggregate_score", aggregate_score, any_value(), "score of aggregates across tasks; the same choices");
  parameter("normalize", normalize, one_of({"minmax", "pinned", "reference", "none"}), "what maps returns to [0, 1]");
  parameter("reference", reference, any_value(),
            "of normalize = \"reference\": algorithm whose mean score is 1; empty takes the high end of bounds");
  parameter("reference_low", reference_low, any_value(),
            "of normalize = \"reference\": algorithm whose mean score is 0");
  parameter("bounds", bounds, any_value(), "returns that map to 0 and 1: \"task low high; task low high\"");
  parameter("failed", failed, one_of({"exclude", "worst"}), "how failed runs count");
  parameter("ragged", ragged, any_value(), "aggregate different numbers of runs per task, each task weighing the same");
  parameter("mixed", mixed, any_value(),
            "report runs of different code, libraries, configurations or protocols together");
  parameter("level", level, {.low = 0, .high = 1, .low_open = true, .high_open = true, .choices = {}},
            "confidence level of every interval");
  parameter("bootstrap_seed", bootstrap_seed, at_least(0), "seed of every bootstrap");
  parameter("replicates", replicates, between(1, 1e7), "bootstrap replicates of aggregates");
  parameter("improvement_replicates", improvement_replicates, between(1, 1e7), "of the probability of improvement");
  parameter("profile_replicates", profile_replicates, between(1, 1e7), "of performance profiles");
  parameter("efficiency_replicates", efficiency_replicates, between(1, 1e7), "of aggregate sample-efficiency curves");
  parameter("curve_replicates", curve_replicates, between(1, 1e7), "of one task's curves, speed-ups and areas");
  parameter("task_bootstrap", task_bootstrap, any_value(),
            "resample tasks as well: intervals for other tasks of the kind");
  parameter("interval", interval, one_of({"student", "bootstrap"}), "interval of one task's mean");
  parameter("profile", profile, one_of({"runs", "averages"}), "what a performance profile counts");
  parameter("threshold", threshold, one_of({"baseline-peak", "fraction", "value"}), "return that has to be reached");
  parameter("fraction", fraction, between(0, 1),
            "of the way to the best baseline's peak, for threshold = \"fraction\"");
  parameter("thresholds", thresholds, any_value(), "for threshold = \"value\": \"task value; task value\"");
  parameter("hold", hold, at_least(1), "evaluations in a row that must reach the threshold");
  parameter("interpolate", interpolate, any_value(), "interpolate between evaluations where the threshold is crossed");
  parameter("band", band, one_of({"ci", "sd", "sem", "minmax", "none"}), "what is shaded around learning curves");
  parameter("smooth", smooth, any_value(), "of drawn curves only: none, \"centered 3\", \"trailing 3\", \"ema 0.6\"");
  parameter("runs", runs, any_value(), "draw every run as a thin line");
  parameter("mark", mark, one_of({"welch", "overlap", "bootstrap", "second"}), "which cells are underlined");
  parameter("spread", spread, one_of({"sd", "sd0", "sem", "ci"}), "what follows the plus-minus sign");
  parameter("ours", ours, one_of({"last", "first"}), "where proposed algorithms stand in tables");
  parameter("latex", latex, one_of({"plain", "siunitx"}), "style of LaTeX tables");
  parameter("published", published, one_of({"omad", "none"}), "published figures to show beside the measured ones");
  parameter("include_initial", include_initial, any_value(), "export the untrained evaluation to marl-eval");
  parameter("elapsed_time", elapsed_time, any_value(), "export elapsed_time to marl-eval");
}

void ReportOptions::check() const {
  parse_score(score);
  parse_score(aggregate_score);
  smoothing();
  const auto pinned = task_bounds();
  const auto values = task_thresholds();
  if (normalize == "pinned" && pinned.empty())
    throw Error("normalize = \"pinned\" needs bounds = \"task low high; ...\"");
  if (normalize == "reference" && reference.empty() && pinned.empty()) {
    throw Error("normalize = \"reference\" needs reference = \"<algorithm>\" or bounds");
  }
  if (threshold == "value" && values.empty())
    throw Error("threshold = \"value\" needs thresholds = \"task value; ...\"");
}

std::map<std::string, Bounds> ReportOptions::task_bounds() const {
  std::map<std::string, Bounds> result;
  for (const auto& words : items_of(bounds)) {
    if (words.size() != 3) throw Error("report option \"bounds\" has to be \"task low high; task low high\"");
    const Bounds pair{finite_number("bounds", words[1]), finite_number("bounds", words[2])};
    if (pair.low >= pair.high) throw Error("report option \"bounds\": low is not below high for " + words[0]);
    const Bounds& kept = result.emplace(words[0], pair).first->second;
    if (kept.low != pair.low || kept.high != pair.high) refuse_second("bounds", words[0]);
  }
  return result;
}

std::map<std::string, double> ReportOptions::task_thresholds() const {
  std::map<std::string, double> result;
  for (const auto& words : items_of(thresholds)) {
    if (words.size() != 2) throw Error("report option \"thresholds\" has to be \"task value; task value\"");
    const double value = finite_number("thresholds", words[1]);
    if (result.emplace(words[0], value).first->second != value) refuse_second("thresholds", words[0]);
  }
  return result;
}

Smoothing ReportOptions::smoothing() const {
  const auto items = items_of(smooth);
  const auto fail = [&]() -> Smoothing {
    throw Error("report option \"smooth\" is \"" + smooth +
                "\"; expected none, \"centered <odd number>\", \"trailing <number>\" or \"ema <number in [0, 1)>\"");
  };
  if (items.size() != 1 || items[0].size() > 2) return fail();
  const std::string& kind = items[0][0];
  if (items[0].size() == 1) return kind == "none" ? Smoothing{} : fail();
  if (kind == "ema") {
    const auto alpha = number<double>(items[0][1]);
    if (!alpha || !(*alpha >= 0 && *alpha < 1)) return fail();
    return {.kind = Smoothing::Kind::kExponential, .alpha = *alpha};
  }
  const auto window = number<std::int64_t>(items[0][1]);
  if (!window || *window < 1) return fail();
  if (kind == "trailing") return {.kind = Smoothing::Kind::kTrailing, .window = *window};
  if (kind == "centered" && *window % 2 == 1) return {.kind = Smoothing::Kind::kCentered, .window = *window};
  return fail();
}

Score ReportOptions::parse_score(std::string_view text) {
  if (text == "final") return {.kind = Score::Kind::kFinal};
  if (text == "absolute") return {.kind = Score::Kind::kAbsolute};
  if (text == "best") return {.kind = Score::Kind::kBest};
  if (text.starts_with("last-")) {
    const auto count = number<std::int64_t>(text.substr(5));
    if (count && *count > 0) return {.kind = Score::Kind::kLast, .count = *count};
  }
  throw Error("unknown score \"" + std::string(text) +
              "\"; known: final, absolute, best, last-<number of evaluations>");
}

void declare_options(ParameterSchema& schema) { declare_parameters<ReportOptions>(schema); }

ReportOptions resolve_options(std::span<const std::filesystem::path> folders, const ParameterValues& overrides) {
  ParameterValues values;
  for (const std::filesystem::path& folder : folders) {
    try {
      const ParameterValues planned = to_values(results::read_plan_record(folder).report_options);
      if (&folder == &folders.front()) {
        values = planned;
      } else {
        add_by_task(planned, values);
      }
    } catch (const Error&) {
      // analyse() names the damage; the defaults serve until then.
    }
  }
  for (const auto& [name, value] : overrides) values[name] = value;
  refuse_unknown(values);
  return read_parameters<ReportOptions>(values);
}

}  // namespace tutti::reports

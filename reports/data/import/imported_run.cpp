#include "reports/data/import/imported_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/data/names.hpp"
#include "reports/statistics/summary.hpp"
#include "results/json.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

// Squares of what is larger overflow, and with them every spread.
constexpr double kLargestReturn = 1e150;

std::optional<std::int64_t> leading_integer(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t value = 0;
  if (digits == 0 || digits > 15) return std::nullopt;
  std::from_chars(text.data(), text.data() + digits, value);
  return value;
}

bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

// What follows `word`, which has to stand by itself, and a separator; nothing but digits up to the next one.
std::optional<std::int64_t> number_after(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    if (at > 0 && is_letter(name[at - 1])) continue;
    std::string_view rest = name.substr(at + word.size());
    if (!rest.empty() && std::string_view("_-=: #").find(rest.front()) != std::string_view::npos) rest.remove_prefix(1);
    const auto value = leading_integer(rest);
    if (!value) continue;
    rest.remove_prefix(std::min(rest.find_first_not_of("0123456789"), rest.size()));
    const bool ends = rest.empty() || (!is_letter(rest.front()) && rest.front() != '.');
    if (ends) return value;
  }
  return std::nullopt;
}

// Of two entries with one key a parser keeps the last without a word.
class RefuseRepeatedKeys {
 public:
  bool operator()(int, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (event == Event::object_start) objects_.emplace_back();
    if (event == Event::object_end) objects_.pop_back();
    if (event == Event::key) add(parsed.get<std::string>());
    return true;
  }

 private:
  void add(const std::string& key) {
    path_.resize(objects_.size() - 1);
    path_.push_back(key);
    if (objects_.back().insert(key).second) return;
    throw Error(
        fmt::format("has the key \"{}\" twice, at {}; rename or remove one of the two", key, fmt::join(path_, "/")));
  }

  std::vector<std::set<std::string>> objects_;  // keys of the open objects, the outermost first
  std::vector<std::string> path_;               // the last key of each
};

}  // namespace

nlohmann::json parse_python_json(std::string text) {
  std::string plain;
  plain.reserve(text.size());
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (quoted && text[i] == '\\') {
      plain += text.substr(i++, 2);
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    std::size_t token = 0;
    if (!quoted) {
      for (const std::string_view word : {"NaN", "Infinity", "-Infinity", "-NaN"}) {
        if (rest.starts_with(word)) token = word.size();
      }
    }
    if (token > 0) {
      plain += "null";
      i += token - 1;
    } else {
      plain += text[i];
    }
  }
  try {
    return nlohmann::json::parse(plain, RefuseRepeatedKeys());
  } catch (const nlohmann::json::exception& error) {
    throw Error(std::string("is not JSON: ") + results::reason(error, plain));
  }
}

std::string shown(const nlohmann::json& value) {
  constexpr std::size_t kMost = 40;
  const std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  return text.size() <= kMost ? text : text.substr(0, kMost) + "...";
}

std::vector<double> episode_returns(const nlohmann::json& value) {
  std::vector<double> result;
  const auto add = [&](const nlohmann::json& item) {
    if (!item.is_number() || !std::isfinite(item.get<double>()))
      throw Error("a return is not a finite number: " + (item.is_null() ? "NaN, infinite or null" : shown(item)));
    const auto number = item.get<double>();
    if (std::abs(number) > kLargestReturn) {
      throw Error(fmt::format("the return {:g} is too large to compute with (at most {:g})", number, kLargestReturn));
    }
    result.push_back(number);
  };
  if (value.is_array()) {
    for (const nlohmann::json& item : value) add(item);
  } else {
    add(value);
  }
  if (result.empty()) throw Error("an evaluation has no episode");
  return result;
}

Evaluation evaluation_at(double step, std::vector<double> returns) {
  if (!(step >= 0 && step < 1e15)) throw Error("the number of steps of an evaluation is impossible");
  if (step != std::floor(step)) throw Error(fmt::format("the step {} of an evaluation is no whole number", step));
  Evaluation evaluation;
  evaluation.step = evaluation.actual_step = static_cast<std::int64_t>(step);
  evaluation.mean = mean_of(returns);
  evaluation.returns = std::move(returns);
  return evaluation;
}

void refuse_steps_back(const std::vector<Evaluation>& evaluations) {
  const auto back = std::ranges::adjacent_find(evaluations, std::ranges::greater(), &Evaluation::step);
  if (back == evaluations.end()) return;
  throw Error(
      fmt::format("goes back from step {} to step {}, as where it holds several runs, or a run that was resumed",
                  back->step, std::next(back)->step));
}

void order_steps(std::vector<Evaluation>& evaluations) {
  if (evaluations.empty()) throw Error("has no evaluation");
  std::ranges::stable_sort(evaluations, {}, &Evaluation::step);
  for (std::size_t k = 0; k < evaluations.size(); ++k) {
    if (k > 0 && evaluations[k].step == evaluations[k - 1].step)
      throw Error(fmt::format("has two evaluations at step {}", evaluations[k].step));
    evaluations[k].index = static_cast<std::int64_t>(k);
  }
}

std::optional<std::int64_t> seed_in(std::string_view name) {
  std::string lower = lower_case(std::string(name));
  // "1.0", as programs write whole numbers of a column with gaps.
  const std::size_t point = lower.find('.');
  if (point != std::string::npos && point + 1 < lower.size() && lower.find_first_not_of("0123456789") == point &&
      lower.find_first_not_of('0', point + 1) == std::string::npos)
    lower.erase(point);
  const bool short_form = lower.size() > 1 && lower.front() == 's';
  const std::string digits = short_form ? lower.substr(1) : lower;
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos) return leading_integer(digits);
  if (const auto seed = number_after(lower, "seed")) return seed;
  return lower.starts_with("run") ? number_after(lower, "run") : std::nullopt;
}

std::pair<std::string, std::string> split_task(const std::string& label) {
  const std::size_t slash = label.find('/');
  if (slash == std::string::npos) return {label, label};
  return {label.substr(0, slash), label.substr(slash + 1)};
}

std::string folder_above(const std::filesystem::path& file, std::size_t levels) {
  std::filesystem::path folder = std::filesystem::absolute(file).lexically_normal();
  for (std::size_t i = 0; i < levels; ++i) folder = folder.parent_path();
  return folder.filename().string();
}

}  // namespace tutti::reports

#include "suite/section_reader.hpp"

#include <algorithm>

#include "suite/nearest.hpp"
#include "text/clean.hpp"

namespace tutti::suite {
namespace {

constexpr std::size_t kLongestFolderName = 100;

bool is_folder_name(std::string_view text) {
  const auto plain = [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == '+';
  };
  return !text.empty() && text.size() <= kLongestFolderName && text.front() != '.' && text.front() != '-' &&
         std::ranges::all_of(text, plain);
}

std::string given(const Setting& setting) {
  return " (is " + (setting.value ? to_text(*setting.value) : setting.otherwise) + ")";
}

}  // namespace

ResolvedValues defaults(const ParameterSchema& schema) {
  ResolvedValues result;
  for (const ParameterSpec& spec : schema) result.emplace(spec.name, Resolved{spec.default_value, "default"});
  return result;
}

void require_all(const ParameterSchema& schema, const ResolvedValues& values, const Section& section,
                 Problems& problems) {
  for (const ParameterSpec& spec : schema) {
    if (fit(spec, values.at(spec.name).value)) continue;
    // A value that was given and does not fit has been reported where it stands.
    if (section.settings.contains(spec.name)) continue;
    // A preset's or a named task's value may be out of range, too.
    const Resolved& found = values.at(spec.name);
    const std::string what =
        found.origin == "default" ? "missing" : "is " + to_text(found.value) + " by " + found.origin;
    problems.add(section.where, section.path_of(spec.name), what + "; expected " + expectation(spec));
  }
}

std::optional<std::string> label_problem(const std::string& text, int slashes) {
  std::string_view rest = text;
  for (int part = 0;; ++part) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    if (!is_folder_name(rest.substr(0, end)) || part > slashes) break;
    if (end == rest.size()) return std::nullopt;
    rest.remove_prefix(end + 1);
  }
  if (rest.substr(0, rest.find('/')).size() > kLongestFolderName) {
    return "\"" + text + "\" is too long to name a folder of results; expected at most " +
           std::to_string(kLongestFolderName) + " characters" + (slashes > 0 ? " before and after \"/\"" : "");
  }
  return "\"" + text + "\" cannot name a folder of results; expected letters, digits, \"_\", \"-\", \"+\" and \".\"" +
         (slashes > 0 ? ", with at most one \"/\" between them" : "") + ", not starting with \".\" or \"-\"";
}

std::string read_title(SectionReader& read) {
  constexpr std::size_t kLongest = 60;
  const auto title = read.take<std::string>("title");
  if (!title) return "";
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  const bool is_blank = text::clean_text(*title).find_first_not_of(' ') == std::string::npos;
  if (!is_blank && title->size() <= kLongest && std::ranges::none_of(*title, is_control)) return *title;
  read.problem("title", "expected one line of 1 to " + std::to_string(kLongest) + " bytes that shows something");
  return "";
}

std::optional<ParameterValue> SectionReader::take(const ParameterSpec& spec) {
  known_.push_back(spec.name);
  if (section_.tables.contains(spec.name) || section_.lists.contains(spec.name)) {
    problem(spec.name, "expected " + expectation(spec) + ", not a table");
    return std::nullopt;
  }
  const auto found = section_.settings.find(spec.name);
  if (found == section_.settings.end()) return std::nullopt;
  const auto value = found->second.value ? fit(spec, *found->second.value) : std::nullopt;
  if (!value) problem(spec.name, "expected " + expectation(spec) + given(found->second));
  return value;
}

void SectionReader::assign(const ParameterSchema& schema, const std::string& origin, ResolvedValues& values) {
  for (const ParameterSpec& spec : schema) {
    if (const auto value = take(spec)) values[spec.name] = {*value, origin};
  }
}

const Section* SectionReader::table(const std::string& key) {
  known_.push_back(key);
  if (section_.settings.contains(key) || section_.lists.contains(key))
    problem(key, "expected one table, [" + key + "]");
  const auto found = section_.tables.find(key);
  return found == section_.tables.end() ? nullptr : &found->second;
}

const std::vector<Section>& SectionReader::list(const std::string& key) {
  static const std::vector<Section> none;
  known_.push_back(key);
  if (section_.settings.contains(key) || section_.tables.contains(key))
    problem(key, "expected tables, each [[" + key + "]]");
  const auto found = section_.lists.find(key);
  return found == section_.lists.end() ? none : found->second;
}

void SectionReader::finish(const std::string& owner) {
  const auto check = [&](const std::string& key, Position where) {
    if (std::ranges::count(known_, key) > 0) return;
    problems_.add(where, section_.path_of(key),
                  "unknown key" + (owner.empty() ? "" : " of " + owner) + "; " + suggestion(key, known_));
  };
  for (const auto& [key, setting] : section_.settings) check(key, setting.key);
  for (const auto& [key, table] : section_.tables) check(key, table.where);
  for (const auto& [key, list] : section_.lists) check(key, list.front().where);
}

void SectionReader::problem(const std::string& key, const std::string& what) {
  Position where = section_.where;
  if (const auto found = section_.settings.find(key); found != section_.settings.end()) where = found->second.where;
  if (const auto found = section_.tables.find(key); found != section_.tables.end()) where = found->second.where;
  if (const auto found = section_.lists.find(key); found != section_.lists.end()) where = found->second.front().where;
  problems_.add(where, section_.path_of(key), what);
}

}  // namespace tutti::suite

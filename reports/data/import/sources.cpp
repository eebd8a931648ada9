#include "reports/data/import/sources.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/data/csv.hpp"
#include "reports/data/names.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

ImportedFile read_csv_file(const fs::path& file, const std::string& text) {
  const auto rows = csv_rows(text);
  if (!rows.empty() && is_tidy_csv(rows[0])) return read_tidy_csv(rows);
  if (!rows.empty() && is_seed_csv(rows[0])) return read_seed_csv(file, rows);
  throw Error("its header is none that is known: exp_name,env_name,seed,metric,env_step,value or step,avg_return");
}

bool is_readable_kind(const fs::path& file) {
  const std::string ending = lower_case(file.extension().string());
  // Sacred's other files are read with info.json.
  static const std::set<std::string> kBeside = {"config.json", "run.json", "metrics.json"};
  const bool sacred = fs::exists(file.parent_path() / "info.json") && kBeside.contains(file.filename().string());
  return (ending == ".json" || ending == ".csv") && !sacred;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && is_readable_kind(entry.path())) files.push_back(entry.path());
  }
  if (files.empty()) throw Error(folder.string() + ": holds no .json or .csv file");
  std::ranges::sort(files);
  return files;
}

fs::path identity_of(const fs::path& file) {
  std::error_code error;
  const fs::path identity = fs::weakly_canonical(file, error);
  return error ? fs::absolute(file).lexically_normal() : identity;
}

std::string last_parts(const fs::path& path, std::size_t count) {
  const std::vector<fs::path> parts(path.begin(), path.end());
  fs::path last;
  for (std::size_t i = parts.size() - std::min(count, parts.size()); i < parts.size(); ++i) last /= parts[i];
  return last.string();
}

// Shows more of the path of files that would be shown alike.
void tell_apart(std::vector<Source>& sources) {
  for (std::size_t parts = 2;; ++parts) {
    std::map<std::string, std::size_t> uses;
    for (const Source& source : sources) ++uses[source.shown];
    if (uses.size() == sources.size()) return;
    for (Source& source : sources) {
      if (uses.at(source.shown) > 1) source.shown = last_parts(source.identity, parts);
    }
  }
}

class Sources {
 public:
  void give(const fs::path& path, std::size_t place) {
    if (!fs::is_directory(path)) {
      add({.file = path, .identity = identity_of(path), .shown = path.filename().string(), .named = true}, place);
      return;
    }
    const fs::path folder = path.has_filename() ? path : path.parent_path();
    for (const fs::path& file : files_in(folder)) {
      const fs::path shown = folder.filename() / file.lexically_relative(folder);
      add({.file = file, .identity = identity_of(file), .shown = shown.string()}, place);
    }
  }

  std::vector<Source> take() {
    tell_apart(sources_);
    return std::move(sources_);
  }

 private:
  void add(Source source, std::size_t place) {
    const auto [found, is_new] = indices_.emplace(source.identity, sources_.size());
    const bool named = source.named;
    if (is_new) sources_.push_back(std::move(source));
    Source& known = sources_[found->second];
    known.named = known.named || named;
    known.given.push_back(place);
  }

  std::vector<Source> sources_;
  std::map<fs::path, std::size_t> indices_;  // of sources, by identity
};

}  // namespace

std::vector<Source> sources_in(std::span<const fs::path> paths) {
  Sources sources;
  for (std::size_t i = 0; i < paths.size(); ++i) sources.give(paths[i], i);
  return sources.take();
}

ImportedFile read_source(const fs::path& file) {
  const std::string text = results::read_file(file);
  if (lower_case(file.extension().string()) == ".csv") return read_csv_file(file, text);
  const nlohmann::json root = parse_python_json(text);
  if (is_return_json(root)) return read_return_json(file, root);
  if (is_sacred(file, root)) return read_sacred(file, root);
  return read_marl_eval(root);
}

}  // namespace tutti::reports

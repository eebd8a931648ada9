#include "reports/data/import/sources.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "reports/data/csv.hpp"
#include "reports/data/names.hpp"
#include "reports/data/table_file.hpp"
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

// The name without the ending of compression: what the file is called where it says what it holds.
fs::path plain_name(fs::path file) { return file.extension() == ".gz" ? file.replace_extension() : file; }

bool is_readable_kind(const fs::path& file) {
  const std::string ending = lower_case(plain_name(file).extension().string());
  return ending == ".json" || ending == ".csv";
}

// Sacred's other files are read with info.json.
bool is_beside_info(const fs::path& file) {
  static const std::set<std::string> kBeside = {"config.json", "run.json", "metrics.json", "cout.txt"};
  const fs::path info = file.parent_path() / "info.json";
  return kBeside.contains(plain_name(file).filename().string()) &&
         (fs::exists(info) || fs::exists(info.string() + ".gz"));
}

fs::path identity_of(const fs::path& file) {
  std::error_code error;
  const fs::path identity = fs::weakly_canonical(file, error);
  return error ? fs::absolute(file).lexically_normal() : identity;
}

// The files of a folder and of its subfolders, links included.
class Folder {
 public:
  explicit Folder(const fs::path& folder) { add(folder); }

  std::vector<fs::path> files;
  std::size_t skipped = 0;        // files of other kinds
  std::set<std::string> endings;  // of those

 private:
  void add(const fs::path& folder) {
    if (!known_.insert(identity_of(folder)).second) return;  // links may lead in circles
    std::set<fs::path> entries;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) entries.insert(entry.path());
    for (const fs::path& entry : entries) {
      std::error_code error;
      const fs::file_status status = fs::status(entry, error);
      if (fs::is_directory(status))
        add(entry);
      else if (fs::is_regular_file(status) && is_readable_kind(entry) && !is_beside_info(entry))
        files.push_back(entry);
      else if (!is_beside_info(entry))
        skip(entry, !fs::exists(status));
    }
  }

  void skip(const fs::path& file, bool broken) {
    ++skipped;
    const std::string ending = file.extension().string();
    endings.insert(broken ? "links to nothing" : ending.empty() ? "no ending" : ending);
  }

  std::set<fs::path> known_;  // folders, by identity
};

// "12 files of other kinds are not read (.gz, .txt)".
std::string skipped_text(const Folder& folder) {
  std::string endings;
  for (const std::string& ending : folder.endings) endings += (endings.empty() ? "" : ", ") + ending;
  return std::to_string(folder.skipped) +
         (folder.skipped == 1 ? " file of another kind is" : " files of other kinds are") + " not read (" + endings +
         ")";
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
  explicit Sources(std::vector<std::string>& notes) : notes_(notes) {}

  void give(const fs::path& path, std::size_t place) {
    if (!fs::is_directory(path)) {
      add({.file = path, .identity = identity_of(path), .shown = path.filename().string(), .named = true}, place);
      return;
    }
    const fs::path folder = path.has_filename() ? path : path.parent_path();
    const Folder content(folder);
    if (content.files.empty()) {
      throw Error(folder.string() + ": holds no .json or .csv file" +
                  (content.skipped > 0 ? "; " + skipped_text(content) : ""));
    }
    if (content.skipped > 0) notes_.push_back(folder.filename().string() + ": " + skipped_text(content));
    for (const fs::path& file : content.files) {
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

  std::vector<std::string>& notes_;
  std::vector<Source> sources_;
  std::map<fs::path, std::size_t> indices_;  // of sources, by identity
};

}  // namespace

std::vector<Source> sources_in(std::span<const fs::path> paths, std::vector<std::string>& notes) {
  Sources sources(notes);
  for (std::size_t i = 0; i < paths.size(); ++i) sources.give(paths[i], i);
  return sources.take();
}

ImportedFile read_source(const fs::path& compressed) {
  const std::string text = read_plain_or_compressed(compressed);
  const fs::path file = plain_name(compressed);
  if (lower_case(file.extension().string()) == ".csv") return read_csv_file(file, text);
  const nlohmann::json root = parse_python_json(text);
  if (is_return_json(root)) return read_return_json(file, root);
  if (is_sacred(file, root)) return read_sacred(file, root);
  return read_marl_eval(root);
}

}  // namespace tutti::reports

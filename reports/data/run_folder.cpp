#include "reports/data/run_folder.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <sstream>

#include "digest/digest.hpp"
#include "reports/data/csv.hpp"
#include "reports/data/table_file.hpp"
#include "reports/statistics/summary.hpp"
#include "results/files.hpp"
#include "results/run_identity.hpp"

namespace tutti::reports {
namespace {

struct EpisodeRow {
  std::int64_t evaluation, step, actual_step, episode, length;
  double value;
  bool terminated;
};

std::optional<EpisodeRow> parse_episode(const CsvFields& fields) {
  const auto evaluation = to_integer(fields[0]);
  const auto step = to_integer(fields[1]);
  const auto actual_step = to_integer(fields[2]);
  const auto episode = to_integer(fields[3]);
  const auto value = to_double(fields[4]);
  const auto length = to_integer(fields[5]);
  const bool terminated = fields[6] == "terminated";
  if (!evaluation || !step || !actual_step || !episode || !value || !length) return std::nullopt;
  if (*evaluation < 0 || *episode < 0 || (!terminated && fields[6] != "truncated")) return std::nullopt;
  return EpisodeRow{*evaluation, *step, *actual_step, *episode, *length, *value, terminated};
}

// Collects the rows of one file. Rows of an evaluation come in the order of its episodes.
class EpisodeCollector {
 public:
  // Returns what is wrong with the row; empty if it was taken.
  std::string add(const EpisodeRow& row) {
    auto [place, is_new] = evaluations_.try_emplace(row.evaluation);
    Evaluation& evaluation = place->second;
    if (is_new) {
      evaluation.index = row.evaluation;
      evaluation.step = row.step;
      evaluation.actual_step = row.actual_step;
    }
    const auto next = static_cast<std::int64_t>(evaluation.returns.size());
    if (row.episode < next) return repeated(row, evaluation.returns[static_cast<std::size_t>(row.episode)]);
    if (row.episode > next) return "episode " + std::to_string(next) + " is missing before it";
    if (row.step != evaluation.step) return "another step than the rows before it";
    evaluation.returns.push_back(row.value);
    evaluation.lengths.push_back(row.length);
    evaluation.terminated.push_back(row.terminated);
    return "";
  }

  // Whole evaluations only.
  std::vector<Evaluation> take(std::size_t episodes, DamageList& damage) {
    std::vector<Evaluation> result;
    for (auto& [index, evaluation] : evaluations_) {
      const std::string which = "evaluation " + std::to_string(index);
      if (contradicted_.contains(index)) {
        damage.add(which + " is given twice with different numbers; it is left out");
      } else if (evaluation.returns.size() != episodes) {
        damage.add(which + " has " + std::to_string(evaluation.returns.size()) + " of " + std::to_string(episodes) +
                   " episodes; it is left out");
      } else {
        evaluation.mean = mean_of(evaluation.returns);
        result.push_back(std::move(evaluation));
      }
    }
    return result;
  }

 private:
  std::string repeated(const EpisodeRow& row, double before) {
    if (row.value != before) contradicted_[row.evaluation] = true;
    return "repeats evaluation " + std::to_string(row.evaluation) + ", episode " + std::to_string(row.episode);
  }

  std::map<std::int64_t, Evaluation> evaluations_;
  std::map<std::int64_t, bool> contradicted_;
};

std::vector<TimingRow> read_timing(const std::filesystem::path& file, const std::string& name,
                                   std::vector<Damage>& damage) {
  std::vector<TimingRow> rows;
  DamageList wrong(damage, name);
  read_csv(
      file,
      {"evaluation", "train_seconds", "evaluate_seconds", "checkpoint_seconds", "wall_seconds", "train_cpu_seconds?"},
      wrong, [&](std::size_t, const CsvFields& fields) -> std::string {
        const auto index = to_integer(fields[0]);
        const auto train = to_double(fields[1]);
        const auto evaluate = to_double(fields[2]);
        const auto checkpoint = to_double(fields[3]);
        const auto wall = to_double(fields[4]);
        const auto cpu = fields[5].empty() ? std::optional(kMissing) : to_double(fields[5]);
        if (!index || !train || !evaluate || !checkpoint || !wall || !cpu)
          return "holds something that is not a number";
        if (*index != static_cast<std::int64_t>(rows.size())) return "is not the next evaluation";
        const bool back = !rows.empty() && (*train < rows.back().train_seconds || *cpu < rows.back().train_cpu_seconds);
        if (back) return "goes back in time";
        rows.push_back({*index, *train, *evaluate, *checkpoint, *wall, *cpu});
        return "";
      });
  return rows;
}

std::vector<CoverageRow> read_coverage(const std::filesystem::path& file, const std::string& name,
                                       std::vector<Damage>& damage) {
  std::vector<CoverageRow> rows;
  DamageList wrong(damage, name);
  read_csv(file, {"step", "bins", "visited", "inside", "outside", "entropy"}, wrong,
           [&](std::size_t, const CsvFields& fields) -> std::string {
             std::vector<double> numbers;
             for (const std::string_view field : fields) {
               const auto value = to_double(field);
               if (!value) return "holds something that is not a number";
               numbers.push_back(*value);
             }
             if (!(numbers[0] >= 0 && numbers[0] < 1e15) || !(numbers[1] > 0)) return "holds an impossible number";
             const auto step = static_cast<std::int64_t>(numbers[0]);
             if (!rows.empty() && step <= rows.back().step) return "is not a later step than the row before it";
             rows.push_back({step, numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]});
             return "";
           });
  return rows;
}

// Nothing if run.json is missing or damaged; run.state says which.
bool read_record(const std::filesystem::path& folder, Run& run, std::vector<Damage>& damage) {
  try {
    run.record = results::read_run_record(folder);
    if (!run.record) {
      run.state = RunState::kWaiting;
      return false;
    }
    run.state = run.record->status;
    return true;
  } catch (const std::exception& error) {
    run.state = RunState::kDamaged;
    std::string what = error.what();
    // The reader's sentence starts with the whole path, which depends on where the results are.
    const std::string path = (folder / "run.json").string() + ": ";
    if (what.starts_with(path)) what = what.substr(path.size());
    damage.push_back({run.name + "/run.json", what + "; the run is left out"});
    return false;
  }
}

// Whether `file` has the digest that run.json recorded, if it recorded one.
bool is_unchanged(const std::filesystem::path& folder, const std::string& file, const std::string& recorded,
                  const Run& run, const std::string& consequence, std::vector<Damage>& damage) {
  const std::string name = run.name + "/" + file;
  try {
    const auto content = read_table_file(folder / file);
    if (!content) throw Error(file + ": there is no such file");
    if (sha256(*content) == recorded || recorded.empty()) return true;
    damage.push_back({name, "is not the file that run.json has the digest of" + consequence});
  } catch (const Error&) {
    damage.push_back({name, "cannot be read" + consequence});
  }
  return false;
}

// Every table that the record has a digest of: once a run has ended, nothing writes to them.
bool same_tables_as_recorded(const std::filesystem::path& folder, const Run& run, std::vector<Damage>& damage) {
  if (run.record->status == RunState::kRunning) return true;
  results::Facts digests = run.record->table_digests;
  if (!run.record->evaluations_digest.empty()) digests["evaluations.csv"] = run.record->evaluations_digest;
  bool same = true;
  for (const auto& [file, digest] : digests) {
    if (file.find('/') != std::string::npos) continue;
    same = is_unchanged(folder, file, digest, run, "; the run is left out", damage) && same;
  }
  return same;
}

// A run that has not ended may have been given another configuration that it has not started with yet.
bool same_configuration_as_recorded(const std::filesystem::path& folder, const Run& run, std::vector<Damage>& damage) {
  const RunState status = run.record->status;
  const bool ended = status == RunState::kFinished || status == RunState::kFailed;
  const char* consequence = status == RunState::kFinished ? "; the run is left out" : "; it is left out";
  return !ended || is_unchanged(folder, "config.toml", run.record->config_digest, run, consequence, damage);
}

bool has_all_evaluations(const std::vector<Evaluation>& evaluations, const Protocol& protocol) {
  if (static_cast<std::int64_t>(evaluations.size()) != protocol.evaluations() + 1) return false;
  for (std::size_t k = 0; k < evaluations.size(); ++k) {
    if (evaluations[k].index != static_cast<std::int64_t>(k)) return false;
    if (evaluations[k].step != evaluations[k].index * protocol.interval) return false;
  }
  return true;
}

void read_absolute(const std::filesystem::path& folder, const Protocol& protocol, Run& run,
                   std::vector<Damage>& damage) {
  const auto episodes = static_cast<std::size_t>(results::kAbsoluteFactor * protocol.episodes);
  std::vector<Evaluation> found =
      read_evaluations(folder / "absolute.csv", episodes, run.name + "/absolute.csv", damage);
  if (found.size() == 1) {
    run.absolute = std::move(found[0]);
  } else if (run.record->status == RunState::kFinished) {
    damage.push_back(
        {run.name + "/absolute.csv", "does not hold one whole absolute evaluation; the run has no absolute score"});
  }
}

std::string text_of(const toml::node& value) {
  std::ostringstream text;
  value.visit([&](const auto& node) { text << node; });
  return text.str();
}

void add_settings(const toml::table& table, const std::string& prefix, std::map<std::string, std::string>& settings) {
  for (const auto& [key, value] : table) {
    const std::string name = prefix + std::string(key.str());
    if (const toml::table* section = value.as_table()) {
      add_settings(*section, name + '.', settings);
    } else {
      settings[name] = text_of(value);
    }
  }
}

// Every key of config.toml with its section, and its value. False if the file is damaged.
bool read_configuration(const std::filesystem::path& folder, Run& run, std::vector<Damage>& damage) {
  try {
    const auto text = results::read_file_if_any(folder / "config.toml");
    add_settings(toml::parse(text.value_or("")), "", run.configuration);
    return true;
  } catch (const std::exception& error) {
    damage.push_back({run.name + "/config.toml", std::string(error.what()) + "; it is left out"});
    return false;
  }
}

// The evaluations from k = 0 on, up to the first gap.
void cut_at_first_gap(std::vector<Evaluation>& evaluations) {
  std::size_t k = 0;
  while (k < evaluations.size() && evaluations[k].index == static_cast<std::int64_t>(k)) ++k;
  evaluations.resize(k);
}

}  // namespace

std::vector<Evaluation> read_evaluations(const std::filesystem::path& file, std::size_t episodes,
                                         const std::string& name, std::vector<Damage>& damage) {
  DamageList wrong(damage, name);
  EpisodeCollector collector;
  read_csv(file, {"evaluation", "step", "actual_step", "episode", "return", "length", "ended"}, wrong,
           [&](std::size_t, const CsvFields& fields) -> std::string {
             const auto row = parse_episode(fields);
             return row ? collector.add(*row) : "holds a value that no evaluation episode has";
           });
  return collector.take(episodes, wrong);
}

void read_run_folder(const std::filesystem::path& folder, const Protocol& protocol, Run& run,
                     std::vector<Damage>& damage) {
  run.protocol = protocol;
  if (!read_record(folder, run, damage)) return;
  const bool configured =
      same_configuration_as_recorded(folder, run, damage) && read_configuration(folder, run, damage);
  run.evaluations = read_evaluations(folder / "evaluations.csv", static_cast<std::size_t>(protocol.episodes),
                                     run.name + "/evaluations.csv", damage);
  if (protocol.absolute) read_absolute(folder, protocol, run, damage);
  run.timing = read_timing(folder / "timing.csv", run.name + "/timing.csv", damage);
  run.coverage = read_coverage(folder / "coverage.csv", run.name + "/coverage.csv", damage);

  const bool unchanged = same_tables_as_recorded(folder, run, damage);
  if (!unchanged) {
    run.leave_out();
  } else if (run.record->status == RunState::kFinished) {
    const bool whole = has_all_evaluations(run.evaluations, protocol);
    // One of another protocol than the plan's is named for that.
    if (!whole && results::protocol_differences(run.record->protocol, protocol).empty()) {
      damage.push_back({run.name + "/evaluations.csv", "does not hold the " +
                                                           std::to_string(protocol.evaluations() + 1) +
                                                           " evaluations of a finished run; the run is left out"});
    }
    if (!configured || !whole) run.leave_out();
  }
  cut_at_first_gap(run.evaluations);
}

}  // namespace tutti::reports

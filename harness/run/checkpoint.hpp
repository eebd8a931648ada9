// Checkpoints of one run, kept so that a kill at any instant, also while one is written, loses no more than what came
// after the last complete one.
//
//   checkpoint/step-20000.state     how far training is; the same bytes however often the run was killed
//   checkpoint/step-20000.account   what there is of it by then: evaluations, sizes of the tables, seconds spent
//   checkpoint/work/                the algorithm's memory-mapped files
//
// Each file carries the SHA-256 of its content. The account names its step and the digest of its state, so that a file
// of another checkpoint does not pass for one of this. It is written last: a checkpoint without it does not exist.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/table.hpp"
#include "run/stopwatch.hpp"

namespace tutti::run {

/// Writes `content` with its digest, aside and renamed, and returns the digest. Throws FileError.
std::string write_sealed(const std::filesystem::path& file, std::span<const std::byte> content);

/// The content, and its digest where one is asked for. Throws Error if the file is torn, damaged or of another kind.
std::vector<std::byte> read_sealed(const std::filesystem::path& file, std::string* digest = nullptr);

/// What belongs to a checkpoint but differs between a run that was stopped and one that was not: it may have been
/// stopped while an evaluation at this step was still to come.
struct Account {
  std::string run;                     // its folder below the suite's: a checkpoint of another run is refused
  std::string settings;                // its config.toml: a run goes on with what it began with
  std::vector<std::byte> evaluations;  // what the evaluations have come to
  Stopwatch::Seconds seconds{};
  double cpu_seconds = 0;
  double train_cpu_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  double row_train_seconds = 0;                     // training time at the last row of training.csv
  std::map<std::string, results::TableEnd> tables;  // by file name
};

struct Checkpoint {
  std::int64_t step = 0;
  std::vector<std::byte> state;
  Account account;
};

class CheckpointStore {
 public:
  explicit CheckpointStore(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Completes a checkpoint, then removes all but it and the one before. Throws FileError.
  void write(std::int64_t step, std::span<const std::byte> state, const Account& account);

  /// The newest one that is whole and comes before `end`; nothing if there is none. `warn` hears of each that is not
  /// whole, and they are removed: none of them may later pass for the one before.
  std::optional<Checkpoint> read(const std::function<void(const std::string&)>& warn,
                                 std::int64_t end = std::numeric_limits<std::int64_t>::max());

  /// Removes all that come after `step`.
  void remove_after(std::int64_t step);

  /// True if no checkpoint was ever completed here.
  bool empty() const { return steps().empty(); }

  const std::filesystem::path& folder() const { return folder_; }

 private:
  std::vector<std::int64_t> steps() const;  // of complete ones, newest first
  std::filesystem::path file(std::int64_t step, const char* kind) const;
  Checkpoint read_one(std::int64_t step) const;
  void remove(std::int64_t step);

  std::filesystem::path folder_;
};

/// Folder of the algorithm's memory-mapped files, below a run's folder.
inline constexpr const char* kWorkFolder = "checkpoint/work";

/// Removes that folder: only a resume needs it. Never throws.
void remove_working_files(const std::filesystem::path& run_folder);

}  // namespace tutti::run

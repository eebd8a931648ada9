// How a worker reports its progress to its host: one line of text at a time on a pipe. A line is also a sign of life.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tutti::run {

struct Progress {
  std::int64_t step = 0;                  // environment steps
  double steps_per_second = 0;            // of training alone, so far
  std::optional<double> last_evaluation;  // mean return
};

/// "progress 1200 1000.5 -75.8\n"; "-" where there is no evaluation yet.
std::string to_line(const Progress& progress);

/// Nothing for a line that is not one of to_line()'s, without its line end.
std::optional<Progress> progress_from_line(std::string_view line);

/// Writes lines to a pipe; a host that is slow or gone never holds the run up.
class ProgressPipe {
 public:
  /// `descriptor` below 0: reports to nobody.
  explicit ProgressPipe(int descriptor);

  void tell(const Progress& progress) const;

 private:
  int descriptor_;
};

}  // namespace tutti::run

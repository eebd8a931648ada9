#include "run/progress.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

namespace tutti::run {
namespace {

/// Takes the text up to the next space off the front of `line`.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(std::min(line.size(), word.size() + 1));
  return word;
}

template <class T>
bool read_number(std::string_view word, T& value) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size();
}

}  // namespace

std::string to_line(const Progress& progress) {
  const std::string evaluation = progress.last_evaluation ? fmt::format("{}", *progress.last_evaluation) : "-";
  return fmt::format("progress {} {} {}\n", progress.step, progress.steps_per_second, evaluation);
}

std::optional<Progress> progress_from_line(std::string_view line) {
  Progress progress;
  if (take_word(line) != "progress" || !read_number(take_word(line), progress.step) ||
      !read_number(take_word(line), progress.steps_per_second)) {
    return std::nullopt;
  }
  const std::string_view evaluation = take_word(line);
  if (evaluation == "-" && line.empty()) return progress;
  if (!read_number(evaluation, progress.last_evaluation.emplace()) || !line.empty()) return std::nullopt;
  return progress;
}

ProgressPipe::ProgressPipe(int descriptor) : descriptor_(descriptor) {
  if (descriptor_ >= 0) ::fcntl(descriptor_, F_SETFL, ::fcntl(descriptor_, F_GETFL) | O_NONBLOCK);
}

void ProgressPipe::tell(const Progress& progress) const {
  if (descriptor_ < 0) return;
  const std::string line = to_line(progress);
  // Shorter than PIPE_BUF, so written whole or not at all; a full pipe has older lines that say the same.
  (void)!::write(descriptor_, line.data(), line.size());
}

}  // namespace tutti::run

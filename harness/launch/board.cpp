#include "launch/board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "text/clean.hpp"
#include "text/quantities.hpp"

namespace tutti::launch {
namespace {

constexpr std::size_t kNarrow = 90;     // columns, below which steps are shown in percent
constexpr std::size_t kLeastTask = 10;  // columns
constexpr std::size_t kLeastAlgorithm = 5;
constexpr std::size_t kMostEnded = 5;  // shown live

/// The text, or its start or end with two dots in place of the rest.
std::string keep_start(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  return width < 3 ? text.substr(0, width) : text.substr(0, width - 2) + "..";
}
std::string keep_end(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  return width < 3 ? text.substr(0, width) : ".." + text.substr(text.size() - (width - 2));
}

/// The text in lines of at most `width` columns, broken between words where that is possible; all but the first are
/// indented further.
std::vector<std::string> wrapped(std::string text, std::size_t width) {
  constexpr std::string_view kIndent = "    ";
  std::vector<std::string> lines;
  while (text.size() > std::max(width, kIndent.size() + 1)) {
    const std::size_t space = text.rfind(' ', width);
    const bool between = space != std::string::npos && space > kIndent.size();
    const std::size_t end = between ? space : std::max(width, kIndent.size() + 1);
    lines.push_back(text.substr(0, end));
    text = std::string(kIndent) + text.substr(between ? end + 1 : end);
  }
  lines.push_back(text);
  return lines;
}

std::string steps_text(const BoardRow& row, bool narrow) {
  const auto step = static_cast<double>(row.step);
  const auto budget = static_cast<double>(row.budget);
  if (narrow) return row.budget > 0 ? fmt::format("{:.0f}%", std::floor(100 * step / budget)) : "";
  return fmt::format("{}/{}", text::count_text(step), text::count_text(budget));
}

std::string evaluation_text(const BoardRow& row) {
  if (!row.last_evaluation) return "-";
  const double value = *row.last_evaluation;
  return std::abs(value) < 1000 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

/// Time left of a running row, the state of any other.
std::string left_text(const Board& board, const BoardRow& row) {
  if (row.state != RunState::kRunning) return std::string(to_text(row.state));
  const std::optional<double> left = board.seconds_left(row);
  return left ? text::clock_text(*left) : "-";
}

struct Widths {
  std::size_t task, algorithm, seed, steps, rate, evaluation, left;
};

constexpr Widths kWideColumns = {0, 0, 4, 13, 8, 9, 11};
constexpr Widths kNarrowColumns = {0, 0, 4, 5, 6, 9, 8};

/// Columns besides task and algorithm, gaps included. One of no width is left out.
std::size_t fixed_width(const Widths& widths) {
  std::size_t sum = 1;  // the gap between task and algorithm
  for (const std::size_t column : {widths.seed, widths.steps, widths.rate, widths.evaluation, widths.left})
    sum += column > 0 ? column + 1 : 0;
  return sum;
}

Widths fit_widths(const std::vector<const BoardRow*>& rows, std::size_t width) {
  std::size_t task = 4;
  std::size_t algorithm = 9;
  for (const BoardRow* row : rows) {
    task = std::max(task, row->task.size());
    algorithm = std::max(algorithm, row->algorithm.size());
  }
  Widths widths = width < kNarrow ? kNarrowColumns : kWideColumns;
  for (const BoardRow* row : rows) widths.seed = std::max(widths.seed, std::to_string(row->seed).size());
  // A row that does not say which run it is says nothing.
  for (const auto column : {&Widths::rate, &Widths::steps, &Widths::evaluation}) {
    if (width < fixed_width(widths) + kLeastTask + kLeastAlgorithm) widths.*column = 0;
  }
  const std::size_t fixed = fixed_width(widths);
  const std::size_t room = width > fixed + kLeastTask ? width - fixed : kLeastTask;
  if (task + algorithm > room) {
    task = std::min(task, std::max(kLeastTask, room - std::min(algorithm, room / 2)));
    algorithm = room > task ? room - task : 0;
  }
  widths.task = task;
  widths.algorithm = algorithm;
  return widths;
}

std::string format_row(const Widths& w, const std::string& task, const std::string& algorithm, const std::string& seed,
                       const std::string& steps, const std::string& rate, const std::string& evaluation,
                       const std::string& left) {
  std::string line =
      fmt::format("{:<{}} {:<{}}", keep_end(task, w.task), w.task, keep_start(algorithm, w.algorithm), w.algorithm);
  const auto add = [&](const std::string& text, std::size_t column) {
    if (column > 0) line += fmt::format(" {:>{}}", text, column);
  };
  add(seed, w.seed);
  add(steps, w.steps);
  add(rate, w.rate);
  add(evaluation, w.evaluation);
  add(keep_start(left, w.left), w.left);
  return line;
}

void add_to_mean(std::pair<double, int>& mean, double value) {
  mean.first += value;
  ++mean.second;
}

}  // namespace

std::int64_t Board::count(RunState state) const {
  return std::count_if(rows.begin(), rows.end(), [&](const BoardRow& row) { return row.state == state; });
}

std::optional<double> Board::seconds_left(const BoardRow& row) const {
  if (!row.seconds_per_step) return std::nullopt;
  return *row.seconds_per_step * static_cast<double>(std::max<std::int64_t>(row.budget - row.step, 0));
}

std::optional<double> Board::seconds_left() const {
  std::map<std::pair<std::string, std::string>, std::pair<double, int>> of_pair;
  std::pair<double, int> of_all;
  for (const BoardRow& row : rows) {
    if (!row.seconds_per_step) continue;
    add_to_mean(of_pair[{row.task, row.algorithm}], *row.seconds_per_step);
    add_to_mean(of_all, *row.seconds_per_step);
  }
  if (of_all.second == 0) return std::nullopt;
  double sum = 0;
  double longest = 0;
  for (const BoardRow& row : rows) {
    if (row.state != RunState::kRunning && row.state != RunState::kWaiting) continue;
    const auto pair = of_pair.find({row.task, row.algorithm});
    const auto& mean = pair == of_pair.end() ? of_all : pair->second;
    const double pace = row.seconds_per_step.value_or(mean.first / mean.second);
    const double left = pace * static_cast<double>(std::max<std::int64_t>(row.budget - row.step, 0));
    sum += left;
    longest = std::max(longest, left);
  }
  return std::max(longest, sum / static_cast<double>(std::max<std::int64_t>(jobs, 1)));
}

BoardRow row_of(const std::string& task, const std::string& algorithm, std::uint64_t seed, std::int64_t budget,
                const RunView& view) {
  BoardRow row;
  row.task = text::clean_text(task);
  row.algorithm = text::clean_text(algorithm);
  row.seed = seed;
  row.state = view.state;
  row.budget = budget;
  row.note = text::clean_text(view.problem);
  if (!view.record) return row;
  if (view.state == RunState::kFailed && view.record->failure) {
    // LibTorch's messages end in a stack trace; run.json has the whole message.
    const std::string& message = view.record->failure->message;
    row.note = text::clean_text(view.record->failure->kind + ": " + message.substr(0, message.find('\n')));
  }
  row.step = view.record->progress.environment_steps;
  row.last_evaluation = view.record->progress.last_evaluation;
  row.steps_per_second = view.record->time.steps_per_second;
  if (row.step > 0) row.seconds_per_step = view.record->time.wall_seconds / static_cast<double>(row.step);
  return row;
}

std::string summary_line(const Board& board, std::size_t width) {
  std::string text = text::clean_text(board.suite) + ": ";
  const std::optional<double> left = board.seconds_left();
  if (board.count(RunState::kRunning) > 0 && left) text += text::clock_text(*left) + " left; ";
  const char* separator = "";
  for (const RunState state : {RunState::kRunning, RunState::kFinished, RunState::kFailed, RunState::kDamaged,
                               RunState::kInterrupted, RunState::kWaiting}) {
    const std::int64_t count = board.count(state);
    if (count == 0) continue;
    text += fmt::format("{}{} {}", separator, count, to_text(state));
    separator = ", ";
  }
  return keep_start(text, width);
}

std::vector<std::string> table_lines(const Board& board, const std::vector<const BoardRow*>& rows, std::size_t width,
                                     Notes notes) {
  const Widths widths = fit_widths(rows, width);
  const bool narrow = width < kNarrow;
  std::vector<std::string> lines = {
      format_row(widths, "task", "algorithm", "seed", narrow ? "done" : "steps", "steps/s", "return", "left")};
  for (const BoardRow* row : rows) {
    lines.push_back(format_row(widths, row->task, row->algorithm, std::to_string(row->seed), steps_text(*row, narrow),
                               row->steps_per_second > 0 ? text::count_text(row->steps_per_second) : "-",
                               evaluation_text(*row), left_text(board, *row)));
    if (row->note.empty()) continue;
    const std::vector<std::string> note =
        notes == Notes::kWhole ? wrapped("  " + row->note, width) : std::vector{"  " + row->note};
    lines.insert(lines.end(), note.begin(), note.end());
  }
  for (std::string& line : lines) line = keep_start(line, width);
  return lines;
}

std::vector<std::string> live_lines(const Board& board, std::size_t width, std::size_t height) {
  std::vector<const BoardRow*> running;
  std::vector<const BoardRow*> ended;
  for (const BoardRow& row : board.rows) {
    if (row.state == RunState::kRunning) running.push_back(&row);
    if (row.ended > 0) ended.push_back(&row);
  }
  const std::size_t last = std::min(ended.size(), kMostEnded);
  std::partial_sort(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(last), ended.end(),
                    [](const BoardRow* a, const BoardRow* b) { return a->ended > b->ended; });
  ended.resize(last);
  running.insert(running.end(), ended.begin(), ended.end());

  std::vector<std::string> lines = {summary_line(board, width)};
  const std::vector<std::string> table = table_lines(board, running, width, Notes::kCut);
  lines.insert(lines.end(), table.begin(), table.end());
  if (lines.size() > height) lines.resize(std::max<std::size_t>(height, 1));
  return lines;
}

}  // namespace tutti::launch

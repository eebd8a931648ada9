#include "launch/display.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "launch/say.hpp"

namespace tutti::launch {
namespace {

constexpr std::chrono::milliseconds kLiveTime{250};
constexpr std::chrono::seconds kPlainTime{60};

winsize terminal_size(std::FILE* out) {
  winsize size{};
  if (::ioctl(::fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0) size = {24, 80, 0, 0};
  return size;
}

bool can_redraw(std::FILE* out) {
  const char* terminal = std::getenv("TERM");
  return ::isatty(::fileno(out)) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

Display::Display(std::FILE* out) : out_(out), live_(can_redraw(out)) {}

void Display::erase() {
  // Up over the old lines, then clear to the end of the screen.
  const std::string sequence = drawn_ > 0 ? fmt::format("\x1b[{}A\r\x1b[J", drawn_) : "";
  (void)std::fwrite(sequence.data(), 1, sequence.size(), out_);
  drawn_ = 0;
}

void Display::draw(const Board& board) {
  const winsize size = terminal_size(out_);
  // The last column stays free: a full line would wrap on some terminals. So does the line of the cursor.
  const auto lines = live_lines(board, size.ws_col - 1U, size.ws_row > 2 ? size.ws_row - 1U : 1U);
  erase();
  launch::say(out_, fmt::format("{}\n", fmt::join(lines, "\n")));
  drawn_ = lines.size();
}

void Display::update(const Board& board) {
  const Clock::time_point now = Clock::now();
  if (next_ == Clock::time_point{} && !live_) next_ = now + kPlainTime;
  if (now < next_) return;
  next_ = now + (live_ ? Clock::duration(kLiveTime) : Clock::duration(kPlainTime));
  if (live_) {
    draw(board);
  } else {
    say(summary_line(board, 200));
  }
}

void Display::announce(const Board& board, const BoardRow& row) {
  if (live_) return;
  std::string line = fmt::format("{} {} seed {}: {}", row.task, row.algorithm, row.seed,
                                 row.state == RunState::kRunning ? "started" : to_text(row.state));
  if (row.state != RunState::kRunning) {
    line += fmt::format(" at step {}", row.step);
    if (row.last_evaluation) line += fmt::format(", return {:.2f}", *row.last_evaluation);
    if (!row.note.empty()) line += "; " + row.note;
    const std::int64_t open = board.count(RunState::kRunning) + board.count(RunState::kWaiting);
    line += fmt::format(" ({} to go)", open);
  }
  say(line);
}

void Display::say(const std::string& line) {
  erase();
  launch::say(out_, line + '\n');
}

void Display::finish(const Board& board) {
  if (live_) {
    draw(board);
  } else {
    say(summary_line(board, 200));
  }
}

}  // namespace tutti::launch

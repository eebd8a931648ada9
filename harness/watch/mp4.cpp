#include "watch/mp4.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process/spawn.hpp"
#include "tutti/error.hpp"

namespace tutti::watch {

bool Mp4Writer::is_available() {
  const char* const path = std::getenv("PATH");
  std::error_code ignored;
  std::string_view left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const std::string_view folder = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(folder.size() + 1, left.size()));
    const std::string program = std::string(folder) + "/ffmpeg";
    if (!folder.empty() && std::filesystem::is_regular_file(program, ignored) && ::access(program.c_str(), X_OK) == 0) {
      return true;
    }
  }
  return false;
}

namespace {

// "file:", so that no name is taken for an option or for a protocol of ffmpeg's.
std::vector<std::string> command(const std::filesystem::path& file, FrameSize size, double frames_per_second) {
  const std::string picture = fmt::format("{}x{}", size.width, size.height);
  const std::string rate = fmt::format("{}", frames_per_second);
  const std::string target = "file:" + file.string();
  std::vector<std::string> words = {"ffmpeg", "-loglevel", "error", "-y"};
  for (const auto& [option, value] : std::initializer_list<std::pair<std::string, std::string>>{
           {"-f", "rawvideo"},
           {"-pixel_format", "rgb24"},
           {"-video_size", picture},
           {"-framerate", rate},
           {"-i", "pipe:0"},
           {"-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"},  // players ask for yuv420p, which needs even sides
           {"-pix_fmt", "yuv420p"},
           {"-movflags", "+faststart"},
           {"-f", "mp4"}}) {
    words.push_back(option);
    words.push_back(value);
  }
  words.push_back(target);
  return words;
}

// A file without a name.
results::Descriptor memory_file() {
  results::Descriptor file(::memfd_create("ffmpeg", MFD_CLOEXEC));
  if (file.get() < 0) throw Error(fmt::format("cannot make a file in memory: {}", std::strerror(errno)));
  return file;
}

}  // namespace

Mp4Writer::Mp4Writer(const std::filesystem::path& file, FrameSize size, double frames_per_second)
    : target_(file), said_(memory_file()) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  const results::Descriptor read_end(ends[0]);
  results::Descriptor write_end(ends[1]);
  try {
    // A group of its own: Ctrl-C is for us, and we end it.
    process_ = process::spawn(
        {.arguments = command(target_.partial(), size, frames_per_second),
         .descriptors = {{read_end.get(), STDIN_FILENO}, {said_.get(), STDOUT_FILENO}, {said_.get(), STDERR_FILENO}},
         .own_group = true});
  } catch (const Error& error) {
    fail(error.what());
  }
  pipe_ = std::move(write_end);
}

Mp4Writer::~Mp4Writer() {
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  wait();
}

int Mp4Writer::wait() { return process::wait_for(std::exchange(process_, -1)); }

void Mp4Writer::fail(const std::string& what) const {
  std::string said(2000, '\0');
  said.resize(static_cast<std::size_t>(std::max<ssize_t>(::pread(said_.get(), said.data(), said.size(), 0), 0)));
  while (said.ends_with('\n')) said.pop_back();
  throw Error(fmt::format("{}: {}{}; --no-mp4 does without it", target_.file().string(), what,
                          said.empty() ? "" : ": " + said));
}

void Mp4Writer::add(const Frame& frame) {
  const std::uint8_t* next = frame.pixels.data();
  std::size_t left = frame.pixels.size();
  while (left > 0) {
    const ssize_t count = ::write(pipe_.get(), next, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      wait();
      fail("ffmpeg ended before the film did");
    }
    next += count;
    left -= static_cast<std::size_t>(count);
  }
}

void Mp4Writer::finish() {
  pipe_ = results::Descriptor(-1);
  const int status = wait();
  if (status != 0) fail("ffmpeg failed");
  target_.commit();
}

}  // namespace tutti::watch

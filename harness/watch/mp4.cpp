#include "watch/mp4.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tutti/error.hpp"

namespace tutti::watch {

bool Mp4Writer::is_available() {
  const char* const path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const std::string_view folder = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(folder.size() + 1, left.size()));
    if (!folder.empty() && ::access((std::string(folder) + "/ffmpeg").c_str(), X_OK) == 0) return true;
  }
  return false;
}

Mp4Writer::Mp4Writer(const std::filesystem::path& file, FrameSize size, double frames_per_second) : target_(file) {
  // Players ask for the colours of yuv420p, which need even sides.
  std::vector<std::string> arguments = {"ffmpeg",
                                        "-loglevel",
                                        "error",
                                        "-y",
                                        "-f",
                                        "rawvideo",
                                        "-pixel_format",
                                        "rgb24",
                                        "-video_size",
                                        fmt::format("{}x{}", size.width, size.height),
                                        "-framerate",
                                        fmt::format("{}", frames_per_second),
                                        "-i",
                                        "pipe:0",
                                        "-vf",
                                        "pad=ceil(iw/2)*2:ceil(ih/2)*2",
                                        "-pix_fmt",
                                        "yuv420p",
                                        "-movflags",
                                        "+faststart",
                                        "-f",
                                        "mp4",
                                        target_.partial().string()};
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
  // A group of its own: Ctrl-C is for us, and we end it.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  const int error = ::posix_spawnp(&process_, "ffmpeg", &actions, &attributes, pointers.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[0]);
  pipe_ = ends[1];
  if (error == 0) return;
  ::close(pipe_);
  throw Error(fmt::format("cannot start ffmpeg: {}", std::strerror(error)));
}

Mp4Writer::~Mp4Writer() {
  if (pipe_ >= 0) ::close(pipe_);
  if (process_ < 0) return;
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
}

void Mp4Writer::add(const Frame& frame) {
  const std::uint8_t* next = frame.pixels.data();
  std::size_t left = frame.pixels.size();
  while (left > 0) {
    const ssize_t count = ::write(pipe_, next, left);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      throw Error(fmt::format("{}: ffmpeg stopped reading: {}; --no-mp4 does without it", target_.file().string(),
                              std::strerror(errno)));
    }
    next += count;
    left -= static_cast<std::size_t>(count);
  }
}

void Mp4Writer::finish() {
  ::close(std::exchange(pipe_, -1));
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(
        fmt::format("{}: ffmpeg failed (status {}); --no-mp4 does without it", target_.file().string(), status));
  }
  target_.commit();
}

}  // namespace tutti::watch

// A film as an MP4, encoded by the program ffmpeg where it is installed.
#pragma once

#include <sys/types.h>

#include <filesystem>

#include "tutti/frame.hpp"
#include "watch/aside_file.hpp"

namespace tutti::watch {

class Mp4Writer {
 public:
  /// Whether PATH has ffmpeg.
  static bool is_available();

  /// Throws Error if ffmpeg cannot be started.
  Mp4Writer(const std::filesystem::path& file, FrameSize size, double frames_per_second);
  /// Ends ffmpeg, if finish() did not.
  ~Mp4Writer();
  Mp4Writer(const Mp4Writer&) = delete;
  Mp4Writer& operator=(const Mp4Writer&) = delete;

  /// Throws Error when ffmpeg stopped reading; what it said is on standard error.
  void add(const Frame& frame);

  /// Completes the file; without it none stays. Throws Error when ffmpeg failed.
  void finish();

 private:
  AsideFile target_;
  int pipe_ = -1;
  pid_t process_ = -1;
};

}  // namespace tutti::watch

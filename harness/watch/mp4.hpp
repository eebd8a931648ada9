// A film as an MP4, encoded by the program ffmpeg where it is installed.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "results/files.hpp"
#include "tutti/frame.hpp"
#include "watch/aside_file.hpp"

namespace tutti::watch {

class Mp4Writer {
 public:
  /// Whether PATH has ffmpeg.
  static bool is_available();

  /// Throws FileError, or Error if ffmpeg cannot be started. While one of these lives, SIGPIPE has to be ignored.
  Mp4Writer(const std::filesystem::path& file, FrameSize size, double frames_per_second);
  /// Ends ffmpeg, if finish() did not.
  ~Mp4Writer();
  Mp4Writer(const Mp4Writer&) = delete;
  Mp4Writer& operator=(const Mp4Writer&) = delete;

  /// Throws Error with what ffmpeg said when it stopped reading.
  void add(const Frame& frame);

  /// Completes the file; without it none stays. Throws Error with what ffmpeg said when it failed.
  void finish();

 private:
  int wait();
  [[noreturn]] void fail(const std::string& what) const;

  AsideFile target_;
  results::Descriptor said_;  // what ffmpeg writes to its standard error
  results::Descriptor pipe_{-1};
  pid_t process_ = -1;
};

}  // namespace tutti::watch

// An OpenGL context without a display, opened at run time: EGL, or OSMesa where EGL is missing. Neither is linked, so
// that machines without graphics train all the same.
#pragma once

#include <memory>
#include <string>

namespace tutti::mamujoco {

class OffScreen {
 public:
  virtual ~OffScreen() = default;
  OffScreen(const OffScreen&) = delete;
  OffScreen& operator=(const OffScreen&) = delete;

  /// Directs this thread's OpenGL calls here. Throws Error.
  virtual void make_current() = 0;

  /// "EGL" or "OSMesa".
  virtual std::string name() const = 0;

 protected:
  OffScreen() = default;
};

/// `wanted` is "egl", "osmesa" or empty for the first that works; the environment variable MUJOCO_GL says it for a
/// program. Throws Error with the reasons and the package to install, or on any other word.
std::unique_ptr<OffScreen> open_off_screen(const std::string& wanted);

}  // namespace tutti::mamujoco

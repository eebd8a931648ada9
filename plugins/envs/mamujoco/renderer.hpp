// Draws a robot by MuJoCo's own renderer, on a copy of its simulation: the original's lagging numbers, which rewards
// are defined on, stay as they are.
#pragma once

#include <memory>
#include <vector>

#include "factorization.hpp"
#include "mujoco_api.hpp"
#include "off_screen.hpp"
#include "tutti/frame.hpp"

namespace tutti::mamujoco {

class Renderer {
 public:
  /// Each agent's limbs get a colour of their own. Throws Error where nothing can be drawn with, or on an impossible
  /// size.
  Renderer(const mjModel& model, const Factorization& factorization, FrameSize size);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  FrameSize size() const { return size_; }
  const OffScreen& screen() const { return *screen_; }

  /// The robot at position `qpos`, seen by a camera that follows its torso.
  Frame draw(std::span<const double> qpos);

 private:
  void color_agents(const Factorization& factorization);
  void aim_camera();
  void set_lights();
  void add_floor_tiles();

  FrameSize size_;
  std::unique_ptr<OffScreen> screen_;
  Model model_;
  Data data_;
  mjvScene scene_{};
  mjvCamera camera_{};
  mjvOption options_{};
  mjrContext context_{};
  double floor_ = 0;        // its height
  double look_height_ = 0;  // of the point that the camera looks at
};

}  // namespace tutti::mamujoco

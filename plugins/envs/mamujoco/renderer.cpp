#include "renderer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

constexpr int kTorso = 1;  // the first body after the world
constexpr std::int64_t kSmallestSide = 16;
constexpr int kMostGeoms = 1000;
constexpr int kTilesAround = 12;  // of one metre, in each direction

using Rgba = std::array<float, 4>;
constexpr Rgba kBody{0.62F, 0.62F, 0.64F, 1};
constexpr Rgba kFloor{0.90F, 0.91F, 0.92F, 1};
constexpr Rgba kTile{0.80F, 0.82F, 0.84F, 1};
// Okabe and Ito's colours, which people with any colour vision tell apart.
constexpr std::array<Rgba, 6> kAgents{{{0.00F, 0.45F, 0.70F, 1},
                                       {0.90F, 0.62F, 0.00F, 1},
                                       {0.80F, 0.47F, 0.65F, 1},
                                       {0.00F, 0.62F, 0.45F, 1},
                                       {0.84F, 0.37F, 0.00F, 1},
                                       {0.34F, 0.71F, 0.91F, 1}}};

FrameSize checked(FrameSize size) {
  const auto fits = [](std::int64_t side) { return side >= kSmallestSide && side <= kLargestFrameSide; };
  if (fits(size.width) && fits(size.height)) return size;
  throw Error("mamujoco: a picture of " + std::to_string(size.width) + " x " + std::to_string(size.height) +
              " pixels; expected sides from " + std::to_string(kSmallestSide) + " to " +
              std::to_string(kLargestFrameSide));
}

std::string wanted_screen() {
  const char* const value = std::getenv("MUJOCO_GL");
  return value == nullptr ? "" : value;
}

Model copy_of(const mjModel& model) {
  Model copy(mj_copyModel(nullptr, &model));
  if (!copy) throw Error("mamujoco: MuJoCo cannot copy the model to draw it");
  return copy;
}

bool is_floor(const mjModel& model, int geom) { return model.geom_type[geom] == mjGEOM_PLANE; }

}  // namespace

Renderer::Renderer(const mjModel& model, const Factorization& factorization, FrameSize size)
    : size_(checked(size)),
      screen_(open_off_screen(wanted_screen())),
      model_(copy_of(model)),
      data_(make_data(*model_)) {
  model_->vis.global.offwidth = static_cast<int>(size.width);
  model_->vis.global.offheight = static_cast<int>(size.height);
  model_->vis.quality.offsamples = 4;
  model_->vis.quality.shadowsize = 1024;
  color_agents(factorization);
  set_lights();
  mjv_defaultScene(&scene_);
  mjv_defaultOption(&options_);
  mjr_defaultContext(&context_);
  mjv_makeScene(model_.get(), &scene_, kMostGeoms);
  screen_->make_current();
  mjr_makeContext(model_.get(), &context_, mjFONTSCALE_100);
  mjr_setBuffer(mjFB_OFFSCREEN, &context_);
  if (context_.currentBuffer != mjFB_OFFSCREEN) {
    mjr_freeContext(&context_);
    mjv_freeScene(&scene_);
    throw Error("mamujoco: " + screen_->name() + " has no framebuffer to draw into");
  }
  aim_camera();
}

Renderer::~Renderer() {
  try {
    screen_->make_current();
    mjr_freeContext(&context_);
  } catch (const Error&) {
    // Its memory is lost, which is no reason to end the program.
  }
  mjv_freeScene(&scene_);
}

// A limb has the colour of the agent that drives the joint at its root.
void Renderer::color_agents(const Factorization& factorization) {
  const auto paint = [&](int geom, const Rgba& color) {
    std::ranges::copy(color, model_->geom_rgba + 4 * geom);
    model_->geom_matid[geom] = -1;
  };
  for (int geom = 0; size_of(geom) < size_of(model_->ngeom); ++geom) {
    paint(geom, is_floor(*model_, geom) ? kFloor : kBody);
    if (is_floor(*model_, geom)) floor_ = model_->geom_pos[3 * geom + 2];
  }
  for (std::size_t agent = 0; agent < factorization.size(); ++agent) {
    for (const int actuator : factorization[agent]) {
      const int body = model_->jnt_bodyid[model_->actuator_trnid[2 * actuator]];
      for (int i = 0; i < model_->body_geomnum[body]; ++i) {
        paint(model_->body_geomadr[body] + i, kAgents[agent % kAgents.size()]);
      }
    }
  }
}

// Robots are seen from the side where they live in a plane that stands, from above where they lie, from a corner where
// they move freely.
void Renderer::aim_camera() {
  mjv_defaultCamera(&camera_);
  camera_.type = mjCAMERA_FREE;
  const bool moves_freely = model_->jnt_type[0] == mjJNT_FREE;
  const bool lies = !moves_freely && model_->jnt_axis[3 * 1 + 1] != 0;  // its second joint slides along y
  camera_.azimuth = moves_freely ? 120 : 90;
  camera_.elevation = lies ? -70 : moves_freely ? -30 : -12;
  camera_.distance = lies ? 4 : moves_freely ? 3.4 : 2.8;
  // Somewhat below where the torso starts, whatever height it has later: a jump is seen as one.
  look_height_ = 0.75 * model_->body_pos[3 * kTorso + 2];
}

// Lights that follow the camera, so that a robot that runs away stays lit.
void Renderer::set_lights() {
  auto& headlight = model_->vis.headlight;
  headlight.active = 1;
  std::ranges::fill(headlight.ambient, 0.45F);
  std::ranges::fill(headlight.diffuse, 0.45F);
  std::ranges::fill(headlight.specular, 0.1F);
}

void Renderer::add_floor_tiles() {
  const double* const torso = data_->xpos + 3 * kTorso;
  const auto middle_x = static_cast<int>(std::floor(torso[0]));
  const auto middle_y = static_cast<int>(std::floor(torso[1]));
  for (int x = middle_x - kTilesAround; x <= middle_x + kTilesAround; ++x) {
    for (int y = middle_y - kTilesAround; y <= middle_y + kTilesAround; ++y) {
      if ((x + y) % 2 != 0 || scene_.ngeom >= scene_.maxgeom) continue;
      const std::array<mjtNum, 3> half = {0.5, 0.5, 0.001};
      const std::array<mjtNum, 3> position = {x + 0.5, y + 0.5, floor_};
      mjvGeom& tile = scene_.geoms[scene_.ngeom++];
      mjv_initGeom(&tile, mjGEOM_BOX, half.data(), position.data(), nullptr, kTile.data());
      tile.category = mjCAT_STATIC;
    }
  }
}

Frame Renderer::draw(std::span<const double> qpos) {
  std::ranges::copy(qpos, data_->qpos);
  mj_kinematics(model_.get(), data_.get());
  mj_comPos(model_.get(), data_.get());
  mj_camlight(model_.get(), data_.get());
  // By hand: MuJoCo's own tracking lags, so that a picture would depend on those before it.
  camera_.lookat[0] = data_->xpos[3 * kTorso];
  camera_.lookat[1] = data_->xpos[3 * kTorso + 1];
  camera_.lookat[2] = look_height_;
  screen_->make_current();
  mjv_updateScene(model_.get(), data_.get(), &options_, nullptr, &camera_, mjCAT_ALL, &scene_);
  add_floor_tiles();
  const mjrRect whole = {0, 0, static_cast<int>(size_.width), static_cast<int>(size_.height)};
  mjr_render(whole, &scene_, &context_);

  Frame frame{size_, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * size_.width * size_.height))};
  std::vector<float> depth(frame.pixels.size() / 3);
  mjr_readPixels(frame.pixels.data(), depth.data(), whole, &context_);
  // Where nothing was drawn MuJoCo leaves black.
  for (std::size_t i = 0; i < depth.size(); ++i) {
    if (depth[i] >= 1) std::fill_n(frame.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, std::uint8_t{255});
  }
  // OpenGL's rows start at the bottom.
  const std::int64_t row = 3 * size_.width;
  for (std::int64_t top = 0, bottom = size_.height - 1; top < bottom; ++top, --bottom) {
    std::swap_ranges(frame.pixels.begin() + top * row, frame.pixels.begin() + (top + 1) * row,
                     frame.pixels.begin() + bottom * row);
  }
  return frame;
}

}  // namespace tutti::mamujoco

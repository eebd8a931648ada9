// MuJoCo, from 2.2 to 4: models and data that free themselves, and failures as exceptions. What differs between
// versions is dealt with here and nowhere else.
#pragma once

#include <mujoco/mujoco.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tutti::mamujoco {

struct ModelDeleter {
  void operator()(mjModel* model) const { mj_deleteModel(model); }
};
struct DataDeleter {
  void operator()(mjData* data) const { mj_deleteData(data); }
};
using Model = std::unique_ptr<mjModel, ModelDeleter>;
using Data = std::unique_ptr<mjData, DataDeleter>;

/// A model file, open at its beginning. Throws Error when it is missing or cannot be opened.
std::ifstream open_model(const std::filesystem::path& file);

/// Compiles a model file, whose geoms must all have the same margin. Throws Error when it is missing or unreadable.
/// From then on a fatal error within MuJoCo ends the program with its reason.
Model load_model(const std::filesystem::path& file);

Data make_data(const mjModel& model);

/// "2.2.2", of the library that runs, which need not be the one that was compiled against.
std::string library_version();

/// Throws Error when `version` (as mj_version() gives it, 222 for 2.2.2) is older than 2.2.
void require_supported(int version);

/// Whether the margins of two geoms add up to the distance at which they touch, as they do from 3.5 on. Before it was
/// the greater of the two; load_model() halves them, so that the distance is the same. `version` as mj_version() gives
/// it.
constexpr bool margins_add_up(int version) { return version >= 3'005'000; }

/// The distance at which two geoms touch.
double contact_margin(const mjModel& model, int first, int second);

/// Makes the quaternions of the position unit quaternions. mj_forward() did so up to 3.1, and leaves them alone
/// from 3.2 on.
inline void normalize_quaternions(const mjModel& model, mjData& data) { mj_normalizeQuat(&model, data.qpos); }

/// The inertia matrix at the position of `data`, [velocities, velocities].
template <class MjData>
std::vector<double> dense_mass_matrix(const mjModel& model, const MjData& data) {
  std::vector<double> matrix(static_cast<std::size_t>(model.nv * model.nv));
  if constexpr (requires { mj_fullM(&model, matrix.data(), data.qM); }) {
    mj_fullM(&model, matrix.data(), data.qM);
  } else {  // later 3.x
    mj_fullM(&model, &data, matrix.data());
  }
  return matrix;
}

/// Throws Error with the reason when MuJoCo warned since the last reset of `data`: numbers that are not finite or too
/// large, after which MuJoCo starts over from the initial state without asking, or contacts that it had to drop.
void require_no_warning(const mjData& data);

// Numbers of a simulation, writable. The sizes' types differ between versions.
inline std::size_t size_of(auto count) { return static_cast<std::size_t>(count); }
inline std::span<double> qpos(const mjModel& model, mjData& data) { return {data.qpos, size_of(model.nq)}; }
inline std::span<double> qvel(const mjModel& model, mjData& data) { return {data.qvel, size_of(model.nv)}; }
inline std::span<double> controls(const mjModel& model, mjData& data) { return {data.ctrl, size_of(model.nu)}; }
inline std::span<double> warm_start(const mjModel& model, mjData& data) {
  return {data.qacc_warmstart, size_of(model.nv)};
}
/// Torque and force on each body, [bodies, 6].
inline std::span<double> contact_forces(const mjModel& model, mjData& data) {
  return {data.cfrc_ext, 6 * size_of(model.nbody)};
}

}  // namespace tutti::mamujoco

#include "mujoco_api.hpp"

#include <array>
#include <type_traits>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

static_assert(std::is_same_v<mjtNum, double>, "MuJoCo must be built with double precision");
static_assert(mjVERSION_HEADER >= 220, "MuJoCo 2.2 or newer is needed");

// MuJoCo's own handler appends to MUJOCO_LOG.TXT in the working folder. Warnings that matter are counted in mjData,
// where require_no_warning() finds them.
void ignore_warning(const char*) {}

}  // namespace

Model load_model(const std::filesystem::path& file) {
  require_supported(mj_version());
  mju_user_warning = ignore_warning;
  if (!std::filesystem::is_regular_file(file)) {
    throw Error("mamujoco: model file " + file.string() + " is missing; it is installed beside the plugin");
  }
  std::array<char, 1000> reason{};
  Model model(mj_loadXML(file.c_str(), nullptr, reason.data(), static_cast<int>(reason.size())));
  if (!model) throw Error("mamujoco: model file " + file.string() + " cannot be read: " + reason.data());
  return model;
}

Data make_data(const mjModel& model) {
  Data data(mj_makeData(&model));
  if (!data) throw Error("mamujoco: MuJoCo cannot allocate a simulation");
  return data;
}

std::string library_version() { return mj_versionString(); }

void require_supported(int version) {
  if (version < 220) {
    throw Error("mamujoco: MuJoCo " + library_version() + " is loaded (version number " + std::to_string(version) +
                "); expected 2.2 or newer");
  }
}

void require_no_warning(const mjData& data) {
  for (int kind = 0; kind < mjNWARNING; ++kind) {
    if (data.warning[kind].number == 0) continue;
    throw Error(std::string("mamujoco: the simulation diverged: ") +
                mju_warningText(kind, data.warning[kind].lastinfo));
  }
}

}  // namespace tutti::mamujoco

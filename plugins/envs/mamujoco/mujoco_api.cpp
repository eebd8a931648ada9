#include "mujoco_api.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <type_traits>

#include "tutti/error.hpp"

namespace tutti::mamujoco {
namespace {

static_assert(std::is_same_v<mjtNum, double>, "MuJoCo must be built with double precision");
static_assert(mjVERSION_HEADER >= 220, "MuJoCo 2.2 or newer is needed");

// MuJoCo's own handler appends to MUJOCO_LOG.TXT in the working folder. Warnings that matter are counted in mjData,
// where require_no_warning() finds them.
void ignore_warning(const char*) {}

// MuJoCo's own handler writes that file, too, and then waits for a key. It must not return, nor throw: MuJoCo's
// functions are compiled as C and could not be left that way.
[[noreturn]] void stop(const char* reason) {
  std::fprintf(stderr, "mamujoco: MuJoCo stopped: %s\n", reason);
  std::abort();
}

// "first; second" of two lines.
std::string on_one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::string_view next = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(next.size() + 1, text.size()));
    if (!next.empty()) line += (line.empty() ? "" : "; ") + std::string(next);
  }
  return line;
}

void keep_contact_margins(mjModel& model) {
  if (!margins_add_up(mj_version())) return;
  for (double& margin : std::span(model.geom_margin, size_of(model.ngeom))) margin /= 2;
}

bool is_divergence(int warning) {
  return warning == mjWARN_BADQPOS || warning == mjWARN_BADQVEL || warning == mjWARN_BADQACC;
}

}  // namespace

std::ifstream open_model(const std::filesystem::path& file) {
  const std::string name = "mamujoco: model file " + file.string();
  std::error_code problem;
  const auto status = std::filesystem::status(file, problem);
  if (status.type() == std::filesystem::file_type::not_found) {
    throw Error(name + " is missing; it is installed beside the plugin");
  }
  if (problem) throw Error(name + " cannot be opened: " + problem.message());
  if (!std::filesystem::is_regular_file(status)) throw Error(name + " cannot be opened: it is not a regular file");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(name + " cannot be opened: " + std::generic_category().message(errno));
  return stream;
}

Model load_model(const std::filesystem::path& file) {
  require_supported(mj_version());
  mju_user_warning = ignore_warning;
  mju_user_error = stop;
  open_model(file);  // MuJoCo calls whatever it cannot open "not found"
  std::array<char, 1000> reason{};
  Model model(mj_loadXML(file.c_str(), nullptr, reason.data(), static_cast<int>(reason.size())));
  if (!model) throw Error("mamujoco: model file " + file.string() + " cannot be read: " + on_one_line(reason.data()));
  keep_contact_margins(*model);
  return model;
}

double contact_margin(const mjModel& model, int first, int second) {
  const double a = model.geom_margin[first], b = model.geom_margin[second];
  return margins_add_up(mj_version()) ? a + b : std::max(a, b);
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
    const std::string text = mju_warningText(kind, data.warning[kind].lastinfo);
    if (is_divergence(kind)) throw NotFiniteError("mamujoco: the simulation diverged: " + text);
    throw Error("mamujoco: the simulation is not exact: " + text);
  }
}

}  // namespace tutti::mamujoco

#include "simulation.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

#include "tutti/error.hpp"
#include "tutti/parameters.hpp"

namespace tutti::mamujoco {
namespace {

constexpr int kTorso = 1;  // the first body after the world

bool inside(double value, Interval interval, bool inclusive) {
  if (inclusive) return interval.low <= value && value <= interval.high;
  return interval.low < value && value < interval.high;
}

double sum_of_squares(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value * value;
  return sum;
}

std::vector<double> copy_of(std::span<const double> values) { return {values.begin(), values.end()}; }

void assign(std::span<double> target, std::span<const double> source, const char* what) {
  if (target.size() != source.size()) {
    throw Error(std::string("mamujoco: ") + what + " has " + std::to_string(source.size()) + " values; expected " +
                std::to_string(target.size()));
  }
  std::ranges::copy(source, target.begin());
}

// Robots are described by places in MuJoCo's arrays: a model of other sizes would be read beyond their ends. Half
// cheetah and walker differ in the time step.
Model load_model_of(const Robot& robot, const std::filesystem::path& file) {
  Model model = load_model(file);
  const auto text_of = [](auto nq, auto nv, auto nu, auto nbody, auto na, double time_step) {
    return "nq " + std::to_string(nq) + ", nv " + std::to_string(nv) + ", nu " + std::to_string(nu) + ", nbody " +
           std::to_string(nbody) + ", na " + std::to_string(na) + ", time step " + to_text(time_step);
  };
  const std::string found = text_of(model->nq, model->nv, model->nu, model->nbody, model->na, model->opt.timestep);
  const std::string expected =
      text_of(robot.positions, robot.velocities, robot.joints.size(), robot.bodies, 0, robot.time_step);
  if (found == expected) return model;
  throw Error("mamujoco: model file " + file.string() + " has " + found + "; expected " + expected + ", those of " +
              robot.name);
}

}  // namespace

Simulation::Simulation(const Robot& robot, Version version, const std::filesystem::path& models)
    : robot_(robot),
      version_(version),
      model_file_(models / (version == Version::kV5 ? robot.model : robot.model_v2)),
      model_(load_model_of(robot, model_file_)),
      data_(make_data(*model_)),
      computes_contact_forces_(robot.contact_forces && version == Version::kV5),
      step_seconds_(model_->opt.timestep * robot.frame_skip) {
  mj_forward(model_.get(), data_.get());
}

void Simulation::reset(RandomStream& random) {
  mj_resetData(model_.get(), data_.get());
  for (double& position : qpos()) position += random.uniform(-robot_.noise, robot_.noise);
  for (double& velocity : qvel()) {
    velocity = robot_.normal_velocity ? robot_.noise * random.normal() : random.uniform(-robot_.noise, robot_.noise);
  }
  normalize_quaternions(*model_, *data_);
  mj_forward(model_.get(), data_.get());
  outcome_ = {};
}

void Simulation::reset(std::span<const double> qpos, std::span<const double> qvel) {
  mj_resetData(model_.get(), data_.get());
  assign(this->qpos(), qpos, "the position");
  assign(this->qvel(), qvel, "the velocity");
  normalize_quaternions(*model_, *data_);
  mj_forward(model_.get(), data_.get());
  outcome_ = {};
}

const Outcome& Simulation::step(std::span<const double> controls) {
  const double x_before = x();
  assert(controls.size() == size_of(model_->nu));
  std::ranges::copy(controls, data_->ctrl);
  for (int i = 0; i < robot_.frame_skip; ++i) mj_step(model_.get(), data_.get());
  if (computes_contact_forces_) mj_rnePostConstraint(model_.get(), data_.get());
  require_no_warning(*data_);
  require_finite();
  outcome_ = score(controls, x_before);
  return outcome_;
}

Outcome Simulation::score(std::span<const double> controls, double x_before) const {
  Outcome outcome;
  const bool is_healthy = healthy();
  outcome.forward = (x() - x_before) / step_seconds_;
  outcome.control = -robot_.control_weight * sum_of_squares(controls);
  outcome.survive = is_healthy || version_ == Version::kV2 ? robot_.survive_reward : 0;
  outcome.terminated = !is_healthy;
  if (computes_contact_forces_) {
    double sum = 0;
    for (const double force : contact_forces(*model_, *data_)) {
      const double clipped = std::clamp(force, -1.0, 1.0);
      sum += clipped * clipped;
    }
    outcome.contact = -robot_.contact_weight * sum;
  }
  return outcome;
}

double Simulation::x() const { return robot_.torso_velocity ? data_->xpos[3 * kTorso] : data_->qpos[0]; }

double Simulation::contact_force(int body, int component) const {
  return std::clamp(data_->cfrc_ext[6 * body + component], -1.0, 1.0);
}

bool Simulation::healthy() const {
  if (robot_.survive_reward == 0) return true;
  return inside(data_->qpos[robot_.height], robot_.healthy_height, robot_.height_inclusive) &&
         inside(data_->qpos[robot_.pitch], robot_.healthy_pitch, /*inclusive=*/false);
}

void Simulation::require_finite() const {
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(qpos(), is_finite) || !std::ranges::all_of(qvel(), is_finite)) {
    throw NotFiniteError("mamujoco: the simulation diverged: a position or velocity of " + robot_.name +
                         " is not finite");
  }
}

// v2's Ant lists the contact forces of the world, too, all of them zero.
std::size_t Simulation::state_size() const {
  const std::size_t moving = size_of(model_->nq) - size_of(robot_.first_position) + size_of(model_->nv);
  if (!robot_.contact_forces) return moving;
  return moving + 6 * (size_of(model_->nbody) - (version_ == Version::kV5 ? 1 : 0));
}

void Simulation::state(std::span<double> out) const {
  auto next = std::ranges::copy(qpos().subspan(size_of(robot_.first_position)), out.begin()).out;
  for (const double velocity : qvel()) *next++ = std::clamp(velocity, -robot_.velocity_clip, robot_.velocity_clip);
  if (!robot_.contact_forces) return;
  for (int body = version_ == Version::kV5 ? 1 : 0; size_of(body) < size_of(model_->nbody); ++body) {
    for (int component = 0; component < 6; ++component) *next++ = contact_force(body, component);
  }
}

Simulation::Checkpoint Simulation::checkpoint() const {
  Checkpoint result;
  result.qpos = copy_of(qpos());
  result.qvel = copy_of(qvel());
  result.warm_start = copy_of(warm_start(*model_, *data_));
  result.contact_forces = copy_of(contact_forces(*model_, *data_));
  std::copy_n(data_->xpos + 3 * kTorso, 3, result.torso);
  result.time = data_->time;
  return result;
}

// No mj_forward: it would overwrite the lagging numbers.
void Simulation::restore(const Checkpoint& checkpoint) {
  mj_resetData(model_.get(), data_.get());
  assign(qpos(), checkpoint.qpos, "the position");
  assign(qvel(), checkpoint.qvel, "the velocity");
  assign(warm_start(*model_, *data_), checkpoint.warm_start, "the warm start");
  assign(contact_forces(*model_, *data_), checkpoint.contact_forces, "the contact force");
  std::copy_n(checkpoint.torso, 3, data_->xpos + 3 * kTorso);
  data_->time = checkpoint.time;
}

void Simulation::save(SnapshotWriter& writer) const {
  const Checkpoint now = checkpoint();
  writer.values<double>("qpos", now.qpos);
  writer.values<double>("qvel", now.qvel);
  writer.values<double>("warm_start", now.warm_start);
  writer.values<double>("contact_forces", now.contact_forces);
  writer.values<double>("torso", now.torso);
  writer.value("time", now.time);
  const double outcome[] = {outcome_.forward, outcome_.control, outcome_.contact, outcome_.survive};
  writer.values<double>("outcome", outcome);
  writer.value<std::uint8_t>("terminated", outcome_.terminated ? 1 : 0);
}

void Simulation::load(SnapshotReader& reader) {
  Checkpoint stored;
  stored.qpos = reader.vector<double>("qpos");
  stored.qvel = reader.vector<double>("qvel");
  stored.warm_start = reader.vector<double>("warm_start");
  stored.contact_forces = reader.vector<double>("contact_forces");
  reader.values<double>("torso", stored.torso);
  stored.time = reader.value<double>("time");
  double outcome[4];
  reader.values<double>("outcome", outcome);
  const bool terminated = reader.value<std::uint8_t>("terminated") != 0;
  restore(stored);
  outcome_ = {outcome[0], outcome[1], outcome[2], outcome[3], terminated};
}

}  // namespace tutti::mamujoco

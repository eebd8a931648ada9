#include "simulation.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "environment_checks.hpp"

namespace tutti::mamujoco {
namespace {

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

TEST(Simulation, AMissingModelFileIsNamed) {
  const std::string message = message_of([] { Simulation(robot("ant"), Version::kV5, "/nonexistent"); });
  EXPECT_NE(message.find("model file /nonexistent/ant.xml is missing"), std::string::npos) << message;
}

TEST(Simulation, AModelFileThatCannotBeOpenedIsNamedWithTheReason) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::path(testing::TempDir()) / "tutti_closed_models";
  fs::remove_all(folder);
  fs::create_directories(folder / "half_cheetah.xml");
  fs::create_symlink("ant.xml", folder / "ant.xml");
  std::ofstream(folder / "swimmer.xml") << "<mujoco/>";
  fs::permissions(folder / "swimmer.xml", fs::perms::none);
  const std::pair<const char*, const char*> reasons[] = {
      {"half_cheetah", "half_cheetah.xml cannot be opened: it is not a regular file"},
      {"ant", "ant.xml cannot be opened: Too many levels of symbolic links"},
      {"swimmer", geteuid() == 0 ? "swimmer.xml" : "swimmer.xml cannot be opened: Permission denied"}};
  for (const auto& [name, reason] : reasons) {
    const std::string message = message_of([&] { Simulation(robot(name), Version::kV5, folder); });
    EXPECT_NE(message.find(reason), std::string::npos) << message;
  }
  fs::remove_all(folder);
}

TEST(Simulation, AnUnreadableModelFileIsNamedWithTheReason) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "tutti_unreadable_models";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "ant.xml") << "<mujoco><worldbody><ant/></worldbody></mujoco>";
  const std::string message = message_of([&] { Simulation(robot("ant"), Version::kV5, folder); });
  EXPECT_NE(message.find("ant.xml cannot be read"), std::string::npos) << message;
  EXPECT_NE(message.find("ant'"), std::string::npos) << message;  // MuJoCo names the element
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  EXPECT_EQ(message.find_last_not_of(" ;"), message.size() - 1) << message;
  std::filesystem::remove_all(folder);
}

TEST(Simulation, ContactsBeginAtOneDistanceWithEveryVersionOfMuJoCo) {
  for (const int version : {220, 222, 237, 340}) EXPECT_FALSE(margins_add_up(version)) << version;
  for (const int version : {3'005'000, 3'017'000, 4'000'000}) EXPECT_TRUE(margins_add_up(version)) << version;
  const Model model = load_model(kModels / "ant.xml");
  const Data data = make_data(*model);
  EXPECT_EQ(contact_margin(*model, 0, 1), 0.01);
  const auto contacts_at = [&](double height) {
    mj_resetData(model.get(), data.get());
    data->qpos[2] = height;
    mj_forward(model.get(), data.get());
    return data->ncon;
  };
  // The torso is a sphere of radius 0.25; the legs are stretched out above the floor.
  EXPECT_GT(contacts_at(0.2599), 0);
  EXPECT_EQ(contacts_at(0.2601), 0);
}

TEST(Simulation, AnEpisodeStartsWithAUnitQuaternionWithEveryVersionOfMuJoCo) {
  Simulation simulation(robot("ant"), Version::kV5, kModels);
  std::vector<double> qpos(simulation.qpos().begin(), simulation.qpos().end());
  const std::vector<double> qvel(simulation.qvel().size());
  qpos[3] = 1.2;
  simulation.reset(qpos, qvel);
  EXPECT_EQ(simulation.qpos()[3], 1);
}

TEST(Simulation, AModelOfAnotherRobotIsRefused) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "tutti_exchanged_models";
  std::filesystem::create_directories(folder);
  for (const char* model : {"ant.xml", "walker2d.xml"}) {
    std::filesystem::copy_file(kModels / "half_cheetah.xml", folder / model,
                               std::filesystem::copy_options::overwrite_existing);
  }
  const std::string other_sizes = message_of([&] { Simulation(robot("ant"), Version::kV5, folder); });
  EXPECT_NE(
      other_sizes.find("ant.xml has nq 9, nv 9, nu 6, nbody 8, na 0, time step 0.01; expected nq 15, nv 14, nu 8, "
                       "nbody 14, na 0, time step 0.01, those of ant"),
      std::string::npos)
      << other_sizes;
  const std::string same_sizes = message_of([&] { Simulation(robot("walker2d"), Version::kV5, folder); });
  EXPECT_NE(same_sizes.find("time step 0.002, those of walker2d"), std::string::npos) << same_sizes;
  std::filesystem::remove_all(folder);
}

TEST(Simulation, OldMujocoIsRefused) {
  EXPECT_NE(message_of([] { require_supported(210); }).find("expected 2.2 or newer"), std::string::npos);
  EXPECT_NO_THROW(require_supported(220));
  EXPECT_NO_THROW(require_supported(mj_version()));
}

class Divergence : public testing::TestWithParam<double> {};

TEST_P(Divergence, EndsTheEpisodeWithItsReason) {
  for (const Robot& each : robots()) {
    Simulation simulation(each, Version::kV5, kModels);
    const std::vector<double> controls(each.joints.size());
    simulation.step(controls);
    simulation.qvel()[1] = GetParam();
    const std::string message = message_of([&] { simulation.step(controls); });
    EXPECT_NE(message.find("the simulation diverged: "), std::string::npos) << message;
    EXPECT_NE(message.find("QVEL"), std::string::npos) << message;
    EXPECT_FALSE(std::filesystem::exists("MUJOCO_LOG.TXT"));
  }
}

INSTANTIATE_TEST_SUITE_P(Simulation, Divergence,
                         testing::Values(1e12, std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN()));

TEST(Simulation, AWarningThatIsNoDivergenceIsNotCalledOne) {
  const Model model = load_model(kModels / "ant.xml");
  const Data data = make_data(*model);
  data->warning[mjWARN_CONTACTFULL].number = 1;
  const std::string message = message_of([&] { require_no_warning(*data); });
  EXPECT_EQ(message, std::string("mamujoco: the simulation is not exact: ") + mju_warningText(mjWARN_CONTACTFULL, 0));
}

TEST(SimulationDeathTest, AFatalErrorWithinMujocoEndsTheProgramWithItsReason) {
  const Model model = load_model(kModels / "ant.xml");
  EXPECT_DEATH(mju_error("too small"), "mamujoco: MuJoCo stopped: too small");
}

TEST(Simulation, AfterADivergenceAResetGoesOn) {
  Simulation simulation(robot("walker2d"), Version::kV5, kModels);
  simulation.qvel()[0] = 1e300;
  const std::vector<double> controls(6);
  EXPECT_THROW(simulation.step(controls), Error);
  RandomStream random(1);
  simulation.reset(random);
  EXPECT_NO_THROW(simulation.step(controls));
}

// Mean and mean square of each of many values.
struct Moments {
  explicit Moments(std::size_t size) : means(size), squares(size) {}
  void add(std::span<const double> values, double weight) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      means[i] += weight * values[i];
      squares[i] += weight * values[i] * values[i];
    }
  }
  std::vector<double> means;
  std::vector<double> squares;
};

// Offsets from the model's position. MuJoCo scales quaternions to length 1, which their ratios to the first component
// do not notice: with noise u, u_i / (1 + u_0) instead of u_i.
std::vector<double> offsets(const Simulation& simulation, std::span<const double> middle) {
  const auto qpos = simulation.qpos();
  std::vector<double> result(qpos.begin(), qpos.end());
  if (simulation.robot().name == "ant") {
    for (std::size_t i : {4U, 5U, 6U}) result[i] /= qpos[3];
    result[3] = 1;
  }
  for (std::size_t i = 0; i < result.size(); ++i) result[i] -= middle[i];
  return result;
}

// Every position and velocity; tolerances are four standard errors of 2000 starts.
TEST(Simulation, StartsHaveTheDocumentedNoise) {
  constexpr int kStarts = 2000;
  for (const Robot& each : robots()) {
    SCOPED_TRACE(each.name);
    Simulation simulation(each, Version::kV5, kModels);
    const std::vector<double> middle(simulation.qpos().begin(), simulation.qpos().end());
    Moments positions(middle.size());
    Moments velocities(simulation.qvel().size());
    RandomStream random(2);
    const bool is_ant = each.name == "ant";
    const auto is_ratio = [&](std::size_t i) { return is_ant && 4 <= i && i <= 6; };
    for (int start = 0; start < kStarts; ++start) {
      simulation.reset(random);
      const auto noise = offsets(simulation, middle);
      for (std::size_t i = 0; i < noise.size(); ++i) {
        EXPECT_LE(std::abs(noise[i]), is_ratio(i) ? each.noise / (1 - each.noise) : each.noise) << "position " << i;
      }
      positions.add(noise, 1.0 / kStarts);
      velocities.add(simulation.qvel(), 1.0 / kStarts);
    }
    const double uniform = each.noise * each.noise / 3;  // mean square
    const double of_square = 4 * std::sqrt(4.0 / 5 / kStarts);
    for (std::size_t i = 0; i < middle.size(); ++i) {
      if (is_ant && i == 3) continue;
      const double square = is_ratio(i) ? uniform / (1 - each.noise * each.noise) : uniform;
      EXPECT_NEAR(positions.means[i], 0, 4 * std::sqrt(square / kStarts)) << "position " << i;
      EXPECT_NEAR(positions.squares[i], square, of_square * square) << "position " << i;
    }
    for (std::size_t i = 0; i < velocities.means.size(); ++i) {
      const double square = each.normal_velocity ? each.noise * each.noise : uniform;
      EXPECT_NEAR(velocities.means[i], 0, 4 * std::sqrt(square / kStarts)) << "velocity " << i;
      EXPECT_NEAR(velocities.squares[i], square,
                  (each.normal_velocity ? 4 * std::sqrt(2.0 / kStarts) : of_square) * square)
          << "velocity " << i;
    }
  }
}

TEST(Simulation, TheControlCostCountsActionsBeyondTheLimitTheForceDoesNot) {
  Simulation limit(robot("half_cheetah"), Version::kV5, kModels);
  Simulation beyond(robot("half_cheetah"), Version::kV5, kModels);
  const Outcome at_limit = limit.step(std::vector<double>(6, 1.0));
  const Outcome over = beyond.step(std::vector<double>(6, 2.0));
  EXPECT_EQ(at_limit.forward, over.forward);
  Simulation still(robot("half_cheetah"), Version::kV5, kModels);
  EXPECT_NE(at_limit.forward, still.step(std::vector<double>(6)).forward);
  EXPECT_DOUBLE_EQ(at_limit.control, -0.6);
  EXPECT_DOUBLE_EQ(over.control, -2.4);
}

TEST(Simulation, OnlyV2RewardsTheStepThatEndsTheEpisode) {
  for (const Version version : {Version::kV5, Version::kV2}) {
    Simulation simulation(robot("walker2d"), version, kModels);
    simulation.qpos()[1] = 0.5;
    const Outcome outcome = simulation.score(std::vector<double>(6), simulation.x());
    EXPECT_TRUE(outcome.terminated);
    EXPECT_EQ(outcome.survive, version == Version::kV2 ? 1 : 0);
  }
}

// Bounds are healthy for Ant and unhealthy for Walker2d.
TEST(Simulation, HeightBoundsAreInclusiveForAntOnly) {
  Simulation ant(robot("ant"), Version::kV5, kModels);
  ant.qpos()[2] = 1.0;
  EXPECT_FALSE(ant.score(std::vector<double>(8), 0).terminated);
  Simulation walker(robot("walker2d"), Version::kV5, kModels);
  walker.qpos()[1] = 2.0;
  EXPECT_TRUE(walker.score(std::vector<double>(6), 0).terminated);
}

struct Return {
  double mean = 0;
  double mean_length = 0;
};

Return play(const Robot& each, Version version, bool random_actions, int episodes) {
  Simulation simulation(each, version, kModels);
  RandomStream random(17);
  std::vector<double> controls(each.joints.size());
  Return result;
  for (int episode = 0; episode < episodes; ++episode) {
    simulation.reset(random);
    for (int step = 0; step < 1000; ++step) {
      for (double& control : controls) control = random_actions ? random.uniform(-1, 1) : 0;
      const Outcome& outcome = simulation.step(controls);
      result.mean += outcome.reward() / episodes;
      result.mean_length += 1.0 / episodes;
      if (outcome.terminated) break;
    }
  }
  return result;
}

// Measured with the reference over 100 episodes (Walker2d) or 40; tolerances are four standard errors of the
// difference.
TEST(Simulation, RobotsThatDoNothingOrAnythingScoreAsMeasured) {
  const Return walker_still = play(robot("walker2d"), Version::kV5, false, 100);
  EXPECT_NEAR(walker_still.mean, 94.5, 4 * 9.4 * std::sqrt(2.0 / 100));
  EXPECT_NEAR(walker_still.mean_length, 116, 4 * 10 * std::sqrt(2.0 / 100) + 0.5);
  const Return walker_v2 = play(robot("walker2d"), Version::kV2, false, 100);
  EXPECT_NEAR(walker_v2.mean, 95.4, 4 * 8.2 * std::sqrt(2.0 / 100));
  const Return walker_random = play(robot("walker2d"), Version::kV5, true, 100);
  EXPECT_NEAR(walker_random.mean, 1.8, 4 * 7.7 * std::sqrt(2.0 / 100));
  EXPECT_NEAR(walker_random.mean_length, 22, 4 * 10 * std::sqrt(2.0 / 100) + 0.5);
  const Return ant_still = play(robot("ant"), Version::kV5, false, 2);
  EXPECT_NEAR(ant_still.mean, 994.9, 4 * 4.8 * std::sqrt(1.0 / 2 + 1.0 / 40));
  const Return cheetah_random = play(robot("half_cheetah"), Version::kV5, true, 5);
  EXPECT_NEAR(cheetah_random.mean, -269, 4 * 83 * std::sqrt(1.0 / 5 + 1.0 / 40));
  const Return swimmer_random = play(robot("swimmer"), Version::kV5, true, 5);
  EXPECT_NEAR(swimmer_random.mean, -0.6, 4 * 7.9 * std::sqrt(1.0 / 5 + 1.0 / 40));
}

}  // namespace
}  // namespace tutti::mamujoco

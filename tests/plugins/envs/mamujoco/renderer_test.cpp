#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <set>

#include "environment.hpp"
#include "off_screen.hpp"

namespace tutti::mamujoco {
namespace {

const std::filesystem::path kModels = TUTTI_SOURCE_DIR "/plugins/envs/mamujoco/models";

// Asked in a process of its own: OpenGL's libraries keep memory and threads to the end.
std::string reason_for(const std::string& wanted) {
  int ends[2];
  if (::pipe(ends) != 0) return "cannot make a pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    std::string reason;
    try {
      open_off_screen(wanted);
    } catch (const Error& error) {
      reason = error.what();
    }
    ::_exit(::write(ends[1], reason.data(), reason.size()) == static_cast<ssize_t>(reason.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string reason(4096, '\0');
  const ssize_t size = ::read(ends[0], reason.data(), reason.size());
  ::close(ends[0]);
  ::waitpid(child, nullptr, 0);
  reason.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return reason;
}

// Both back ends, each in a process of its own: MuJoCo finds OpenGL's functions once.
class Rendering : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    if (!reason_for(GetParam()).empty()) GTEST_SKIP() << reason_for(GetParam());
  }
};

class FallBack : public testing::Test {
 protected:
  void SetUp() override {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    if (!reason_for("osmesa").empty()) GTEST_SKIP() << reason_for("osmesa");
  }
};

double share_of_difference(const Frame& one, const Frame& other) {
  std::size_t different = 0;
  for (std::size_t i = 0; i < one.pixels.size(); ++i) different += one.pixels[i] != other.pixels[i] ? 1 : 0;
  return static_cast<double>(different) / static_cast<double>(one.pixels.size());
}

// Share of the pixels that are as much blue, or as much orange, as the first two agents' colours.
double share_of_color(const Frame& frame, bool blue) {
  std::size_t found = 0;
  for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
    const int difference = int{frame.pixels[i + 2]} - int{frame.pixels[i]};
    if ((blue ? difference : -difference) > 60) ++found;
  }
  return static_cast<double>(3 * found) / static_cast<double>(frame.pixels.size());
}

// Ends the process with 0 if everything is as it should be, else with a sentence.
[[noreturn]] void draw_and_judge(const char* back_end, const std::string& robot, const std::string& factorization) {
  ::setenv("MUJOCO_GL", back_end, 1);
  const auto judge = [](bool is_right, const char* sentence) {
    if (is_right) return;
    std::fprintf(stderr, "%s\n", sentence);
    std::_Exit(1);
  };
  Config config;
  config.robot = robot;
  config.factorization = factorization;
  const auto drawn = make_environment(config, kModels);
  const auto plain = make_environment(config, kModels);
  drawn->reset(5);
  plain->reset(5);
  const Frame first = drawn->render({160, 120});
  judge(first.size == FrameSize{160, 120} && first.pixels.size() == 3 * 160 * 120, "another size");
  judge(std::set<std::uint8_t>(first.pixels.begin(), first.pixels.end()).size() > 20, "the picture is blank");
  judge(share_of_color(first, true) > 0.002, "the first agent's joints are not blue");
  judge(share_of_color(first, false) > 0.002, "the second agent's joints are not orange");
  const std::vector<float> actions(static_cast<std::size_t>(drawn->spec().joint_action_size()), 0.8F);
  for (int step = 0; step < 10; ++step) {
    judge(drawn->step(actions).reward == plain->step(actions).reward, "drawing changes rewards");
    drawn->render({160, 120});
  }
  judge(share_of_difference(first, drawn->render({160, 120})) > 0.01, "the robot does not move");
  std::_Exit(0);
}

TEST_P(Rendering, EveryRobotIsSeenToMove) {
  for (const auto& [robot, factorization] : {std::pair("ant", "2x4"), std::pair("half_cheetah", "2x3"),
                                             std::pair("walker2d", "2x3"), std::pair("swimmer", "2x1")}) {
    EXPECT_EXIT(draw_and_judge(GetParam(), robot, factorization), testing::ExitedWithCode(0), "") << robot;
  }
}

// EGL is there and finds nothing to draw with, as in a container without drivers.
TEST_F(FallBack, OsMesaDrawsWhereEglCannot) {
  EXPECT_EXIT(
      {
        ::setenv("__EGL_VENDOR_LIBRARY_FILENAMES", "/nowhere", 1);
        draw_and_judge("", "ant", "2x4");
      },
      testing::ExitedWithCode(0), "");
}

INSTANTIATE_TEST_SUITE_P(BackEnds, Rendering, testing::Values("egl", "osmesa"));

TEST(OffScreen, AnotherWordIsRefused) {
  EXPECT_EQ(reason_for("glfw"),
            "mamujoco: MUJOCO_GL is \"glfw\"; expected egl or osmesa, or nothing for the first that works");
}

}  // namespace
}  // namespace tutti::mamujoco

#include "factorization.hpp"

#include <gtest/gtest.h>

#include "environment_checks.hpp"

namespace tutti::mamujoco {
namespace {

constexpr auto kJoints = Mapping::kGymnasiumRobotics;

TEST(Factorization, GymnasiumRoboticsDividesAntIntoFrontAndRear) {
  EXPECT_EQ(named_factorization(robot("ant"), "2x4d", kJoints), (Factorization{{2, 3, 0, 1}, {4, 5, 6, 7}}));
}

TEST(Factorization, TheOriginalDividesAntIntoDiagonals) {
  EXPECT_EQ(named_factorization(robot("ant"), "2x4d", Mapping::kOriginal), (Factorization{{2, 3, 6, 7}, {4, 5, 0, 1}}));
}

TEST(Factorization, ForHarlTwoNamesAreOneTask) {
  const Factorization halves{{0, 1, 2, 3}, {4, 5, 6, 7}};
  EXPECT_EQ(named_factorization(robot("ant"), "2x4", Mapping::kHarl), halves);
  EXPECT_EQ(named_factorization(robot("ant"), "2x4d", Mapping::kHarl), halves);
}

TEST(Factorization, MeaningsAgreeWhereTheyShould) {
  for (const Mapping mapping : {kJoints, Mapping::kHarl, Mapping::kOriginal}) {
    EXPECT_EQ(named_factorization(robot("half_cheetah"), "2x3", mapping), (Factorization{{0, 1, 2}, {3, 4, 5}}));
    EXPECT_EQ(named_factorization(robot("swimmer"), "2x1", mapping), (Factorization{{0}, {1}}));
  }
  EXPECT_EQ(named_factorization(robot("walker2d"), "2x3", kJoints), (Factorization{{2, 1, 0}, {5, 4, 3}}));
  EXPECT_EQ(named_factorization(robot("ant"), "4x2", kJoints), (Factorization{{2, 3}, {4, 5}, {6, 7}, {0, 1}}));
}

TEST(Factorization, AnUnknownNameIsAnsweredWithTheKnownOnes) {
  const std::string message = message_of([] { named_factorization(robot("ant"), "8x1", kJoints); });
  EXPECT_NE(message.find("unknown factorization \"8x1\" of ant; known: 2x4, 2x4d, 4x2"), std::string::npos) << message;
}

TEST(Factorization, AnyExplicitDivisionIsPossible) {
  EXPECT_EQ(checked_factorization(robot("walker2d"), {{5}, {0, 2, 4}, {1, 3}}),
            (Factorization{{5}, {0, 2, 4}, {1, 3}}));
}

TEST(Factorization, ExplicitDivisionsMustUseEveryActuatorOnce) {
  const std::pair<std::vector<std::vector<std::int64_t>>, const char*> cases[] = {
      {{{0}}, "leaves out 1"},
      {{{0, 1}, {1}}, "agent_1 has 1 a second time"},
      {{{0, 1}, {}}, "agent_1 is empty"},
      {{{0, 1, 2}}, "agent_0 has 2; expected each of swimmer's actuators 0 to 1 once"},
      {{{0, -1}}, "agent_0 has -1"}};
  for (const auto& [actuators, expected] : cases) {
    const std::string message = message_of([&] { checked_factorization(robot("swimmer"), actuators); });
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace tutti::mamujoco

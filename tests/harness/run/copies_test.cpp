#include "run/copies.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "fixtures/line_environment.hpp"
#include "run/finite.hpp"

namespace tutti::run {
namespace {

constexpr std::int64_t kEpisodeLimit = 3;

std::vector<std::unique_ptr<Environment>> lines(std::size_t count) {
  std::vector<std::unique_ptr<Environment>> environments;
  for (std::size_t i = 0; i < count; ++i) {
    environments.push_back(std::make_unique<fixtures::LineEnvironment>(kEpisodeLimit));
  }
  return environments;
}

std::vector<float> contents(Rows<const float> rows) { return {rows.all().begin(), rows.all().end()}; }

void step(Copies& copies) {
  std::ranges::fill(copies.actions().all(), 0.5F);
  copies.step(0, [](const Environment&) {});
}

TEST(Copies, EveryCopyStartsItsOwnEpisode) {
  Copies copies(lines(2), 7);
  copies.start();
  const Rows<const float> rows = copies.observations();
  ASSERT_EQ(rows.rows, 2U);
  ASSERT_EQ(rows.columns, 5U);
  EXPECT_NE(rows.row(0)[0], rows.row(1)[0]);
}

TEST(Copies, SuccessorOfTheLastStepIsTheEndOfTheEpisodeNotTheStartOfTheNext) {
  Copies copies(lines(1), 7);
  copies.start();
  for (std::int64_t i = 0; i + 1 < kEpisodeLimit; ++i) {
    step(copies);
    copies.advance();
  }
  const std::vector<float> before = contents(copies.observations());
  step(copies);
  const Transitions transitions = copies.transitions();
  EXPECT_EQ(transitions.truncated[0], 1);
  EXPECT_EQ(transitions.terminated[0], 0);
  EXPECT_EQ(contents(transitions.observations), before);
  EXPECT_NEAR(transitions.next_observations.row(0)[0], before[0] + 0.05F, 1e-6F) << "moved by a tenth of the action";
  const std::vector<float> successor = contents(transitions.next_observations);
  copies.advance();
  EXPECT_NE(contents(copies.observations()), successor);
  EXPECT_EQ(copies.episodes(), 1);
  EXPECT_EQ(copies.take_returns().size(), 1U);
  EXPECT_TRUE(copies.take_returns().empty());
}

TEST(Copies, LoadedCopiesGoOnBitForBit) {
  Copies first(lines(3), 7);
  first.start();
  step(first);
  first.advance();
  SnapshotWriter writer;
  first.save(writer);
  Copies second(lines(3), 1234);
  SnapshotReader reader(writer.bytes());
  second.load(reader);
  reader.finish();
  for (int i = 0; i < 7; ++i) {  // over the end of an episode
    EXPECT_EQ(contents(first.observations()), contents(second.observations()));
    step(first);
    step(second);
    first.advance();
    second.advance();
  }
  EXPECT_EQ(first.take_returns(), second.take_returns());
}

/// What a test changes about the line.
struct Changes {
  double reward = 0;  // in place of the own one, unless 0
  bool bad_start = false;
  bool endless = false;
  std::int64_t more_numbers = 0;
  bool other_fact = false;
};

class ChangedLine final : public fixtures::LineEnvironment {
 public:
  explicit ChangedLine(Changes changes)
      : LineEnvironment(kEpisodeLimit), changes_(changes), spec_(LineEnvironment::spec()) {
    spec_.agents[0].observation_size += changes.more_numbers;
    if (changes.other_fact) spec_.facts.front().second = "another";
  }
  const EnvironmentSpec& spec() const override { return spec_; }
  StepResult step(std::span<const float> action) override {
    StepResult result = LineEnvironment::step(action);
    if (changes_.reward != 0) result.reward = changes_.reward;
    if (changes_.endless) result.truncated = result.terminated = false;
    return result;
  }
  void observe(std::size_t agent, std::span<float> out) const override {
    LineEnvironment::observe(agent, out);
    if (changes_.bad_start && steps() == 0) out[0] = std::numeric_limits<float>::quiet_NaN();
  }

 private:
  Changes changes_;
  EnvironmentSpec spec_;
};

std::vector<std::unique_ptr<Environment>> changed(Changes changes) {
  std::vector<std::unique_ptr<Environment>> environments;
  environments.push_back(std::make_unique<ChangedLine>(changes));
  return environments;
}

template <class Call>
std::string problem(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Copies, WhatAnEpisodeBeginsWithHasToBeFinite) {
  Copies copies(changed({.bad_start = true}), 7);
  EXPECT_EQ(problem([&] { copies.start(); }), "step 0, copy 0: observation 0 is nan, or not written after a reset");
}

TEST(Copies, ARewardBeyondTheRangeOf32BitsEndsTheRun) {
  Copies copies(changed({.reward = 1e300}), 7);
  copies.start();
  EXPECT_EQ(problem([&] { step(copies); }), "step 0, copy 0: the reward is 1e+300, which no 32-bit number holds");
}

TEST(Copies, HaveToBeAlike) {
  for (const Changes changes : {Changes{.more_numbers = 1000}, Changes{.other_fact = true}}) {
    auto environments = lines(2);
    environments.push_back(std::make_unique<ChangedLine>(changes));
    EXPECT_NE(problem([&] { Copies copies(std::move(environments), 7); }).find("copy 2 of the environment has other"),
              std::string::npos);
  }
}

TEST(Copies, AnEpisodeBeyondItsLimitIsNoticedAfterAResumeAsWell) {
  Copies copies(changed({.endless = true}), 7);
  copies.start();
  step(copies);
  copies.advance();
  SnapshotWriter writer;
  copies.save(writer);
  Copies resumed(changed({.endless = true}), 7);
  SnapshotReader reader(writer.bytes());
  resumed.load(reader);
  step(resumed);
  resumed.advance();
  EXPECT_NE(problem([&] { step(resumed); }).find("goes on after 3 steps"), std::string::npos);
}

TEST(Copies, AnActionThatIsNotWrittenIsNamed) {
  Copies copies(lines(2), 7);
  copies.start();
  step(copies);
  copies.advance();
  copies.unwritten_actions().row(0)[0] = 0.5F;
  EXPECT_EQ(problem([&] { copies.step(2, [](const Environment&) {}); }),
            "step 2, copy 0: action 1 is nan, or not written");
}

TEST(Copies, WhatTheAlgorithmChangesInItsRowsIsNoticed) {
  Copies copies(lines(2), 7);
  copies.start();
  for (int steps = 0; steps < 4; ++steps) {  // over the end of an episode
    step(copies);
    EXPECT_EQ(problem([&] { copies.check_unchanged(); }), "");
    copies.advance();
  }
  step(copies);
  const Transitions transitions = copies.transitions();
  for (const auto& [what, rows] :
       {std::pair("observations", transitions.observations), std::pair("states", transitions.states),
        std::pair("next observations", transitions.next_observations),
        std::pair("next states", transitions.next_states)}) {
    float& value = const_cast<float&>(rows.row(1)[1]);
    const float before = std::exchange(value, value + 1);
    EXPECT_EQ(problem([&] { copies.check_unchanged(); }),
              std::string("the algorithm changed the ") + what +
                  " that it was handed; it has to copy them before it changes them");
    value = before;
  }
}

TEST(Copies, ActionThatIsNotFiniteIsNamed) {
  Copies copies(lines(2), 7);
  copies.start();
  std::ranges::fill(copies.actions().all(), 0.0F);
  copies.actions().row(1)[1] = std::numeric_limits<float>::infinity();
  try {
    copies.step(40, [](const Environment&) {});
    FAIL();
  } catch (const NotFiniteError& error) {
    EXPECT_STREQ(error.what(), "step 40, copy 1: action 1 is inf");
  }
}

TEST(Finite, FindsInfinitiesAndNansAndNothingElse) {
  std::vector<float> values = {0.0F, -1e38F, std::numeric_limits<float>::denorm_min()};
  EXPECT_TRUE(all_finite(values));
  EXPECT_EQ(first_not_finite(values), values.size());
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    values[2] = bad;
    EXPECT_FALSE(all_finite(values));
    EXPECT_EQ(first_not_finite(values), 2U);
  }
}

// Values are looked at in blocks of 16, and the rest one by one.
TEST(Finite, LooksAtEveryValueOfAnyCount) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();
  const float above = std::nextafter(1.0F, 2.0F);
  for (std::size_t count = 1; count <= 40; ++count) {
    std::vector<float> values(count, -1.0F);
    EXPECT_TRUE(all_finite(values) && all_in_bounds(values)) << count;
    for (std::size_t index = 0; index < count; ++index) {
      for (const float outside : {above, -above, kInfinity, -kInfinity, kNan, -kNan}) {
        values[index] = outside;
        EXPECT_FALSE(all_in_bounds(values)) << outside << " at " << index << " of " << count;
        EXPECT_EQ(all_finite(values), std::isfinite(outside)) << outside << " at " << index << " of " << count;
      }
      values[index] = index % 2 == 0 ? 1.0F : -0.0F;
    }
    EXPECT_TRUE(all_in_bounds(values)) << count;
  }
}

TEST(Copies, ActionOutsideItsBoundsEndsTheRun) {
  Copies copies(lines(2), 7);
  copies.start();
  std::ranges::fill(copies.actions().all(), 1.0F);
  EXPECT_NO_THROW(copies.step(8, [](const Environment&) {}));
  copies.actions().row(1)[1] = -1.25F;
  try {
    copies.step(8, [](const Environment&) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "step 8, copy 1: action 1 is -1.25; the algorithm has to choose from [-1, 1]");
  }
}

TEST(Copies, EpisodeBeyondItsLimitEndsTheRun) {
  class Endless final : public fixtures::LineEnvironment {
   public:
    Endless() : LineEnvironment(kEpisodeLimit) {}
    StepResult step(std::span<const float> action) override {
      return {.reward = LineEnvironment::step(action).reward, .terminated = false, .truncated = false};
    }
  };
  std::vector<std::unique_ptr<Environment>> environments;
  environments.push_back(std::make_unique<Endless>());
  Copies copies(std::move(environments), 7);
  copies.start();
  for (std::int64_t i = 0; i + 1 < kEpisodeLimit; ++i) {
    step(copies);
    copies.advance();
  }
  try {
    step(copies);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "step 0, copy 0: the environment's episode goes on after 3 steps, its episode_limit; it has to set "
                 "truncated");
  }
}

}  // namespace
}  // namespace tutti::run

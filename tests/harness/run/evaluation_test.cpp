#include "run/evaluation.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "fixtures/learner.hpp"
#include "fixtures/line_environment.hpp"
#include "run/protocol.hpp"

namespace tutti::run {
namespace {

std::unique_ptr<Environment> make_line() { return std::make_unique<fixtures::LineEnvironment>(10); }

class EvaluatorTest : public testing::Test {
 protected:
  EvaluatorTest()
      : environment_(make_line()),
        learner_({}, {.environment = environment_->spec(), .task = "line", .values = values_, .folder = {}}) {}

  std::vector<Episode> evaluate(std::size_t copies, const std::vector<std::uint64_t>& seeds) {
    Evaluator evaluator(make_line, copies);
    RandomStream random(5);
    return evaluator.evaluate(learner_, ActMode::kDeterministic, seeds, random, 0, [this] { ++ticks_; });
  }

  ParameterValues values_;
  std::unique_ptr<Environment> environment_;
  fixtures::Learner learner_;
  int ticks_ = 0;
};

TEST_F(EvaluatorTest, EpisodesDoNotDependOnHowManyAreSteppedSideBySide) {
  const std::vector<std::uint64_t> seeds = {1, 2, 3, 4, 5, 6, 7};
  const std::vector<Episode> alone = evaluate(1, seeds);
  const std::vector<Episode> together = evaluate(4, seeds);
  ASSERT_EQ(alone.size(), seeds.size());
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    EXPECT_EQ(alone[i].seed, seeds[i]);
    EXPECT_EQ(together[i].episode_return, alone[i].episode_return);
    EXPECT_EQ(together[i].length, alone[i].length);
  }
}

TEST_F(EvaluatorTest, ReturnsThatOverflowAreRefused) {
  class Huge final : public fixtures::LineEnvironment {
   public:
    Huge() : LineEnvironment(10) {}
    StepResult step(std::span<const float> action) override {
      StepResult result = LineEnvironment::step(action);
      result.reward = -1e308;
      return result;
    }
  };
  Evaluator evaluator([] { return std::make_unique<Huge>(); }, 1);
  RandomStream random(5);
  const std::vector<std::uint64_t> seeds = {1};
  EXPECT_THROW(evaluator.evaluate(learner_, ActMode::kDeterministic, seeds, random, 0, [] {}), NotFiniteError);
  std::vector<Episode> episodes(2);
  for (Episode& episode : episodes) episode.episode_return = 1e308;
  EXPECT_THROW((void)mean_return(episodes), NotFiniteError);
}

TEST_F(EvaluatorTest, EpisodeIsWhatSteppingByHandGives) {
  const Episode episode = evaluate(1, {42}).at(0);
  environment_->reset(42);
  double sum = 0;
  std::int64_t length = 0;
  StepResult result;
  while (!(result.terminated || result.truncated)) {
    std::vector<float> observation(5);
    environment_->observe(0, {observation.data(), 2});
    environment_->observe(1, {observation.data() + 2, 3});
    std::vector<float> action(2);
    RandomStream unused(0);
    learner_.act({observation.data(), 1, 5}, ActMode::kDeterministic, unused, {action.data(), 1, 2});
    result = environment_->step(action);
    sum += result.reward;
    ++length;
  }
  EXPECT_EQ(episode.episode_return, sum);
  EXPECT_EQ(episode.length, length);
  EXPECT_EQ(episode.terminated, result.terminated);
  EXPECT_EQ(episode.terms.at(0), sum) << "the line's one reward term is the whole reward";
}

TEST_F(EvaluatorTest, MoreEpisodesThanCopiesTakeTurns) {
  const std::vector<Episode> episodes = evaluate(2, {1, 2, 3, 4});
  std::int64_t steps = 0;
  for (const Episode& episode : episodes) steps += episode.length;
  EXPECT_GE(ticks_, steps / 2);
  EXPECT_LE(ticks_, steps);
}

TEST_F(EvaluatorTest, NothingOfTheAlgorithmChanges) {
  SnapshotWriter before;
  learner_.save(before);
  (void)evaluate(3, {1, 2, 3});
  SnapshotWriter after;
  learner_.save(after);
  EXPECT_EQ(before.bytes(), after.bytes());
}

TEST(Protocol, EvaluationsAreAtMultiplesOfTheIntervalAndAtZero) {
  suite::RunSettings run;
  suite::EvaluationSettings evaluation;
  run.environment_steps = 1000;
  evaluation.interval = 250;
  EXPECT_EQ(planned_evaluations(run, evaluation), 5);
  evaluation.interval = 300;
  EXPECT_EQ(planned_evaluations(run, evaluation), 4);
  evaluation.interval = 2000;
  EXPECT_EQ(planned_evaluations(run, evaluation), 1);
}

TEST(Protocol, SeedsAreFreshOrFixedAndNeverThoseOfTheAbsoluteEvaluation) {
  suite::EvaluationSettings evaluation;
  evaluation.episodes = 4;
  EXPECT_NE(evaluation_seeds(1, evaluation, 0), evaluation_seeds(1, evaluation, 1));
  EXPECT_EQ(evaluation_seeds(1, evaluation, 1), evaluation_seeds(1, evaluation, 1));
  EXPECT_NE(evaluation_seeds(1, evaluation, 1), evaluation_seeds(2, evaluation, 1));
  EXPECT_EQ(absolute_seeds(1, evaluation).size(), 40U);
  EXPECT_NE(absolute_seeds(1, evaluation).front(), evaluation_seeds(1, evaluation, 0).front());
  evaluation.seeds = "fixed";
  EXPECT_EQ(evaluation_seeds(1, evaluation, 0), evaluation_seeds(1, evaluation, 7));
}

}  // namespace
}  // namespace tutti::run

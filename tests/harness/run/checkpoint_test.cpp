#include "run/checkpoint.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/results/temporary_folder.hpp"
#include "results/files.hpp"
#include "tutti/error.hpp"

namespace tutti::run {
namespace {

std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

class CheckpointStoreTest : public testing::Test {
 protected:
  CheckpointStoreTest() : store_(folder_.path()) {}

  std::optional<Checkpoint> read() {
    return store_.read([this](const std::string& warning) { warnings_.push_back(warning); });
  }
  void overwrite(const std::string& name, const std::string& content) {
    results::write_file(folder_.path() / name, content, results::Durability::kProcess);
  }

  testing_support::TemporaryFolder folder_;
  CheckpointStore store_;
  std::vector<std::string> warnings_;
};

TEST_F(CheckpointStoreTest, NewestReadsBack) {
  EXPECT_FALSE(read().has_value());
  Account account;
  account.seconds[0] = 1.5;
  account.cpu_seconds = 2;
  account.train_cpu_seconds = 1.75;
  account.row_train_seconds = 3;
  account.peak_memory_bytes = 4;
  account.evaluations = bytes_of("three of five");
  account.settings = "suite = \"a\"";
  account.tables = {{"training.csv", {77, "abc"}}};
  store_.write(100, bytes_of("first"), {});
  store_.write(1000, bytes_of("second"), account);
  const Checkpoint checkpoint = read().value();
  EXPECT_EQ(checkpoint.step, 1000);
  EXPECT_EQ(checkpoint.state, bytes_of("second"));
  EXPECT_EQ(checkpoint.account.seconds, account.seconds);
  EXPECT_EQ(checkpoint.account.cpu_seconds, 2);
  EXPECT_EQ(checkpoint.account.train_cpu_seconds, 1.75);
  EXPECT_EQ(checkpoint.account.row_train_seconds, 3);
  EXPECT_EQ(checkpoint.account.peak_memory_bytes, 4);
  EXPECT_EQ(checkpoint.account.evaluations, account.evaluations);
  EXPECT_EQ(checkpoint.account.settings, account.settings);
  EXPECT_EQ(checkpoint.account.tables.at("training.csv").size, 77U);
  EXPECT_EQ(checkpoint.account.tables.at("training.csv").digest, "abc");
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(CheckpointStoreTest, KeepsTheOneBeforeAndNoMore) {
  for (const std::int64_t step : {10, 20, 30}) store_.write(step, bytes_of("state"), {});
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "step-10.state"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "step-10.account"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "step-20.state"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "step-30.account"));
}

TEST_F(CheckpointStoreTest, EveryDamageFallsBackToTheOneBeforeWithAWarning) {
  store_.write(10, bytes_of("good"), {});
  store_.write(20, bytes_of("newer"), {});
  const std::string whole = results::read_file(folder_.path() / "step-20.state");
  const std::string account = results::read_file(folder_.path() / "step-20.account");
  std::vector<std::string> damaged;
  for (std::size_t size = 0; size < whole.size(); ++size) damaged.push_back(whole.substr(0, size));
  for (std::size_t place = 0; place < whole.size(); ++place) {
    damaged.push_back(whole);
    damaged.back()[place] = static_cast<char>(damaged.back()[place] ^ 1);
  }
  for (const std::string& content : damaged) {
    overwrite("step-20.state", content);
    overwrite("step-20.account", account);
    warnings_.clear();
    const std::optional<Checkpoint> checkpoint = read();
    ASSERT_TRUE(checkpoint.has_value());
    EXPECT_EQ(checkpoint->step, 10);
    ASSERT_EQ(warnings_.size(), 1U);
    EXPECT_EQ(warnings_[0].find((folder_.path() / "step-20.state").string()), 0U) << warnings_[0];
  }
}

TEST_F(CheckpointStoreTest, DamagedOneNeverPassesForTheOneBefore) {
  store_.write(20, bytes_of("good"), {});
  store_.write(40, bytes_of("newer"), {});
  overwrite("step-40.state", "damaged");
  EXPECT_EQ(read().value().step, 20);
  store_.write(50, bytes_of("newest"), {});
  overwrite("step-50.state", "damaged, too");
  EXPECT_EQ(read().value().step, 20);
}

TEST_F(CheckpointStoreTest, OneWithoutItsAccountDoesNotExist) {
  store_.write(10, bytes_of("good"), {});
  write_sealed(folder_.path() / "step-20.state", bytes_of("half done"));
  EXPECT_EQ(read().value().step, 10);
  EXPECT_TRUE(warnings_.empty());
  store_.write(15, bytes_of("next"), {});
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "step-20.state")) << "what a kill left half done goes";
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "step-10.state"));
}

TEST_F(CheckpointStoreTest, OtherFilesOfTheFolderAreLeftAlone) {
  overwrite("best_policy.snapshot", "mine");
  overwrite("step-x.account", "not a step");
  store_.write(1, bytes_of("a"), {});
  store_.write(2, bytes_of("b"), {});
  store_.write(3, bytes_of("c"), {});
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "best_policy.snapshot"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "step-x.account"));
}

TEST_F(CheckpointStoreTest, FileOfAnotherCheckpointDoesNotPassForOneOfThis) {
  for (const char* kind : {"state", "account"}) {
    store_.write(10, bytes_of("good"), {});
    store_.write(20, bytes_of("newer"), {});
    const std::string older = results::read_file(folder_.path() / (std::string("step-10.") + kind));
    overwrite(std::string("step-20.") + kind, older);
    warnings_.clear();
    EXPECT_EQ(read().value().step, 10) << kind;
    EXPECT_EQ(warnings_.size(), 1U);
  }
}

TEST_F(CheckpointStoreTest, OneBeforeAGivenStepReadsBackUntilTheLaterOnesGo) {
  store_.write(10, bytes_of("good"), {});
  store_.write(20, bytes_of("newer"), {});
  EXPECT_EQ(store_.read([](const std::string&) {}, 20).value().step, 10);
  EXPECT_EQ(read().value().step, 20);
  store_.remove_after(10);
  EXPECT_EQ(read().value().step, 10);
}

}  // namespace
}  // namespace tutti::run

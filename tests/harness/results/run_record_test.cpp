#include "results/run_record.hpp"

#include <gtest/gtest.h>

#include <string>

#include "results/files.hpp"
#include "temporary_folder.hpp"

namespace tutti::results {
namespace {

RunRecord example() {
  RunRecord record;
  record.suite = "quick";
  record.task = "mpe/coop-nav-n3";
  record.algorithm = "hatd3";
  record.seed = 18446744073709551615U;
  record.status = RunState::kFailed;
  record.failure = Failure{"not-finite", "step 5: critic_loss is nan", {"a line", "broken \xff byte"}};
  record.protocol = {20000, 5000, 32, "deterministic", "fresh", true, 10};
  record.plugins = {{"algorithm", "hatd3", "1.0", "sdk 1", "abc", "/x/hatd3.so", "gcc 12", "Release", "-O2", "0123"}};
  record.libraries = {{"LibTorch", "1.13.1"}};
  record.streams = {{"algorithm", 17}};
  record.segments = {{"2026-01-01T00:00:00Z", "", 0, "", "host", 7}};
  record.time.train_seconds = 0.1;
  record.progress.last_evaluation = -75.8;
  return record;
}

TEST(RunRecord, ReadsBackWhatWasWritten) {
  const testing_support::TemporaryFolder folder;
  write_run_record(folder.path(), example());
  const RunRecord record = read_run_record(folder.path()).value();
  EXPECT_EQ(record.seed, 18446744073709551615U);
  EXPECT_EQ(record.status, RunState::kFailed);
  EXPECT_EQ(record.failure.value().kind, "not-finite");
  EXPECT_EQ(record.failure.value().log.at(0), "a line");
  EXPECT_EQ(record.protocol.copies, 10);
  EXPECT_EQ(record.plugins.at(0).sha256, "abc");
  EXPECT_EQ(record.plugins.at(0).file, "/x/hatd3.so");
  EXPECT_EQ(record.plugins.at(0).revision, "0123");
  EXPECT_EQ(record.libraries.at("LibTorch"), "1.13.1");
  EXPECT_EQ(record.streams.at("algorithm"), 17U);
  EXPECT_EQ(record.segments.at(0).process, 7);
  EXPECT_EQ(record.time.train_seconds, 0.1);
  EXPECT_EQ(record.progress.last_evaluation, -75.8);
}

TEST(RunRecord, PluginsOfEarlierRecordsDoNotSayHowTheyWereBuilt) {
  std::string text = to_json(example());
  const std::size_t start = text.find("\"file\": \"/x/hatd3.so\"");
  ASSERT_NE(start, std::string::npos) << text;
  text.erase(start, text.find('\n', start) - start);
  EXPECT_EQ(run_record_from_json(text).plugins.at(0).file, "");
  EXPECT_EQ(run_record_from_json(text).plugins.at(0).compiler, "gcc 12");
}

TEST(RunRecord, LogBytesThatAreNoTextDoNotBreakTheFile) {
  const RunRecord record = run_record_from_json(to_json(example()));
  EXPECT_EQ(record.failure.value().log.at(1), "broken \xEF\xBF\xBD byte");
}

TEST(RunRecord, AbsentFileIsNothing) {
  const testing_support::TemporaryFolder folder;
  EXPECT_FALSE(read_run_record(folder.path()).has_value());
}

TEST(RunRecord, DamagedFileIsASentenceThatNamesIt) {
  const testing_support::TemporaryFolder folder;
  for (const std::string text : {"", "{", "[]", "{\"schema\": 2}", "{\"schema\": 1, \"suite\": 5}"}) {
    write_file(folder.path() / "run.json", text, Durability::kProcess);
    try {
      (void)read_run_record(folder.path());
      FAIL() << "accepted: " << text;
    } catch (const Error& error) {
      const std::string message = error.what();
      EXPECT_EQ(message.find((folder.path() / "run.json").string()), 0U) << message;
      EXPECT_EQ(message.find("json.exception"), std::string::npos) << message;
      EXPECT_EQ(message.ends_with("run.json: it is empty"), text.empty()) << message;
    }
  }
}

}  // namespace
}  // namespace tutti::results
